"""The time of the engine for a large grid of pictures on one thread, compared with eager torch."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.atlas import Region, grid_points
from latent_explorer.bench.grid_baseline import eager_pictures
from latent_explorer.bench.measure import Measure, timed
from latent_explorer.bundles import read_config
from latent_explorer.engine.model_service import ModelService
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.threads import threads
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.session import open_bundle


def measure_grid(folders: Iterable[Path], side: int = 180, repetitions: int = 15) -> dict[str, Measure]:
    """Per bundle, by name: side x side pictures over its data, float32, on one thread.

    Measures the engine's decoding, slice by slice to uint8; eager: torch in batches of 1024, also to uint8. Both
    alternate, `repetitions` times after a warm-up. Raises UserError on a broken bundle.
    """
    return {folder.name: _measured(folder, side, repetitions) for folder in folders}


def _measured(folder: Path, side: int, repetitions: int) -> Measure:
    ours, eager = [], []
    with threads(1):
        service, device = open_service(folder)
        model, z = open_eager(folder, device), grid_latents(folder, side)
        for _ in range(repetitions + 1):
            ours.append(timed(lambda: deque(engine_pictures(service, z), 0)))
            eager.append(timed(lambda: deque(eager_pictures(model, device, z), 0)))
    return Measure.of(ours[1:]).beside("eager", eager[1:])


def grid_latents(folder: Path, side: int) -> NDArray[np.float32]:
    """The latents (side * side, d) of a grid over all data of a bundle."""
    bundle = open_bundle(folder)
    return bundle.chart.to_latent(grid_points(Region.around(bundle.uv), side, side))


def open_service(folder: Path) -> tuple[ModelService, torch.device]:
    """The engine's model service with a bundle open, without an index of its dataset, and its device."""
    service = ModelService(wake=lambda: None)
    return service, service.open_bundle(folder).device


def engine_pictures(service: ModelService, z: NDArray[np.float32]) -> Iterator[NDArray[np.uint8]]:
    """The pictures uint8 (k, h, w, c) of latents (n, d), slice by slice as in the engine's loop."""
    return (pictures for _, pictures in service.decoded(z))


def open_eager(folder: Path, device: torch.device) -> LatentModel:
    """The model of a bundle, for eager torch."""
    config = read_config(folder)
    return load_bundle_model(folder, config).to(device)
