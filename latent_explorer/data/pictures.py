"""Decoding image files into one array."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from latent_explorer.data.content import formats_of, what_is
from latent_explorer.data.dataset import ShardedImages
from latent_explorer.data.download import Progress
from latent_explorer.data.files import ImageFile, check_total
from latent_explorer.data.levels import as_bytes
from latent_explorer.errors import DataError

Size = tuple[int, int]
"""Height and width in pixels."""
Pages = Literal["one", "all", "first"]
"""What is read of a file with several pictures: nothing, because there may be only one; each; the first."""

_MAX_BYTES = 2**29  # of the decoded pixels of one picture
_PAGED = frozenset({"GIF", "TIFF", "WEBP", "PNG", "AVIF", "FLI", "DCX"})
_GREY = frozenset({"1", "L", "LA", "La"})
_REDUCED, _BITS = 254, 258  # TIFF's tags of a page that is another one made smaller, and of bits a sample
_SECOND = "some JPEG files hold a second picture (MPO), which was not read"
_DEEP_COLOUR = "some images have more than 8 bits a colour: their upper 8 were read"


@dataclass(frozen=True, eq=False)
class Stack:
    """images: uint8 (n, h, w, c). pages: of each file. notes: what was changed or guessed."""

    images: NDArray[np.uint8]
    pages: tuple[int, ...]
    notes: tuple[str, ...] = ()


def stack(
    files: Sequence[ImageFile], resize: Size | None = None, progress: Progress | None = None, pages: Pages = "one"
) -> Stack:
    """The pictures of all files in order, in colour (c = 3) if any one is; see `decode` for `pages`.

    Pictures of more than 8 bits are scaled by the range of all of them. Raises DataError if a file is not an image, the
    sizes differ and `resize` is None, or a file has several pictures and `pages` does not say which to read.
    """
    counts = [_count(file) for file in files] if pages == "all" else [1] * len(files)
    images, deep, notes, place = np.empty((0, 0, 0, 0), np.uint8), {}, set[str](), 0
    for number, file in enumerate(files):
        for picture in _pictures(file, resize, pages):
            if not place:
                check_total(file.where, sum(counts) * picture.pixels.size)
                images = np.empty((sum(counts), *picture.pixels.shape), np.uint8)
                first = file.where
            _check_size(picture.pixels, images, file.where, first)
            if picture.pixels.shape[2] > images.shape[3]:
                check_total(file.where, 3 * images.size)
                images = images.repeat(3, axis=3)
            if picture.pixels.dtype == np.uint8:
                images[place] = picture.pixels
            else:
                deep[place] = picture.pixels
            notes.update(picture.notes)
            place += 1
        if progress is not None:
            progress(number + 1, len(files))
    if deep:
        levels, said = as_bytes(list(deep.values()), f"images of more than 8 bits, as {files[0].where}")
        notes.update(said)
        for index, array in zip(deep, levels, strict=True):
            images[index] = array
    return Stack(images, tuple(counts), tuple(sorted(notes)))


@dataclass(frozen=True, eq=False)
class _Picture:
    """pixels: (h, w, 1 or 3), uint8, or integers or floats of more bits. notes: what was changed or guessed."""

    pixels: NDArray[Any]
    notes: tuple[str, ...] = ()


def _count(file: ImageFile) -> int:
    return looked_at(file)[1]


def looked_at(file: ImageFile) -> tuple[Size, int]:
    """The size of a file's first picture, and the number of pictures, by its header. Raises DataError if it is not an
    image."""
    with _Opened(file.open(), file.where) as image:
        return (image.height, image.width), len(_pages(image))


def _pictures(file: ImageFile, resize: Size | None, pages: Pages) -> Iterator[_Picture]:
    """The pictures of one file: rotated by its EXIF, of size `resize` if that is given; transparent pixels are
    white."""
    with _Opened(file.open(), file.where) as image:
        numbers = _pages(image)
        if len(numbers) > 1 and pages == "one":
            raise DataError(
                f"{file.where}: expected one picture, found {len(numbers):,} pages; write @pages after the dataset to "
                "read each as an image, or @first to read the first of each file"
            )
        second = (_SECOND,) if image.format == "MPO" else ()
        for number in numbers if pages == "all" else numbers[:1]:
            try:
                image.seek(number)
                _check_bytes(image, resize, file.where)
                picture = _picture(image, resize)
                yield replace(picture, notes=(*picture.notes, *second))
            except DataError:
                raise
            except Exception as error:  # what Pillow's decoders raise on damaged files is nearly anything
                raise _damaged(file.where, image.format) from error


class _Opened:
    """A picture in a stream, not decoded yet. Raises DataError, saying what it is instead, if it is not one."""

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._stream, self._where = stream, where

    def __enter__(self) -> Image.Image:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                self._image = Image.open(self._stream, formats=formats_of(PurePosixPath(self._where).suffix.lower()))
        except Image.DecompressionBombError as error:
            raise _too_large(self._where, "more than 178 million pixels") from error
        except Exception as error:
            self._stream.seek(0)
            raise DataError(f"{self._where}: expected an image, found {what_is(self._stream.read(4096))}") from error
        return self._image

    def __exit__(self, *_: object) -> None:
        self._image.close()


def _damaged(where: str, kind: str | None) -> DataError:
    return DataError(f"{where}: expected an image, found {kind or 'one'} data that are damaged or cut off")


def _too_large(where: str, found: str) -> DataError:
    most = _MAX_BYTES // 2**20
    return DataError(
        f"{where}: expected a picture of at most {most} MB when it is unpacked, found {found}: make it smaller"
    )


def _check_bytes(image: Image.Image, resize: Size | None, where: str) -> None:
    """Refuse a picture that would unpack to too much; a large JPEG is decoded at a fraction of its size."""
    if resize is not None:
        image.draft(None, (2 * resize[1], 2 * resize[0]))
    depth = {"I": 4, "F": 4}.get(image.mode, 2 if image.mode.startswith("I;") else 1)
    count = image.width * image.height * len(image.getbands()) * depth
    if count > _MAX_BYTES:
        raise _too_large(where, f"{image.width} x {image.height} pixels of {count / 2**20:,.0f} MB")


def _pages(image: Image.Image) -> Sequence[int]:
    """The numbers of the pages that are separate pictures."""
    count = getattr(image, "n_frames", 1) if image.format in _PAGED else 1
    if image.format != "TIFF" or count == 1:
        return range(count)
    full = []
    for number in range(count):
        image.seek(number)
        if not int(getattr(image, "tag_v2", {}).get(_REDUCED, 0)) & 1:
            full.append(number)
    return full or [0]


def _picture(image: Image.Image, resize: Size | None) -> _Picture:
    deep_colour = len(image.getbands()) > 2 and _bits(image) > 8
    upright = ImageOps.exif_transpose(image)
    notes = (_DEEP_COLOUR,) if deep_colour else ()
    if upright.mode.startswith(("I", "F")):
        if resize is not None and (upright.height, upright.width) != resize:
            real = (
                upright.convert("F") if upright.mode == "F" else Image.fromarray(np.asarray(upright).astype(np.float32))
            )
            stretched = np.asarray(_stretch(real, resize))
            values = stretched if upright.mode == "F" else np.rint(stretched).clip(*_limits(upright)).astype(np.int32)
            return _Picture(values[..., None], notes)
        return _Picture(np.asarray(upright)[..., None], notes)
    plain = _grey_or_colour(upright)
    return _Picture(_array(plain if resize is None else _stretch(plain, resize)), notes)


def _limits(image: Image.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    return float(low), float(high)  # type: ignore[arg-type]  # of one band these are two numbers


def _bits(image: Image.Image) -> int:
    """Bits per sample, according to the file; 8 if it does not say."""
    found = getattr(image, "tag_v2", {}).get(_BITS, 8)
    if image.format == "PNG":
        tiles = getattr(image, "tile", ())
        found = 16 if tiles and "16" in str(tiles[0][3]) else 8
    return int(max(found) if isinstance(found, tuple) else found)


def _grey_or_colour(image: Image.Image) -> Image.Image:
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        cover = image.convert("RGBA")
        flat = Image.alpha_composite(Image.new("RGBA", image.size, "white"), cover)
        return flat.convert("L" if image.mode in _GREY else "RGB")
    return image.convert("L" if image.mode in _GREY or _has_grey_palette(image) else "RGB")


def _has_grey_palette(image: Image.Image) -> bool:
    """Whether a picture with a palette, such as every GIF, has only greys."""
    colours = np.array(image.getpalette("RGB") if image.mode == "P" else (), np.uint8).reshape(-1, 3)
    return len(colours) > 0 and bool((colours == colours[:, :1]).all())


def resized(images: NDArray[np.uint8] | ShardedImages, size: Size) -> NDArray[np.uint8] | ShardedImages:
    """Images (n, h, w, c) stretched to `size` with a Lanczos filter, as uint8 (n, *size, c).

    Raises DataError if they are more than a dataset may have, or ShardedImages of another size.
    """
    if images.shape[1:3] == size:
        return images
    if isinstance(images, ShardedImages):
        raise DataError(
            f"expected images of {size[1]} x {size[0]}, found a folder of arrays of {images.shape[2]} x "
            f"{images.shape[1]}, which are not resized; save them in that size"
        )
    check_total(f"{len(images)} images of {size[1]} x {size[0]}", len(images) * size[0] * size[1] * images.shape[3])
    result = np.empty((len(images), *size, images.shape[3]), np.uint8)
    for source, target in zip(images, result, strict=True):
        target[:] = _array(_stretch(Image.fromarray(source.squeeze(2) if source.shape[2] == 1 else source), size))
    return result


def _check_size(picture: NDArray[Any], images: NDArray[np.uint8], where: str, first: str) -> None:
    if picture.shape[:2] != images.shape[1:3]:
        (height, width), (found_height, found_width) = images.shape[1:3], picture.shape[:2]
        raise DataError(
            f"{where}: expected {width} x {height} pixels like the first image, found {found_width} x {found_height}; "
            f"write @{height}x{width} (height x width) after the dataset to stretch all to one size"
        )


def _stretch(image: Image.Image, size: Size) -> Image.Image:
    return image.resize((size[1], size[0]), Image.Resampling.LANCZOS)


def _array(image: Image.Image) -> NDArray[np.uint8]:
    pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels
