"""Decoding image files into one array."""

import warnings
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from latent_explorer.data.dataset import ShardedImages
from latent_explorer.data.download import Progress
from latent_explorer.data.files import ImageFile, check_total
from latent_explorer.errors import DataError

Size = tuple[int, int]
"""Height and width in pixels."""

_MAX_PIXELS = 50_000_000  # of one image file, about 7,000 x 7,000
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
_GREY = frozenset({"1", "L", "LA", "La"})


def stack(
    files: Sequence[ImageFile], resize: Size | None = None, progress: Progress | None = None
) -> NDArray[np.uint8]:
    """The pictures of all files, uint8 (n, h, w, c), in their order; in colour (c = 3) if any one is.

    Raises DataError when a file is no image or the sizes differ and `resize` is None.
    """
    first = decode(files[0].open(), files[0].where, resize)
    check_total(files[0].where, len(files) * first.size)
    images = np.empty((len(files), *first.shape), np.uint8)
    for index, file in enumerate(files):
        picture = decode(file.open(), file.where, resize)
        _check_size(picture, first, file.where)
        if picture.shape[2] > images.shape[3]:
            check_total(file.where, 3 * images.size)
            images = images.repeat(3, axis=3)
        images[index] = picture
        if progress is not None:
            progress(index + 1, len(files))
    return images


def decode(stream: BinaryIO, where: str, resize: Size | None = None) -> NDArray[np.uint8]:
    """One picture, uint8 (h, w, 1) if grey, else (h, w, 3), turned as its EXIF says, of `resize` if that is given.

    16-bit grey keeps its upper eight bits; transparent pixels are laid on white; an animation gives its first frame.
    Raises DataError, naming the file as `where`, when it is no image, damaged, or more than 50 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(stream, formats=_FORMATS) as image:
                if image.width * image.height > _MAX_PIXELS:
                    found = f"{image.width} x {image.height}: refused as a decompression bomb"
                    raise DataError(f"{where}: expected at most {_MAX_PIXELS} pixels, found {found}")
                return _pixels(image, resize)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(f"{where}: expected at most {_MAX_PIXELS} pixels, found a decompression bomb") from error
    except DataError:
        raise
    except Exception as error:  # what Pillow's decoders raise on damaged files is nearly anything
        raise DataError(f"{where}: expected an image ({', '.join(_FORMATS)}), found: {error}") from error


def resized(images: NDArray[np.uint8] | ShardedImages, size: Size) -> NDArray[np.uint8] | ShardedImages:
    """Images (n, h, w, c) stretched to `size` with Lanczos' filter, as uint8 (n, *size, c).

    Raises DataError when these are more than a dataset may have, or ShardedImages of another size.
    """
    if images.shape[1:3] == size:
        return images
    if isinstance(images, ShardedImages):
        raise DataError(
            f"expected images of {size[1]} x {size[0]}, found a folder of arrays of {images.shape[2]} x "
            f"{images.shape[1]}, which are read as they are; write them in the size that is wanted"
        )
    check_total(f"{len(images)} images of {size[1]} x {size[0]}", len(images) * size[0] * size[1] * images.shape[3])
    result = np.empty((len(images), *size, images.shape[3]), np.uint8)
    for source, target in zip(images, result, strict=True):
        target[:] = _array(_stretch(Image.fromarray(source.squeeze(2) if source.shape[2] == 1 else source), size))
    return result


def _check_size(picture: NDArray[np.uint8], first: NDArray[np.uint8], where: str) -> None:
    if picture.shape[:2] != first.shape[:2]:
        (height, width), (found_height, found_width) = first.shape[:2], picture.shape[:2]
        raise DataError(
            f"{where}: expected {width} x {height} pixels like the first image, found {found_width} x {found_height}; "
            f"ask for one size with resize, for instance ({height}, {width})"
        )


def _pixels(image: Image.Image, resize: Size | None) -> NDArray[np.uint8]:
    if resize is not None:  # a JPEG decodes faster at a fraction of its size
        image.draft(None, (2 * resize[1], 2 * resize[0]))
    upright = ImageOps.exif_transpose(image)
    plain = _grey_or_colour(upright)
    return _array(plain if resize is None else _stretch(plain, resize))


def _grey_or_colour(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        cover = image.convert("RGBA")
        flat = Image.alpha_composite(Image.new("RGBA", image.size, "white"), cover)
        return flat.convert("L" if image.mode in _GREY else "RGB")
    return image.convert("L" if image.mode in _GREY else "RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    if values.dtype.kind == "f" or values.min() < 0 or values.max() > 65535:
        raise ValueError(f"values of {values.dtype} between {values.min()} and {values.max()}, not of 8 or 16 bits")
    return Image.fromarray((values >> 8).astype(np.uint8))


def _stretch(image: Image.Image, size: Size) -> Image.Image:
    return image.resize((size[1], size[0]), Image.Resampling.LANCZOS)


def _array(image: Image.Image) -> NDArray[np.uint8]:
    pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels
