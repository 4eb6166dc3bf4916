"""How well images fit the latents of a bundle, measured by encoding a sample of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import Latents
from latent_explorer.bundles.latents import of_images
from latent_explorer.data import Dataset
from latent_explorer.engine.decoder import Decoder

UNCHECKED = "Whether they fit cannot be checked: the model has no encoder."
_SAMPLE = 256
_NEAR, _WORSE = 0.5, 2.0


@dataclass(frozen=True)
class ImageFit:
    """The fit of a sample of images.

    count: the size of the sample. distance: the median distance between the encoded image and the stored latent with
    its number; among: the median distance between two stored latents. mse: the mean squared error of the images'
    reconstructions, on pixels in [0, 1]; usual: the same for the original images; None if it is not stored.
    """

    count: int
    distance: float
    among: float
    mse: float
    usual: float | None

    @property
    def in_place(self) -> bool:
        """Whether the images are encoded to the stored latents."""
        return self.distance <= _NEAR * self.among

    @property
    def known(self) -> bool:
        """Whether the model reconstructs the images about as well as the original ones."""
        return self.usual is None or self.mse <= _WORSE * self.usual

    @property
    def fits(self) -> bool:
        return self.in_place and self.known

    def sentences(self) -> str:
        """The figures and a conclusion, as text."""
        usual = "" if self.usual is None else f", usual {self.usual:.4f}"
        return (
            f"{self._verdict}\n\nOf {self.count} images: distance of the encoded images to the stored latents "
            f"{self.distance:.3g}, among themselves {self.among:.3g}; reconstruction MSE {self.mse:.4f}{usual}."
        )

    @property
    def _verdict(self) -> str:
        if self.fits:
            return "They fit: they are encoded to nearly the same latents, as the same images saved differently are."
        if self.known:
            return (
                "They do not fit: the model knows images like these, but they are not those of its latents, or they "
                "come in another order. Most points would show the image of another."
            )
        if self.in_place:
            return "They fit in part: they lie where they should, but are reconstructed worse than usual."
        return "They do not fit: the model does not know images like these. Points would show unrelated images."


class Encodes(Protocol):
    """The part of `ModelService` that encodes images."""

    @property
    def decoder(self) -> Decoder: ...

    def in_slices(
        self, kind: str, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """As `ModelService.in_slices`."""


def image_fit(service: Encodes, latents: Latents, found: Dataset) -> Iterator[ImageFit | None]:
    """The fit of images to the latents with the same numbers; encodes one slice of the sample at each step."""
    random = np.random.default_rng(0)
    numbers = np.sort(random.permutation(of_images(latents.split))[:_SAMPLE]).astype(np.int64)

    def measured(some: NDArray[np.int64]) -> NDArray[np.float64]:
        """The distance and the squared error (k, 2) of some of the images."""
        images = found.images[latents.images(some)]
        z, pictures = service.decoder.round_trip(images, None if latents.label is None else latents.label[some])
        off = np.linalg.norm(z.astype(np.float64) - latents.mean[some], axis=1)
        error = np.square((images.astype(np.float64) - pictures) / 255).reshape(len(images), -1).mean(1)
        return np.stack([off, error], 1)

    rows = []
    for _, some in service.in_slices("fit", numbers, measured):
        rows.append(some)
        yield None
    distance, error = np.concatenate(rows).T
    one, other = random.integers(latents.images_from, len(latents), (2, 16 * _SAMPLE))
    apart = np.linalg.norm(latents.mean[one[one != other]] - latents.mean[other[one != other]], axis=1)
    usual = None if latents.error is None else float(latents.error[numbers].mean(dtype=np.float64))
    among = float(np.median(apart)) if len(apart) else 0.0
    yield ImageFit(len(numbers), float(np.median(distance)), among, float(error.mean()), usual)
