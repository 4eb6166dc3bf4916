"""What a bundle stores about every image of its dataset, as arrays on disk, and its included pictures."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

TILE_PICTURES = 64
"""Pictures of one tile: 8 x 8."""
Precision = Literal["float32", "float16", "uint8"]
"""How the means are stored: as they are, as half floats, or each dimension in 256 equal steps between its extremes."""
Arrays = Mapping[str, NDArray[Any]]
Layout = dict[str, tuple[tuple[str, ...], tuple[int, ...]]]
DRAWN = 3
"""The split of a latent that is a draw from the prior and belongs to no image."""
_STEPS = 255
_N = TypeVar("_N", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Latents:
    """The latents of a dataset, in the dataset's order; for a generator, draws from the prior before them.

    mean, log_variance: float32 (n, d), of the posterior; log_variance is None if the family has none.
    label: int64 (n,), or None; for a draw, what a classifier sees in its picture.
    split: uint8 (n,), 0 for train, 1 for test, 2 for validation, `DRAWN` for a draw.
    error: float32 (n,), the mean squared error of the reconstruction from the mean, on pixels in [0, 1]; NaN for a
    draw.
    index: int64 (n,), ascending: the number of each image in the dataset, -1 for a draw; None for all images.
    confidence: float32 (n,), in [0, 1]: the probability of the class that a classifier sees in the picture decoded from
    each; None if none has judged them.
    """

    mean: NDArray[np.float32]
    log_variance: NDArray[np.float32] | None
    label: NDArray[np.int64] | None
    split: NDArray[np.uint8]
    error: NDArray[np.float32] | None
    index: NDArray[np.int64] | None = None
    confidence: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.mean)

    @cached_property
    def draws(self) -> int:
        """The number of draws from the prior, which come first and belong to no image."""
        return 0 if self.index is None else int(np.searchsorted(self.index, 0))

    @property
    def images_from(self) -> int:
        """The number of the first latent that belongs to an image; 0 also if none does and draws stand in for them."""
        return self.draws if self.draws < len(self) else 0

    def drawn(self, number: int) -> bool:
        """Whether the latent with this number is a draw from the prior."""
        return number < self.draws

    def images(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers in the dataset of the images of some latents; -1 for a draw."""
        return numbers if self.index is None else self.index[numbers]

    def numbers_of(self, images: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of the latents that are of the images at some places in the dataset; -1 where there is none."""
        if self.index is None:
            return np.where((images >= 0) & (images < len(self)), images, -1)
        at = np.minimum(np.searchsorted(self.index, images), len(self) - 1)
        return np.where((images >= 0) & (self.index[at] == images), at, -1)


@dataclass(frozen=True, eq=False)
class Tiles:
    """Tiles of decoded pictures, on the plane of the chart that the bundle opens with.

    places: int32 (n, 3), the level, column and row of each tile, all different.
    latents: float32 (n, d), where the chart puts the middle of each tile, which identifies the chart.
    pictures: uint8 (n, 64, h, w, c), row by row from the top left of each tile.
    """

    places: NDArray[np.int32]
    latents: NDArray[np.float32]
    pictures: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.places)


def packed_tiles(tiles: Tiles) -> dict[str, NDArray[Any]]:
    """The arrays to save for tiles, with the pictures compressed to bytes, because they are mostly background."""
    deflated = zlib.compress(tiles.pictures.tobytes(), level=9)
    return {"places": tiles.places, "latents": tiles.latents, "deflated": np.frombuffer(deflated, np.uint8)}


def inflated(deflated: NDArray[np.uint8], size: int) -> NDArray[np.uint8] | None:
    """The decompressed bytes, if there are `size` of them, else None; never holds more than that in memory."""
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(deflated.tobytes(), size + 1)
    except zlib.error:
        return None
    return np.frombuffer(content, np.uint8) if len(content) == size and stream.eof and not stream.unused_data else None


def packed(latents: Latents, precision: Precision) -> dict[str, NDArray[Any]]:
    """The arrays to save, by name.

    With fewer bits, log-variances are stored in 256 steps whatever the means are, and errors as float16: a factor on a
    deviation needs no more. Confidences are in 256 steps at any precision. Beside a mean or log-variance `x` in steps
    are `x_low` and `x_step`, float32 (d,).
    """
    full = precision == "float32"
    arrays: dict[str, NDArray[Any]] = {"split": latents.split}
    if latents.error is not None:
        arrays["error"] = latents.error.astype(np.float32 if full else np.float16)
    arrays |= _in(precision, "mean", latents.mean)
    if latents.log_variance is not None:
        arrays |= _in("float32" if full else "uint8", "log_variance", latents.log_variance)
    if latents.label is not None:
        small = latents.label.max() <= np.iinfo(np.uint8).max
        arrays["label"] = latents.label.astype(np.uint8 if small else np.int32)
    if latents.index is not None:
        arrays["index"] = latents.index.astype(np.int32)
    if latents.confidence is not None:
        arrays["confidence"] = np.rint(latents.confidence * _STEPS).astype(np.uint8)
    return arrays


def with_images(draws: Latents, images: Sequence[Latents]) -> Latents:
    """Draws from the prior followed by the latents of some images, identified by their `index`.

    The result has labels and confidences only if all parts have them, and no log-variances.
    """
    parts = [replace(draws, error=np.full(len(draws), np.nan, np.float32)), *images]
    order = np.argsort(np.concatenate([_there(part.index) for part in parts]), kind="stable")
    labelled = all(part.label is not None for part in parts)
    judged = all(part.confidence is not None for part in parts)
    return Latents(
        mean=np.concatenate([part.mean for part in parts])[order],
        log_variance=None,
        label=np.concatenate([_there(part.label) for part in parts])[order] if labelled else None,
        split=np.concatenate([part.split for part in parts])[order],
        error=np.concatenate([_there(part.error) for part in parts])[order],
        index=np.concatenate([_there(part.index) for part in parts])[order],
        confidence=np.concatenate([_there(part.confidence) for part in parts])[order] if judged else None,
    )


def _there(array: NDArray[_N] | None) -> NDArray[_N]:
    assert array is not None
    return array


def of_images(split: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The numbers of the latents that belong to images, by their splits (n,); all of them if draws stand in for
    images."""
    images = np.flatnonzero(split != DRAWN).astype(np.int64)
    return images if len(images) else np.arange(len(split))


def as_draws(latents: Latents) -> Latents:
    """Latents as draws from the prior, without images."""
    count = len(latents)
    return replace(latents, split=np.full(count, DRAWN, np.uint8), index=np.full(count, -1, np.int64))


def restored(arrays: Arrays) -> Latents:
    """Latents from arrays that fit `layout`, at full precision."""
    label, index, confidence = (arrays.get(name) for name in ("label", "index", "confidence"))
    return Latents(
        mean=_full(arrays, "mean"),
        log_variance=_full(arrays, "log_variance") if "log_variance" in arrays else None,
        label=None if label is None else label.astype(np.int64),
        split=arrays["split"],
        error=_full(arrays, "error") if "error" in arrays else None,
        index=None if index is None else index.astype(np.int64),
        confidence=None if confidence is None else confidence.astype(np.float32) / np.float32(_STEPS),
    )


def layout(arrays: Arrays, count: int, dim: int, labelled: bool, judged: bool = True) -> Layout:
    """The allowed types of each array, and its shape, for a dataset of `count` images and latents of `dim` dimensions.

    An index says how many of the images they belong to, or to none. judged: whether there are errors; draws from the
    prior alone, and latents of a model that does not decode, have none.
    """
    if "index" in arrays:
        count = min(count, arrays["index"].size)
    reals, halves = ("float32", "float16", "uint8"), ("float32", "float16")
    rows: tuple[tuple[bool, str, tuple[str, ...], tuple[int, ...]], ...] = (
        (True, "mean", reals, (count, dim)),
        (True, "split", ("uint8",), (count,)),
        (judged, "error", halves, (count,)),
        ("log_variance" in arrays, "log_variance", reals, (count, dim)),
        (labelled, "label", ("int32", "uint8"), (count,)),
        ("index" in arrays, "index", ("int32",), (count,)),
        ("confidence" in arrays, "confidence", ("uint8",), (count,)),
        *((True, f"{name}_{part}", ("float32",), (dim,)) for name in _stepped(arrays) for part in ("low", "step")),
    )
    return {name: (types, shape) for there, name, types, shape in rows if there}


def _full(arrays: Arrays, name: str) -> NDArray[np.float32]:
    array = arrays[name]
    if array.dtype != np.uint8:
        return array.astype(np.float32, copy=False)
    with np.errstate(over="ignore", invalid="ignore"):  # a file may hold anything: who reads it looks at the values
        values: NDArray[np.float32] = array * arrays[f"{name}_step"] + arrays[f"{name}_low"]
    return values


def _stepped(arrays: Arrays) -> Iterator[str]:
    return (name for name in ("mean", "log_variance") if name in arrays and arrays[name].dtype == np.uint8)


def _in(precision: Precision, name: str, array: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    if precision != "uint8":
        return {name: array.astype(precision)}
    low, high = array.min(0), array.max(0)
    step = ((high - low) / _STEPS).astype(np.float32)
    steps = np.rint((array - low) / np.where(step > 0, step, 1))
    return {name: steps.astype(np.uint8), f"{name}_low": low, f"{name}_step": step}


Fits = dict[str, dict[str, NDArray[np.floating[Any]]]]
"""Fitted charts by their specs: `points` float32 (n, 2), the places of latents; `fit_seconds` (2,), if known."""


def packed_fits(fits: Mapping[str, Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """The arrays to save for fitted charts, with places in 65,536 steps along each axis."""
    arrays: dict[str, NDArray[Any]] = {}
    for spec, fitted in fits.items():
        points = fitted["points"]
        low, high = points.min(0), points.max(0)
        step = np.maximum((high - low) / np.iinfo(np.uint16).max, np.finfo(np.float32).tiny).astype(np.float32)
        arrays[f"{spec}|points"] = np.rint((points - low) / step).clip(0, np.iinfo(np.uint16).max).astype(np.uint16)
        arrays |= {f"{spec}|low": low.astype(np.float32), f"{spec}|step": step}
        arrays[f"{spec}|seconds"] = np.asarray(fitted.get("fit_seconds", (0, 0)), np.float32)
    return arrays


def restored_fit(
    steps: NDArray[np.uint16], low: NDArray[np.float32], step: NDArray[np.float32], seconds: NDArray[np.float32]
) -> dict[str, NDArray[np.floating[Any]]]:
    """A fitted chart restored from steps."""
    points = low + steps.astype(np.float32) * step
    return {"points": points, "fit_seconds": seconds} if seconds.any() else {"points": points}
