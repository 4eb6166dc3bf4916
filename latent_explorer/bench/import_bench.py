"""The same weights as a bundle of this program and as an ONNX export run by onnxruntime."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from latent_explorer.bench.hover_bench import hover_times
from latent_explorer.bench.measure import Measure
from latent_explorer.bench.person import person_at_a_window
from latent_explorer.bundles import read_config, read_latents
from latent_explorer.engine.decoder import Decoder
from latent_explorer.errors import UserError
from latent_explorer.importing.making import import_model
from latent_explorer.importing.protocol import ImportPlan
from latent_explorer.nets.model import LatentModel
from latent_explorer.places import find_bundle
from latent_explorer.points.splat import wait_for_compiled
from latent_explorer.runtime.loading import load_bundle_model

_MOVES, _TURNS = 500, 2  # alternating, so that other load affects both alike
_COMPARED = 2000  # latents, and as many midpoints


class _Decoding(nn.Module):
    """The decoder of a model for export: latents to pictures in [0, 1]."""

    def __init__(self, model: LatentModel) -> None:
        super().__init__()
        self.decoder = model.decoder

    def forward(self, z: Tensor) -> Tensor:
        """Pictures (n, c, h, w) of latents (n, d)."""
        made: Tensor = self.decoder(z).sigmoid()
        return made


class _Encoding(nn.Module):
    """The encoder of a model for export: images to means."""

    def __init__(self, model: LatentModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        """Means (n, d) of images (n, c, h, w)."""
        return self.model.encode_unrefined(x).mean


def measure_import(model: str | None = None) -> dict[str, Any]:
    """Hovers over both bundles, alternating, in the real window, and the grey levels between their pictures."""
    folder = find_bundle(model or "mnist-vae-2d")
    with tempfile.TemporaryDirectory() as scratch:
        imported = Path(scratch) / "imported"
        pair = export_pair(folder, Path(scratch))
        plan = ImportPlan(
            decoder=pair[0], encoder=pair[1], images=read_config(folder).dataset.source, folder=imported, device="cpu"
        )
        *_, _ = import_model(plan)
        apart = _levels_apart(folder, imported)
        times: dict[Path, list[float]] = {folder: [], imported: []}
        for _ in range(_TURNS):
            for each, found in times.items():
                found += _hovered(each)
    ours, theirs = Measure.of(times[folder]), Measure.of(times[imported])
    return {
        "bundle": ours,
        "onnx": theirs.beside("bundle", times[folder]),
        "p99_ratio": theirs.p99 / ours.p99,
        "levels_apart": apart,
    }


def export_pair(folder: Path, target: Path) -> tuple[Path, Path]:
    """Export decoder and encoder of a bundle as ONNX files. Raises UserError if the exporter is not installed."""
    model = load_bundle_model(folder).eval()
    height, width, channels = model.spec.image_shape
    given = {
        target / "decoder.onnx": (_Decoding(model), torch.zeros(2, model.spec.latent_dim)),
        target / "encoder.onnx": (_Encoding(model), torch.zeros(2, channels, height, width)),
    }
    for path, (module, example) in given.items():
        try:
            torch.onnx.export(
                module.eval(), (example,), path, dynamo=True, external_data=False, dynamic_shapes=({0: "n"},),
                verbose=False,
            )  # fmt: skip
        except ImportError as error:
            raise UserError(f"{error}: pip install onnx onnxscript, which export models") from error
    decoder, encoder = given
    return decoder, encoder


def _levels_apart(one: Path, other: Path) -> int:
    """The largest difference between pictures of latents and of midpoints, in grey levels."""
    z = read_latents(one).mean
    chosen = z[np.random.default_rng(0).permutation(len(z))[: 2 * _COMPARED]]
    places = np.concatenate([chosen[:_COMPARED], (chosen[:_COMPARED] + chosen[_COMPARED:]) / 2]).astype(np.float32)
    pictures = [
        Decoder(load_bundle_model(each), torch.device("cpu")).pictures(places).astype(int) for each in (one, other)
    ]
    return int(np.abs(pictures[0] - pictures[1]).max())


def _hovered(folder: Path) -> list[float]:
    with person_at_a_window(str(folder)) as person:
        person.wait_for_the_engine()
        wait_for_compiled()
        return hover_times(person, _MOVES).exact
