"""Comparisons for rounded latents on the same images: principal components rounded in the same way, JPEG, WebP."""

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.analysis.compression.container import expected_size
from latent_explorer.analysis.compression.curve import Errors, Images, Material, RateCurve, RatePoint, best
from latent_explorer.analysis.compression.quantiser import BITS
from latent_explorer.errors import UserError

_QUALITIES = (0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
_BLOCK = 16  # pixels: the block size of JPEG and WebP; images of a sheet share no block
_MOST_SIDE = 16_383  # pixels of a WebP picture
_FITTED = 20_000  # training images that components are fitted on
_COUNTS = (8, 16, 24, 32, 48, 64, 96, 128, 192)  # numbers of components
_COMPONENTS = _COUNTS[-1]
_WHOLE = "the whole file of all images; not the components"
_JPEG_END = 2  # bytes that end every JPEG file
_WEBP_HEADER = 30  # bytes: the container's 20, and 10 of the picture with its size

Codec = Literal["JPEG", "WebP"]


@dataclass(frozen=True, eq=False)
class PrincipalAxes:
    """Principal components of training images. middle: float32 (pixels,). axes: float32 (pixels, k), widest first."""

    middle: NDArray[np.float32]
    axes: NDArray[np.float32]

    @classmethod
    def of(cls, images: Images, most: int = _COMPONENTS) -> "PrincipalAxes":
        """The first `most` components of at most 20,000 evenly chosen images (n, h, w, c); reproducible."""
        from sklearn.utils.extmath import randomized_svd

        some = images[np.linspace(0, len(images) - 1, min(_FITTED, len(images))).round().astype(int)]
        rows = some.reshape(len(some), -1).astype(np.float32) / 255
        middle = rows.mean(0)
        count = min(most, *rows.shape)
        _, _, axes = randomized_svd(rows - middle, count, n_iter=4, random_state=0)
        return cls(middle, np.ascontiguousarray(axes.T, np.float32))

    def project(self, images: Images, count: int) -> NDArray[np.float32]:
        """The first components (n, count) of images (n, h, w, c)."""
        rows = images.reshape(len(images), -1).astype(np.float32) / 255
        return np.asarray((rows - self.middle) @ self.axes[:, :count], np.float32)

    def pictures(self, components: NDArray[np.float32], shape: tuple[int, ...]) -> Images:
        """The pictures uint8 (n, *shape) of components (n, count)."""
        rows = components @ self.axes[:, : components.shape[1]].T + self.middle
        return (rows * 255 + 0.5).clip(0, 255).astype(np.uint8).reshape(len(rows), *shape)


def of_components(images: Images, train: Images, dimensions: int) -> list[RateCurve]:
    """Two curves: with as many components as latent dimensions, and with the best number of up to 192.

    images: to compress. train: (m, h, w, c), to fit components and steps on. Rounded and counted like latents, by the
    cost of each number.
    """
    fitted = PrincipalAxes.of(train, max(_COMPONENTS, dimensions))
    most = fitted.axes.shape[1]
    alike = _rounded(images, train, fitted, min(dimensions, most))
    points = list(alike)
    for count in {min(each, most) for each in _COUNTS} - {min(dimensions, most)}:
        points += _rounded(images, train, fitted, count)
    return [
        RateCurve("pca", f"PCA, {min(dimensions, most)} components", _WHOLE, tuple(alike)),
        RateCurve("pca_best", "PCA, best number of components", _WHOLE, tuple(best(points))),
    ]


def _rounded(images: Images, train: Images, fitted: PrincipalAxes, count: int) -> list[RatePoint]:
    material = Material(fitted.project(images, count), images, fitted.project(train[:_FITTED], count))
    points = []
    for bits in BITS:
        content, errors = material.compressed(bits), Errors(images)
        errors.take(0, fitted.pictures(content.latents, images.shape[1:]))
        points.append(errors.point(f"{count} components, {bits} bits", expected_size(content) / len(images)))
    return points


def of_codec(images: Images, codec: Codec, singles: int) -> Iterator[RateCurve]:
    """Three curves of a codec: one sheet of all images, and a file for each of `singles` evenly chosen images, with and
    without the parts that are the same in all files.

    Raises UserError if images do not have one or three channels.
    """
    name = codec.lower()
    sheet = tuple(_sheet_point(images, codec, quality) for quality in _QUALITIES)
    yield RateCurve(f"{name}_sheet", f"{codec}, one sheet", "one file that shows all images side by side", sheet)
    some = images[np.linspace(0, len(images) - 1, min(singles, len(images))).round().astype(int)]
    files = [list(_single_points(some, codec, quality)) for quality in _QUALITIES]
    whole, bare = (tuple(pair[place] for pair in files) for place in (0, 1))
    yield RateCurve(f"{name}_files", f"{codec}, a file each", "a file for each image, whole", whole)
    yield RateCurve(f"{name}_bare", f"{codec}, without headers", _BARE[codec], bare)


_BARE = {
    "JPEG": "the coded pixels of a file for each image: not its tables and headers, which are alike in all",
    "WebP": "a file for each image less its 30 bytes of container and picture header",
}


def _single_points(images: Images, codec: Codec, quality: int) -> Iterator[RatePoint]:
    errors, sizes, bare = Errors(images), [], []
    for number, image in enumerate(images):
        content = _written(image, codec, quality)
        sizes.append(len(content))
        bare.append(_without_header(content, codec))
        errors.take(number, _shown(content, image.shape)[None])
    for each in (sizes, bare):
        yield errors.point(f"quality {quality}", float(np.mean(each)))


def _sheet_point(images: Images, codec: Codec, quality: int) -> RatePoint:
    errors, size = Errors(images), 0
    for start in range(0, len(images), per_sheet(images.shape[1:])):
        some = images[start : start + per_sheet(images.shape[1:])]
        sheet = laid_out(some)
        content = _written(sheet, codec, quality)
        size += len(content)
        errors.take(start, _cut_out(_shown(content, sheet.shape), len(some), some.shape[1:]))
    return errors.point(f"quality {quality}", size / len(images))


def _padded(shape: tuple[int, ...]) -> tuple[int, int]:
    rows, columns = (-(-side // _BLOCK) * _BLOCK for side in shape[:2])
    return rows, columns


def per_sheet(shape: tuple[int, ...]) -> int:
    """The number of images (h, w, c) that fit on one sheet."""
    rows, columns = (_MOST_SIDE // side for side in _padded(shape))
    return max(1, rows * columns)


def laid_out(images: Images) -> Images:
    """Images (n, h, w, c) row by row on a nearly square sheet; edges are repeated to fill whole blocks."""
    count, (rows, columns) = len(images), _padded(images.shape[1:])
    across = min(math.ceil(math.sqrt(count * rows / columns)), _MOST_SIDE // columns)
    down = math.ceil(count / across)
    missing = (rows - images.shape[1], columns - images.shape[2])
    whole = np.pad(images, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)), "edge")
    whole = np.concatenate([whole, np.zeros((across * down - count, *whole.shape[1:]), np.uint8)])
    grid = whole.reshape(down, across, rows, columns, -1).swapaxes(1, 2)
    return np.ascontiguousarray(grid.reshape(down * rows, across * columns, -1))


def _cut_out(sheet: Images, count: int, shape: tuple[int, ...]) -> Images:
    rows, columns = _padded(shape)
    grid = sheet.reshape(sheet.shape[0] // rows, rows, sheet.shape[1] // columns, columns, -1).swapaxes(1, 2)
    return grid.reshape(-1, rows, columns, sheet.shape[2])[:count, : shape[0], : shape[1]]


def _written(image: Images, codec: Codec, quality: int) -> bytes:
    if image.shape[2] not in (1, 3):
        raise UserError(f"{codec} holds images of one or three channels, found {image.shape[2]}")
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    stream = io.BytesIO()
    options = {"method": 6} if codec == "WebP" else {"optimize": min(image.shape[:2]) > 4 * _BLOCK}
    picture.save(stream, codec, quality=quality, **options)  # default tables: the same in all files
    return stream.getvalue()


def _shown(content: bytes, shape: tuple[int, ...]) -> Images:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("L" if shape[2] == 1 else "RGB"), np.uint8).reshape(shape)


def _without_header(content: bytes, codec: Codec) -> int:
    """The bytes of a file without the parts that are the same in all files of its size and quality."""
    if codec == "WebP":
        return len(content) - _WEBP_HEADER
    scan = content.rindex(b"\xff\xda")
    length = int.from_bytes(content[scan + 2 : scan + 4], "big")
    return len(content) - (scan + 2 + length) - _JPEG_END


def tasks(images: Images, train: Images, dimensions: int, singles: int) -> dict[str, Callable[[], list[RateCurve]]]:
    """Functions that compute the curves of all rivals, by a description; each takes seconds.

    images: uint8 (n, h, w, c), to compress. train: (m, h, w, c). dimensions: of the latents. singles: the number of
    images written as single files.
    """
    return {
        "Principal components": lambda: of_components(images, train, dimensions),
        "JPEG": lambda: list(of_codec(images, "JPEG", singles)),
        "WebP": lambda: list(of_codec(images, "WebP", singles)),
    }
