"""One model's decoder on another's latents: pictures, ranks and classes of translated latents."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.distances import blocks
from latent_explorer.alignment.pair import Indices, Side
from latent_explorer.data import open_dataset
from latent_explorer.data.files import Bounds
from latent_explorer.errors import UserError

Pictures = NDArray[np.float32]
_BATCH = 512
_SECONDS = 60.0  # for which images are looked for
_TAUGHT = 5_000
"""Training images for the classifier: all 60,000 take minutes."""


@dataclass(eq=False)
class Drawer:
    """A bundle's decoder, and the images themselves. Everything is loaded on demand."""

    side: Side
    _known: dict[bytes, Any] = field(default_factory=dict)

    @cached_property
    def _model(self) -> Any:
        from latent_explorer.runtime.loading import load_bundle_model

        return load_bundle_model(self.side.folder, self.side.config)

    @cached_property
    def _originals(self) -> tuple[Any, str]:
        """The images of the bundle's dataset, or why there are none."""
        record = self.side.config.dataset
        if not record.source:
            return None, f"{self.side.name} was made without images"
        try:
            found = open_dataset(record.source, bounds=Bounds.of(record.count, _SECONDS))
        except UserError as error:
            return None, f"the images of {self.side.name} are not available: {error}"
        if found.fingerprint != record.fingerprint:
            return None, f"{record.source} does not hold the images of {self.side.name}"
        return found.images, ""

    @property
    def missing(self) -> str:
        """Why there are no images to compare with; empty if there are."""
        return self._originals[1]

    def pictures(self, z: NDArray[np.floating], images: Indices) -> Iterator[Pictures]:
        """Blocks (m, h * w * c) of pictures in [0, 1] of latents (n, d), each with the class of its image (n,)."""
        import torch

        labels = self.side.latents.label if self.side.config.net.classes else None
        for start in range(0, len(z), _BATCH):
            rows = slice(start, start + _BATCH)
            classes = None if labels is None else torch.from_numpy(labels[images[rows]])
            with torch.inference_mode():
                made = self._model.decode(torch.from_numpy(np.asarray(z[rows], np.float32)), classes)
            yield made.float().permute(0, 2, 3, 1).flatten(1).numpy()

    def own(self, images: Indices) -> Iterator[Pictures]:
        """Pictures of the own latents of some of its images."""
        return self.pictures(self.side.mean[images], images)

    def error(self, z: NDArray[np.floating], images: Indices) -> float:
        """The mean squared error, on pixels in [0, 1], of the pictures of latents (n, d) of some images.

        Compared with the images themselves or, if they are missing, with the pictures of their own latents.
        """
        total, start, own = 0.0, 0, self.own(images) if self.missing else None
        for made in self.pictures(z, images):
            rows = images[start : start + len(made)]
            wanted = self._images(rows) if own is None else next(own)
            total += float(np.square(made - wanted).sum(dtype=np.float64)) / made.shape[1]
            start += len(made)
        return total / len(images)

    def own_error(self, images: Indices) -> float:
        """The error of the pictures of their own latents."""
        key = b"error" + images.tobytes()
        if key not in self._known:
            self._known[key] = self.error(self.side.mean[images], images)
        return float(self._known[key])

    def own_pictures(self, images: Indices) -> Pictures:
        """All pictures of the own latents of some images at once, float32 (n, h * w * c)."""
        key = b"pictures" + images.tobytes()
        if key not in self._known:
            self._known[key] = np.concatenate(list(self.own(images)))
        found: Pictures = self._known[key]
        return found

    def classes(self, z: NDArray[np.floating]) -> Indices:
        """The classes int64 (n,) of latents (n, d), by a support vector machine trained on some training images."""
        found: Indices = self._classifier.predict(np.asarray(z, np.float64))
        return found

    def own_accuracy(self, images: Indices) -> float:
        """The share of images whose class is recognised from their own latents."""
        key = b"accuracy" + images.tobytes()
        if key not in self._known:
            labels = self.side.latents.label
            assert labels is not None
            self._known[key] = (self.classes(self.side.mean[images]) == labels[images]).mean()
        return float(self._known[key])

    @cached_property
    def _classifier(self) -> Any:
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC

        labels = self.side.latents.label
        assert labels is not None
        taught = np.flatnonzero(self.side.latents.split == 0)
        taught = np.random.default_rng(0).permutation(taught)[:_TAUGHT]
        return make_pipeline(StandardScaler(), SVC(C=10)).fit(self.side.mean[taught].astype(np.float64), labels[taught])

    def _images(self, rows: Indices) -> Pictures:
        images: NDArray[np.uint8] = self._originals[0][self.side.latents.images(rows)]
        return images.reshape(len(rows), -1).astype(np.float32) * np.float32(1 / 255)


def fitted_to(z: NDArray[np.floating], dimensions: int) -> NDArray[np.float32]:
    """Latents (n, d) padded with zeros or truncated: the naive way into another space."""
    z = np.asarray(z, np.float32)[:, :dimensions]
    return np.pad(z, ((0, 0), (0, dimensions - z.shape[1])))


def closed(naive: float, stitched: float, own: float) -> float | None:
    """The closure (naive - stitched) / (naive - own) of three mean squared errors; None if there is no gap."""
    gap = naive - own
    return (naive - stitched) / gap if gap > 1e-9 else None


def reciprocal_rank(made: NDArray[np.float32], own: NDArray[np.float32]) -> float:
    """The mean of 1 / r, where the own (n, d) of image i is the r-th nearest to its translation (n, d)."""
    middle = own.mean(0)
    made, own = made - middle, own - middle
    squares, total = np.square(own).sum(1), 0.0
    for rows in blocks(len(made), 4 * len(own)):
        scores = squares - 2 * (made[rows] @ own.T)
        true = scores[np.arange(len(scores)), np.arange(rows.start, rows.stop)]
        total += float((1 / (1 + (scores < true[:, None]).sum(1))).sum())
    return total / len(made)
