"""Converts stored pixel levels, of 1 to 32 bits or floats, to the 8 bits that all else takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import DataError

_WHITES = (1, 15, 16, 255, 1023, 4095, 16383, 65535)  # of so many bits; 16 is that of scikit-learn's digits
_OVER = 0.01  # of their range by which real numbers may leave it: resizing overshoots
_BLOCK = 2**22  # values at a time
_MENDED = "write them with images = (images - images.min()) / (images.max() - images.min())"


@dataclass(frozen=True)
class LevelScale:
    """The levels of black and white."""

    black: float
    white: float

    def applied(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """The levels as uint8, C-contiguous, in the same shape; rounded, and clipped."""
        result = np.empty(values.shape, np.uint8)
        factor = 255 / (self.white - self.black)
        for part, target in _blocks(values, result):
            levels: NDArray[np.floating[Any]] = part.astype(np.float64 if part.dtype.itemsize > 4 else np.float32)
            levels -= self.black
            levels *= factor
            target[...] = np.rint(levels).clip(0, 255)
        return result


def as_bytes(arrays: Sequence[NDArray[Any]], where: str) -> tuple[list[NDArray[np.uint8]], tuple[str, ...]]:
    """The images of one dataset as uint8, all with one scale, and a note on it.

    arrays: uint8 unchanged, but 0 and 1 become black and white; bool, integers or floats by the range of all of them:
    white is that of the smallest number of bits that holds it, or the range is 0 to 1, or -1 to 1.
    Raises DataError if they are in another range.
    """
    masks = all(each.dtype == np.bool_ for each in arrays)
    arrays = [each.view(np.uint8) if each.dtype == np.bool_ else each for each in arrays]
    kinds = {each.dtype.kind for each in arrays}
    if not kinds <= set("uif"):
        found = ", ".join(sorted({str(each.dtype) for each in arrays}))
        raise DataError(f"{where}: expected images of whole or real numbers, found {found}")
    low, high = _range(arrays, where)
    if all(each.dtype == np.uint8 for each in arrays) and high != 1:
        return [np.require(each, requirements=["C", "W"]) for each in arrays], ()
    whole = "f" not in kinds or all(_whole(each) for each in arrays)
    scale = _scale(low, high, whole, where)
    cut = min(low - scale.black, scale.white - high) < -1e-3 * scale.white
    plain = not cut and (scale == LevelScale(0, 255) or (scale == LevelScale(0, 1) and (masks or "f" in kinds)))
    said = (
        ()
        if plain
        else (f"levels of {low:g} to {high:g} were scaled: {scale.black:g} is black, {scale.white:g} white",)
    )
    return [scale.applied(each) for each in arrays], said


def _range(arrays: Sequence[NDArray[Any]], where: str) -> tuple[float, float]:
    low, high = (float(of([of(each) for each in arrays])) for of in (np.min, np.max))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DataError(f"{where}: expected finite numbers, found NaN or infinity; {_MENDED}, without those")
    return low, high


def _scale(low: float, high: float, whole: bool, where: str) -> LevelScale:
    over = 1 if whole else 1 + _OVER
    if not whole and low >= -_OVER and high <= over:
        return LevelScale(0, 1)
    if not whole and low >= -over and high <= over:
        return LevelScale(-1, 1)
    white: float | None = next((white for white in _WHITES if high <= white * over), None)
    if white is not None and white > 255 and not whole:
        white = high  # real numbers tell nothing of bits
    if white is None or low < white * (1 - over) or (not whole and white <= 16):
        raise DataError(
            f"{where}: expected levels of 0 to 1, or whole ones of 0 to 255, 1023, 4095, 16383 or 65535, found values "
            f"between {low:g} and {high:g}; {_MENDED}"
        )
    return LevelScale(0, white)


def _whole(values: NDArray[Any]) -> bool:
    return all((part == np.rint(part)).all() for part, _ in _blocks(values, values))


def _blocks(values: NDArray[Any], beside: NDArray[Any]) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Parts of two arrays of one shape, about a million values at a time."""
    rows = max(1, _BLOCK // max(1, values[0].size)) if values.ndim else 1
    for start in range(0, len(values), rows):
        yield values[start : start + rows], beside[start : start + rows]
