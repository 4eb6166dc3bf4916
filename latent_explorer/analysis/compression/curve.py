"""Rate curves: bytes per image against PSNR, for latents rounded to different numbers of bits."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.compression.container import CompressedSet, packed
from latent_explorer.analysis.compression.quantiser import BITS, Quantiser

Images = NDArray[np.uint8]
Decode = Callable[[NDArray[np.float32]], Iterable[tuple[int, Images]]]
"""A function for the pictures uint8 (k, h, w, c) of latents (n, d), slice by slice, each with its start."""
_EXACT = 1e-8  # mean squared error: exact pictures count as 80 dB in the mean of PSNRs


@dataclass(frozen=True)
class RatePoint:
    """One setting of a way to compress. setting: as text. bytes: per image, on average.

    psnr: in dB, of the mean squared error over all pixels of all images, 10 log10(1 / MSE), pixels in [0, 1].
    mean_psnr: the mean of the PSNRs of single images, each at most 80 dB.
    """

    setting: str
    bytes: float
    psnr: float
    mean_psnr: float


@dataclass(frozen=True)
class RateCurve:
    """A way to compress with several settings. name: in JSON. label: in texts. counted: which bytes are counted."""

    name: str
    label: str
    counted: str
    points: tuple[RatePoint, ...]

    def bytes_at(self, psnr: float) -> float | None:
        """The bytes for a PSNR, interpolated linearly; None if it is not reached."""
        points = best(self.points)
        if not points or psnr > points[-1].psnr:
            return None
        found = np.interp(psnr, [each.psnr for each in points], [each.bytes for each in points])
        return float(found)

    def figures(self) -> dict[str, Any]:
        """The curve for JSON."""
        return asdict(self)


class Errors:
    """Collects the squared errors of images slice by slice."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self._errors = np.zeros(len(images))

    def take(self, start: int, pictures: Images) -> None:
        """Add pictures uint8 (k, h, w, c) of the images from `start`."""
        place = slice(start, start + len(pictures))
        self._errors[place] = squared_errors(pictures, self._images[place])

    def point(self, setting: str, size: float) -> RatePoint:
        """The point with `size` bytes per image."""
        return point_of(setting, size, self._errors)


def squared_errors(pictures: Images, images: Images) -> NDArray[np.float64]:
    """The mean squared error (n,) of each of n pictures, on pixels in [0, 1]."""
    difference = pictures.astype(np.float32) - images
    found: NDArray[np.float64] = np.square(difference).reshape(len(images), -1).mean(1, dtype=np.float64) / 255**2
    return found


def psnr(error: float) -> float:
    """The PSNR in dB of a mean squared error on pixels in [0, 1]; at most 80."""
    return float(10 * np.log10(1 / max(error, _EXACT)))


def point_of(setting: str, size: float, errors: NDArray[np.float64]) -> RatePoint:
    """The point of a setting with the squared errors (n,) of its images."""
    single = 10 * np.log10(1 / np.maximum(errors, _EXACT))
    return RatePoint(setting, size, psnr(float(errors.mean())), float(single.mean()))


def best(points: Sequence[RatePoint]) -> list[RatePoint]:
    """The Pareto-optimal points, bytes and PSNR ascending."""
    kept: list[RatePoint] = []
    for point in sorted(points, key=lambda each: (each.bytes, -each.psnr)):
        if not kept or point.psnr > kept[-1].psnr:
            kept.append(point)
    return kept


@dataclass(frozen=True, eq=False)
class Material:
    """The data to compress: latents z (n, d) of images (n, h, w, c).

    train: the latents (m, d) that steps are chosen from. model, seal: as in `CompressedSet`. labels: for a conditional
    model.
    """

    z: NDArray[np.float32]
    images: Images
    train: NDArray[np.float32]
    model: str = ""
    seal: bytes = bytes(16)
    labels: NDArray[np.int32] | None = None

    def compressed(self, bits: int, rows: slice = slice(None)) -> CompressedSet:
        """Some of the latents, rounded to `bits` per dimension."""
        quantiser = Quantiser.of(self.train, bits)
        shape: tuple[int, int, int] = self.images.shape[1:]
        labels = None if self.labels is None else self.labels[rows]
        symbols = quantiser.symbols(self.z[rows])
        return CompressedSet(self.model, self.seal, shape, bits, quantiser.step, symbols, labels)


def prepared(
    material: Material, size_of: Callable[[CompressedSet], int] = lambda content: len(packed(content))
) -> list[tuple[CompressedSet, int]]:
    """The images at 1 to 8 bits, each set with its bytes. size_of: `container.expected_size` for a fast estimate."""
    return [(content, size_of(content)) for content in map(material.compressed, BITS)]


def of_latents(
    images: Images, sets: Sequence[tuple[CompressedSet, int]], decode: Decode
) -> Generator[None, None, RateCurve]:
    """The curve of rounded latents from `prepared`; yields after each slice of pictures, and returns the curve.

    Counts the whole file divided by the number of images: header, tables, coded latents; not the decoder.
    """
    points = []
    for content, size in sets:
        errors = Errors(images)
        for start, pictures in decode(content.latents):
            errors.take(start, pictures)
            yield None
        points.append(errors.point(f"{content.bits} bits", size / len(images)))
    return RateCurve("latents", "Latents", "the whole file of all images; not the decoder", tuple(points))
