"""What the window opens for a caller's model: a bundle in a temporary folder, with latents and no weights."""

import hashlib
import io
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from latent_explorer.bundles import FORMAT, BundleConfig, DatasetRecord, Latents, TrainingRecord, save_bundle
from latent_explorer.bundles.config import CALLER, ProgramRecord
from latent_explorer.charts import Turn, chart_for
from latent_explorer.data import Dataset
from latent_explorer.engine.decoder import Allowance
from latent_explorer.exploring.found_model import ExploredModel, as_numpy
from latent_explorer.exploring.given_data import GivenImages
from latent_explorer.nets.families import FOREIGN
from latent_explorer.nets.spec import NetSpec
from latent_explorer.version import __version__

_QUIET = 1.0  # seconds for which nothing is said of how far it is
_SMALL, _LARGE = 0.1, 0.5  # seconds that a batch should take
_MOST = 1024
_JUDGING = 10.0  # seconds that errors may take before a window opens; else they are left out


@dataclass(frozen=True, eq=False)
class Explored:
    """What is explored: a model, and the data in its terms.

    z: float32 (n, ...), in the shape that the decoder takes. label: int64 (n,), or None. error: float32 (n,), of the
    reconstructions, or None if there are no images or it would take long. turn: of the plane of the default chart.
    """

    name: str
    model: ExploredModel
    z: NDArray[np.float32]
    images: GivenImages | None = None
    label: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    error: NDArray[np.float32] | None = None
    turn: Turn | None = None
    _datasets: dict[str, Dataset] = field(default_factory=dict)

    @property
    def flat(self) -> NDArray[np.float32]:
        """The latents (n, d)."""
        return self.z.reshape(len(self.z), -1)

    def beside(self, before: "Explored") -> "Explored":
        """The same with its map aligned to that of the same number of earlier latents: principal axes may flip at any
        change."""
        if len(self.z) != len(before.z) or self.flat.shape[1] <= 2:
            return replace(self, turn=None)
        return replace(self, turn=Turn.between(chart_for(self.flat).to_plane(self.flat), before.plane))

    @property
    def plane(self) -> NDArray[np.float64]:
        """The places of the latents on the default chart, (n, 2)."""
        return chart_for(self.flat, turn=self.turn).to_plane(self.flat)

    @property
    def dataset(self) -> Dataset | None:
        """The images, each with the number of its latent; None if there are none."""
        if self.images is None:
            return None
        if "" not in self._datasets:
            split = np.zeros(len(self.z), np.uint8)
            told = f"{len(self.z):,} images given to explore"
            self._datasets[""] = Dataset(told, self.images.levels(), self.label, self.class_names, split)
        return self._datasets[""]


def write_explored(explored: Explored, folder: Path) -> BundleConfig:
    """Write what the window opens into a new folder, named after the model. Raises BundleError."""
    decoder, encoder = explored.model.decoder, explored.model.encoder
    record = ProgramRecord(
        format=CALLER,
        latent_shape=decoder.latent_shape,
        value_range=decoder.form.span,
        encodes=encoder is not None,
    )
    spec = NetSpec(
        family=FOREIGN.name, trunk="", image_shape=decoder.form.shape, latent_dim=explored.flat.shape[1], hidden=()
    )
    config = BundleConfig(
        format=FORMAT, name=explored.name, net=spec, dataset=_record(explored), training=_UNTRAINED, metrics={},
        versions={"latent-explorer": __version__, "torch": str(torch.__version__), "numpy": np.__version__}, files={},
        program=record, turn=explored.turn,
    )  # fmt: skip
    split = np.zeros(len(explored.z), np.uint8)
    latents = Latents(explored.flat, None, explored.label, split, explored.error)
    card = f"# {explored.name}\n\nA model in a Python process, opened by `latent_explorer.explore`.\n"
    save_bundle(folder, config, {}, latents, card, _preview(explored), program={})
    return config


_UNTRAINED = TrainingRecord(
    epochs=0, batch_size=1, learning_rate=0.0, seed=0, device="", minutes=0.0, command="latent_explorer.explore(...)"
)


def _record(explored: Explored) -> DatasetRecord:
    dataset = explored.dataset
    name = "latents given to explore" if dataset is None else dataset.name
    fingerprint = hashlib.sha256(explored.z.data).hexdigest() if dataset is None else dataset.fingerprint
    count = len(explored.z)
    return DatasetRecord(name=name, source="", fingerprint=fingerprint, count=count, class_names=explored.class_names)


def _preview(explored: Explored) -> bytes:
    picture = explored.model.decoder(torch.from_numpy(explored.flat[:1])).nan_to_num(0).clamp(0, 1).mul(255)
    pixels = picture[0].permute(1, 2, 0).to(torch.uint8).cpu().numpy()
    stream = io.BytesIO()
    Image.fromarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels).save(stream, "PNG")
    return stream.getvalue()


def encode_all(model: ExploredModel, images: GivenImages) -> NDArray[np.float32]:
    """The latents float32 (n, ...) of images, with progress."""
    assert model.encoder is not None
    encoder, allowance, made = model.encoder, Allowance(_MOST), []
    for some in in_batches(len(images), "Encoding images"):
        x = images.batch(some.start, some.stop)
        made.append(as_numpy(torch.cat(_pieces(allowance, encoder, x))))
    return np.concatenate(made).reshape(len(images), *model.decoder.latent_shape)


def judged(model: ExploredModel, images: GivenImages, z: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The mean squared error float32 (n,) of each reconstruction, on pixels in [0, 1]; None if it takes too long."""
    allowance, flat, made = Allowance(_MOST), torch.from_numpy(z.reshape(len(z), -1)), []
    began = time.monotonic()
    for some in in_batches(len(z), "Decoding latents"):
        pictures = torch.cat(_pieces(allowance, model.decoder, flat[some]))
        made.append(as_numpy((pictures.clamp(0, 1) - images.batch(some.start, some.stop)).square().flatten(1).mean(1)))
        spent = time.monotonic() - began
        if spent * len(z) / some.stop > _JUDGING and spent > _SMALL:
            return None
    return np.concatenate(made)


def _pieces(allowance: Allowance, work: Callable[[Tensor], Tensor], x: Tensor) -> list[Tensor]:
    return allowance.pieces(work, x)  # type: ignore[arg-type]  # what can be sliced


def in_batches(count: int, words: str) -> Iterator[slice]:
    """All of a number of things in batches; progress goes to standard error if it takes long."""
    began, start, size, told = time.monotonic(), 0, 16, False
    while start < count:
        before = time.monotonic()
        yield slice(start, min(start + size, count))
        start, took = min(start + size, count), time.monotonic() - before
        size = min(2 * size, _MOST) if took < _SMALL else max(size // 2, 1) if took > _LARGE else size
        if told or time.monotonic() - began > _QUIET:
            print(f"\r{words}: {start:,} of {count:,}", end="", file=sys.stderr, flush=True)
            told = True
    if told:
        print(file=sys.stderr)
