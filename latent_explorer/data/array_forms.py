"""Converts images, labels, class names and splits from the usual forms in arrays into one."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import SPLITS, Split
from latent_explorer.data.levels import as_bytes
from latent_explorer.data.splits import as_indices, split_named
from latent_explorer.errors import DataError

_MAX_CLASSES = 65_536
_CHANNELS = (1, 3, 4)
Shape = tuple[int, ...]


def images_of(arrays: Sequence[NDArray[Any]], where: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The images of one dataset's arrays as uint8 (n, h, w, c), one after another, and notes.

    Each is (n, h, w), (n, h, w, c), (n, c, h, w) or (n, h * w), of levels as `as_bytes` takes them; with c = 4 the last
    is the opacity of a pixel. Raises DataError.
    """
    laid, notes = [], set[str]()
    for array in arrays:
        images, note = _laid_out(array, where)
        laid.append(images)
        notes |= {note} - {""}
    if len({images.shape[1:] for images in laid}) > 1:
        found = " and ".join(sorted({str(images.shape[1:]) for images in laid}))
        raise DataError(f"{where}: expected images of one size in all arrays, found {found}")
    levels, said = as_bytes(laid, where)
    images = levels[0] if len(levels) == 1 else np.concatenate(levels)
    if images.shape[3] == 4:
        images, notes = _on_white(images), notes | {"transparent pixels were laid on white"}
    return images, (*sorted(notes), *said)


def _laid_out(array: NDArray[Any], where: str) -> tuple[NDArray[Any], str]:
    """An array with the axes (n, h, w, c), and notes."""
    shape = array.shape
    if 0 in shape or len(shape) not in (2, 3, 4):
        raise DataError(f"{where}: expected images (n, h, w) or (n, h, w, c) with c of 1, 3 or 4, found {shape}")
    if len(shape) == 2:
        return _unrolled(array, where)
    if len(shape) == 3:
        if shape[2] in (3, 4) and min(shape[:2]) > 4:
            raise DataError(
                f"{where}: expected images (n, h, w), found {shape}, perhaps one in colour: write images[None] for "
                "that, else images[..., None]"
            )
        return array[..., None], ""
    if shape[3] in _CHANNELS:
        return array, ""
    if shape[1] in _CHANNELS:
        said = f"{shape} was read as (images, channels, height, width)" if shape[1] > 1 else ""
        return np.moveaxis(array, 1, -1), said
    advice = (
        "numpy.moveaxis(images, -1, 0) puts the images first" if shape[2] in _CHANNELS else "write one slice an image"
    )
    raise DataError(
        f"{where}: expected images (n, h, w, c) or (n, c, h, w) with c of 1, 3 or 4, found {shape}; {advice}"
    )


