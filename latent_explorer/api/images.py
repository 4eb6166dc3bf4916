"""Converts callers' images into the form of a model, or refuses them with advice."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.api.originals import Images
from latent_explorer.array_like import as_array
from latent_explorer.data.dataset import ShardedImages
from latent_explorer.errors import DataError

Shape = tuple[int, int, int]
_ROUNDING = 1e-5  # by which shares may be outside [0, 1], from arithmetic in float32


@dataclass(frozen=True, eq=False)
class ImageInput:
    """Images of one model. pixels: (n, h, w, c), uint8 or shares in [0, 1]. single: whether one image was given."""

    pixels: Images | NDArray[Any]
    single: bool

    def __len__(self) -> int:
        return len(self.pixels)

    def batch(self, start: int, stop: int) -> NDArray[np.float32]:
        """Some of them as network input, float32 (k, c, h, w) in [0, 1]."""
        pixels = self.pixels[start:stop]
        shares = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), np.float32)
        return shares / np.float32(255) if pixels.dtype == np.uint8 else shares.clip(0, 1)


def as_images(value: Any, shape: Shape, name: str = "images") -> ImageInput:
    """Images of the shape (h, w, c), in any of the forms that `Bundle.encode` takes.

    Raises DataError if their shape, type or range is not one of these.
    """
    if isinstance(value, ShardedImages):
        if value.shape[1:] != shape:
            raise DataError(f"{name}: {_expected(shape)}, found {value.shape}")
        return ImageInput(value, single=False)
    pixels, single = _laid_out(as_array(value, name), shape, name)
    return ImageInput(_levels(pixels, name), single)


def _laid_out(array: NDArray[Any], shape: Shape, name: str) -> tuple[NDArray[Any], bool]:
    """An array with the axes (n, h, w, c), and whether it was one image."""
    height, width, channels = shape
    first = (channels, height, width)
    grey = (height, width) if channels == 1 else None
    if array.shape[1:] == shape:
        return array, False
    if array.shape[1:] == first:
        return np.moveaxis(array, 1, -1), False
    if grey is not None and array.shape[1:] == grey:
        return array[..., None], False
    if array.shape == shape:
        return array[None], True
    if array.shape == first:
        return np.moveaxis(array, 0, -1)[None], True
    if grey is not None and array.shape == grey:
        return array[None, ..., None], True
    raise DataError(f"{name}: {_expected(shape)}, found {array.shape}{_advice(array.shape, shape)}")


def _expected(shape: Shape) -> str:
    height, width, channels = shape
    forms = [f"(n, {height}, {width})"] if channels == 1 else []
    forms += [f"(n, {height}, {width}, {channels})", f"(n, {channels}, {height}, {width})"]
    return f"expected an array {', '.join(forms[:-1])} or {forms[-1]}"


def _advice(found: tuple[int, ...], shape: Shape) -> str:
    """How to convert an array of another shape into this one, if that is clear."""
    height, width, channels = shape
    if len(found) == 2 and found[1] == height * width * channels:
        order = "-1, {1}, {2}" if channels == 1 else "-1, {1}, {2}, {0}"
        return f"; images.reshape({order.format(channels, height, width)}) unrolls its rows"
    if channels == 3 and found[1:] in ((height, width), (height, width, 1)):
        return "; the model takes colours: repeat the grey level for all three channels"
    if channels == 1 and found[1:] in ((height, width, 3), (3, height, width)):
        return "; the model takes grey levels: pass one channel, or the mean of the three"
    if len(found) >= 3:
        return "; stretch or crop the images to the model's size first"
    return ""


def _levels(pixels: NDArray[Any], name: str) -> NDArray[Any]:
    """uint8, or float in [0, 1]."""
    if pixels.dtype == np.uint8 or not pixels.size:
        return pixels
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    low, high = float(pixels.min()), float(pixels.max())  # NaN where there is one
    if pixels.dtype.kind == "f":
        if not (low >= -_ROUNDING and high <= 1 + _ROUNDING):
            raise DataError(
                f"{name}: expected float values within 0..1, found {_range(low, high)}{_scaling(low, high)}"
            )
        return pixels
    if not (low >= 0 and high <= 255):
        raise DataError(f"{name}: expected whole numbers within 0..255, found {_range(low, high)}")
    if high == 1:
        raise DataError(
            f"{name}: expected uint8 in 0..255 or float in 0..1, found {pixels.dtype} of at most 1, which may be meant "
            "as either"
        )
    return pixels.astype(np.uint8)


def _range(low: float, high: float) -> str:
    return "values that are not finite" if not np.isfinite([low, high]).all() else f"{low:g}..{high:g}"


def _scaling(low: float, high: float) -> str:
    """How to scale values of another usual range to 0..1."""
    if -1 - _ROUNDING <= low < 0 and high <= 1 + _ROUNDING:
        return "; (images + 1) / 2 brings -1..1 there"
    if low >= 0 and high <= 255:
        return "; images / 255 brings 0..255 there"
    return ""
