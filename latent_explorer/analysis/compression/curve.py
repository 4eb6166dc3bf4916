"""Bytes an image against PSNR: the latents rounded at several bits, and how curves are compared."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.compression.container import CompressedSet, packed
from latent_explorer.analysis.compression.quantiser import BITS, Quantiser

Images = NDArray[np.uint8]
Decode = Callable[[NDArray[np.float32]], Iterable[tuple[int, Images]]]
"""The pictures uint8 (k, h, w, c) of latents (n, d), slice by slice, each with where it starts."""
_EXACT = 1e-8  # mean squared error: what comes back to the bit counts as 80 dB in the mean of PSNRs


@dataclass(frozen=True)
class RatePoint:
    """One setting of one way to compress. setting: in words. bytes: an image, in the mean.

    psnr: in dB, of the mean squared error over all pixels of all images, 10 log10(1 / MSE), pixels in [0, 1].
    mean_psnr: the mean over the images of each one's own; at most 80 dB counts.
    """

    setting: str
    bytes: float
    psnr: float
    mean_psnr: float


@dataclass(frozen=True)
class RateCurve:
    """One way to compress, at several settings. name: in JSON. label: in words. counted: which bytes."""

    name: str
    label: str
    counted: str
    points: tuple[RatePoint, ...]

    def bytes_at(self, psnr: float) -> float | None:
        """The fewest bytes for that PSNR, in a straight line between points; None where it is never so good."""
        points = best(self.points)
        if not points or psnr > points[-1].psnr:
            return None
        found = np.interp(psnr, [each.psnr for each in points], [each.bytes for each in points])
        return float(found)

    def figures(self) -> dict[str, Any]:
        """As it stands in JSON."""
        return asdict(self)


class Errors:
    """Mean squared errors of images that come slice by slice."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self._errors = np.zeros(len(images))

    def take(self, start: int, pictures: Images) -> None:
        """Pictures uint8 (k, h, w, c) of the images from `start` on."""
        place = slice(start, start + len(pictures))
        self._errors[place] = squared_errors(pictures, self._images[place])

    def point(self, setting: str, size: float) -> RatePoint:
        """The point of so many bytes an image."""
        return point_of(setting, size, self._errors)


def squared_errors(pictures: Images, images: Images) -> NDArray[np.float64]:
    """The mean squared error (n,) of each of n pictures, on pixels in [0, 1]."""
    difference = pictures.astype(np.float32) - images
    found: NDArray[np.float64] = np.square(difference).reshape(len(images), -1).mean(1, dtype=np.float64) / 255**2
    return found


def psnr(error: float) -> float:
    """In dB, of a mean squared error on pixels in [0, 1]; at most 80."""
    return float(10 * np.log10(1 / max(error, _EXACT)))


def point_of(setting: str, size: float, errors: NDArray[np.float64]) -> RatePoint:
    """The point of a setting by the squared errors (n,) of its images."""
    single = 10 * np.log10(1 / np.maximum(errors, _EXACT))
    return RatePoint(setting, size, psnr(float(errors.mean())), float(single.mean()))


def best(points: Sequence[RatePoint]) -> list[RatePoint]:
    """Those of which no other is as small and as good, bytes and PSNR ascending."""
    kept: list[RatePoint] = []
    for point in sorted(points, key=lambda each: (each.bytes, -each.psnr)):
        if not kept or point.psnr > kept[-1].psnr:
            kept.append(point)
    return kept


@dataclass(frozen=True, eq=False)
class Material:
    """What is compressed: latents z (n, d) of images (n, h, w, c).

    train: the latents (m, d) that steps are chosen from. model, seal: of the model, as in `CompressedSet`. labels: of a
    model that is given the class.
    """

    z: NDArray[np.float32]
    images: Images
    train: NDArray[np.float32]
    model: str = ""
    seal: bytes = bytes(16)
    labels: NDArray[np.int32] | None = None

    def compressed(self, bits: int, rows: slice = slice(None)) -> CompressedSet:
        """Some of them at so many bits a dimension."""
        quantiser = Quantiser.of(self.train, bits)
        shape: tuple[int, int, int] = self.images.shape[1:]
        labels = None if self.labels is None else self.labels[rows]
        symbols = quantiser.symbols(self.z[rows])
        return CompressedSet(self.model, self.seal, shape, bits, quantiser.step, symbols, labels)


def prepared(
    material: Material, size_of: Callable[[CompressedSet], int] = lambda content: len(packed(content))
) -> list[tuple[CompressedSet, int]]:
    """The images at 1 to 8 bits, each set with its bytes. size_of: `container.expected_size` where time is short."""
    return [(content, size_of(content)) for content in map(material.compressed, BITS)]


def of_latents(
    images: Images, sets: Sequence[tuple[CompressedSet, int]], decode: Decode
) -> Generator[None, None, RateCurve]:
    """The curve of latents rounded, as `prepared`; yields after each slice of pictures, and returns it.

    Counted is the whole file of all images, by their number: header, tables, coded latents. Not counted is the decoder.
    """
    points = []
    for content, size in sets:
        errors = Errors(images)
        for start, pictures in decode(content.latents):
            errors.take(start, pictures)
            yield None
        points.append(errors.point(f"{content.bits} bits", size / len(images)))
    return RateCurve("latents", "Latents", "the whole file of all images; not the decoder", tuple(points))