def _unrolled(array: NDArray[Any], where: str) -> tuple[NDArray[Any], str]:
    count, length = array.shape
    side, colour = math.isqrt(length), math.isqrt(length // 3)
    if count == length or length == 1 or (side**2 != length and 3 * colour**2 != length):
        raise DataError(
            f"{where}: expected images (n, h, w) or (n, h, w, c), found {array.shape}; write images[None] if it is one "
            "image, or images.reshape(-1, height, width) if each row is one"
        )
    if side**2 == length:
        return array.reshape(count, side, side, 1), f"each row of {length:,} was read as {side} x {side} pixels"
    said = f"each row of {length:,} was read as 3 channels of {colour} x {colour} pixels"
    return np.moveaxis(array.reshape(count, 3, colour, colour), 1, -1), said


def _on_white(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images (n, h, w, 4) with their last channel as opacity, as (n, h, w, 3) on white."""
    result = np.empty((*images.shape[:3], 3), np.uint8)
    for image, target in zip(images, result, strict=True):
        opacity = image[..., 3:].astype(np.float32) / 255
        target[:] = np.rint(image[..., :3] * opacity + 255 * (1 - opacity))
    return result


def labels_of(
    arrays: Sequence[NDArray[Any]], counts: Sequence[int], names: tuple[str, ...] | None, where: str
) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[str, ...]]:
    """Labels (n,) as indices of class names, these names, and notes.

    arrays: for each array of images, whose numbers are `counts`, one with their labels: integers, also stored as
    floats, as (n, 1), or one-hot as (n, k); or text. names: those of the classes. Raises DataError.
    """
    labels = np.concatenate([_flat(array, count, where) for array, count in zip(arrays, counts, strict=True)])
    if labels.dtype.kind in "US":
        return _of_texts(texts_of(labels, where), names, where)
    low, high = int(labels.min()), int(labels.max())
    if names is None and high >= _MAX_CLASSES:
        known, places = np.unique(labels, return_inverse=True)
        if len(known) <= _MAX_CLASSES and low >= 0:
            return places.astype(np.int64), tuple(map(str, known.tolist())), ("the classes are the labels that occur",)
    if low < 0 or high >= _MAX_CLASSES:
        raise DataError(f"{where}: expected labels in 0..{_MAX_CLASSES - 1}, found {low}..{high}")
    if names is None:
        return labels, tuple(str(number) for number in range(high + 1)), ()
    if low == 1 and high == len(names):
        return labels - 1, names, ("the labels begin with 1, and so do the class names",)
    if len(names) <= high:
        raise DataError(f"{where}: expected at least {high + 1} class names, found {len(names)}")
    return labels, names, ()


def _flat(values: NDArray[Any], count: int, where: str) -> NDArray[Any]:
    """Labels as (n,): int64 or text."""
    if values.size == count == max(values.shape, default=0):
        values = values.reshape(count)
    elif values.ndim == 2 and len(values) == count and _one_hot(values):
        values = values.argmax(1)
    else:
        several = "; of several labels an image write one, as labels[:, 0]" if values.ndim == 2 else ""
        raise DataError(
            f"{where}: expected {count} labels, one for each image, found {values.dtype} {values.shape}{several}"
        )
    if values.dtype.kind in "US":
        return values
    if values.dtype.kind not in "iufb" or not (values == np.rint(values)).all():
        raise DataError(
            f"{where}: expected labels that are whole numbers or text, found {values.dtype} of other values"
        )
    return values.astype(np.int64)


def _one_hot(values: NDArray[Any]) -> bool:
    if values.dtype.kind not in "iufb":
        return False
    return bool(((values == 0) | (values == 1)).all() and (values.sum(1) == 1).all())


def texts_of(values: NDArray[Any], where: str) -> tuple[str, ...]:
    """The names in an array. Raises DataError."""
    if values.dtype.kind in "iu":
        return tuple(map(str, values.reshape(-1).tolist()))
    if values.dtype.kind not in "US":
        raise DataError(f"{where}: expected class names as text, found {values.dtype} {values.shape}")
    plain: list[str | bytes] = values.reshape(-1).tolist()
    return tuple(each.decode("utf-8", "backslashreplace") if isinstance(each, bytes) else each for each in plain)


def _of_texts(
    labels: tuple[str, ...], names: tuple[str, ...] | None, where: str
) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[str, ...]]:
    known = sorted(set(labels)) if names is None else list(names)
    if unknown := set(labels) - set(known):
        raise DataError(f"{where}: expected labels among the class names, found {min(unknown)!r}")
    if len(known) > _MAX_CLASSES:
        raise DataError(f"{where}: expected at most {_MAX_CLASSES:,} classes, found {len(known):,}")
    index = {name: number for number, name in enumerate(known)}
    return np.array([index[label] for label in labels], np.int64), tuple(known), ()


def split_of_array(values: NDArray[Any], count: int, where: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The split (n,) of an array of 0, 1 and 2, or of words such as train, test and valid, and notes."""
    values = values.reshape(-1) if values.ndim == 2 and 1 in values.shape else values
    if values.shape != (count,):
        raise DataError(f"{where}: expected {count} values in split, found {values.shape}")
    known: dict[Any, Split] = {}
    for value in np.unique(values).tolist():
        text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
        meant = split_named(text) if isinstance(text, str) else None
        if meant is not None:
            known[value] = meant[0]
        elif isinstance(text, str) or text not in range(len(SPLITS)):
            raise DataError(
                f"{where}: expected a split of 0 to train on, 1 to test and 2 to validate, or of train, test and val, "
                f"found {text!r}"
            )
        else:
            known[value] = SPLITS[int(text)]
    return as_indices(known[value] for value in values.tolist())
