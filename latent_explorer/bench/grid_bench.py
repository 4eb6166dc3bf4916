"""How long the engine takes for a large grid of pictures on one thread, beside plain eager torch."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.atlas import Region, grid_points
from latent_explorer.bench.grid_baseline import eager_pictures, open_eager
from latent_explorer.bench.measure import Measure, timed
from latent_explorer.bundles import read_latents
from latent_explorer.charts import chart_for
from latent_explorer.engine.desk import Desk
from latent_explorer.engine.protocol import Decode, Open, Opened, Pictures
from latent_explorer.nets.threads import threads


def measure_grid(folder: Path, side: int = 180, repetitions: int = 15) -> dict[str, Measure]:
    """`grid_{side}`: side x side pictures over the data of the bundle in `folder`, float32, on one thread.

    Measured is the engine's own way, slice by slice to uint8; the baseline is eager torch in batches of 1024, to uint8
    as well. Both take turns, `repetitions` times after one that is not counted. Raises UserError on a broken bundle.
    """
    with threads(1):
        desk, device = open_desk(folder)
        model, z = open_eager(folder, device), grid_latents(folder, side)
        turns = [
            (
                timed(lambda: deque(engine_pictures(desk, z), 0)),
                timed(lambda: deque(eager_pictures(model, device, z), 0)),
            )
            for _ in range(repetitions + 1)
        ]
    ours, plain = zip(*turns[1:], strict=True)
    return {f"grid_{side}": Measure.of(ours, plain)}


def grid_latents(folder: Path, side: int) -> NDArray[np.float32]:
    """The latents (side * side, d) of a grid over all data of a bundle."""
    means = read_latents(folder).mean
    chart = chart_for(means)
    return chart.to_latent(grid_points(Region.around(chart.to_plane(means)), side, side))


def open_desk(folder: Path) -> tuple[Desk, torch.device]:
    """The engine's desk with a bundle open, its survey left out, and the device it decodes on."""
    desk = Desk(post=lambda _: None, run=lambda _: None)
    (opened,) = (reply for reply in desk.open(Open(1, str(folder))) if isinstance(reply, Opened))
    return desk, torch.device(opened.device)


def engine_pictures(desk: Desk, z: NDArray[np.float32]) -> Iterator[NDArray[np.uint8]]:
    """The pictures uint8 (k, h, w, c) of latents (n, d), slice by slice as the engine's loop asks for them."""
    return (reply.images for reply in desk.decode(Decode(2, z)) if isinstance(reply, Pictures))
