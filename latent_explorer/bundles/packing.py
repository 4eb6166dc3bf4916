"""The latents of a dataset as arrays on disk, in full or in fewer bits, and back."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles.latents import Latents

Precision = Literal["float32", "float16", "uint8"]
"""How the means are kept: as they are, halved, or each dimension in 256 even steps from its lowest to its highest."""

Arrays = Mapping[str, NDArray[Any]]
Layout = dict[str, tuple[tuple[str, ...], tuple[int, ...]]]
_STEPS = 255


def packed(latents: Latents, precision: Precision) -> dict[str, NDArray[Any]]:
    """The arrays to save, by name.

    With fewer bits, log-variances are kept in 256 steps, whatever the means are, and errors as float16: a factor on
    a deviation needs no more. Beside an array `x` in steps lie `x_low` and `x_step`, float32 (d,).
    """
    full = precision == "float32"
    arrays: dict[str, NDArray[Any]] = {"split": latents.split}
    if latents.error is not None:
        arrays["error"] = latents.error.astype(np.float32 if full else np.float16)
    arrays |= _in(precision, "mean", latents.mean)
    if latents.log_variance is not None:
        arrays |= _in("float32" if full else "uint8", "log_variance", latents.log_variance)
    if latents.label is not None:
        small = not full and latents.label.max() <= np.iinfo(np.uint8).max
        arrays["label"] = latents.label.astype(np.uint8 if small else np.int32)
    if latents.index is not None:
        arrays["index"] = latents.index.astype(np.int32)
    return arrays


def restored(arrays: Arrays) -> Latents:
    """The latents of arrays that fit `layout`, in full size."""
    label, index = arrays.get("label"), arrays.get("index")
    return Latents(
        mean=_full(arrays, "mean"),
        log_variance=_full(arrays, "log_variance") if "log_variance" in arrays else None,
        label=None if label is None else label.astype(np.int64),
        split=arrays["split"],
        error=_full(arrays, "error") if "error" in arrays else None,
        index=None if index is None else index.astype(np.int64),
    )


def layout(arrays: Arrays, count: int, dim: int, labelled: bool, of_images: bool = True) -> Layout:
    """The types that each array may have, and its shape; of a dataset of `count` images, latents of `dim` dimensions.

    Where there is an index, it says of how many of the images they are. Those that are not `of_images` are draws from
    the prior.
    """
    if "index" in arrays:
        count = min(count, arrays["index"].size)
    expected: Layout = {
        "mean": (("float32", "float16", "uint8"), (count, dim)),
        "split": (("uint8",), (count,)),
    }
    if of_images:
        expected["error"] = (("float32", "float16"), (count,))
    if "log_variance" in arrays:
        expected["log_variance"] = (("float32", "float16", "uint8"), (count, dim))
    if labelled:
        expected["label"] = (("int32", "uint8"), (count,))
    if "index" in arrays:
        expected["index"] = (("int32",), (count,))
    for name in _stepped(arrays):
        expected |= {f"{name}_low": (("float32",), (dim,)), f"{name}_step": (("float32",), (dim,))}
    return expected


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
