"""Conversion of the callers' arrays, tensors, pictures and lists to numpy, with a clear error if that is impossible."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError


def as_array(value: Any, name: str) -> NDArray[Any]:
    """Convert a value to a numpy array of numbers or bools; arrays and CPU tensors are not copied.

    value: a numpy array, a torch tensor on any device (which is detached), anything numpy can read, or a list of these.
    name: of the value, in errors. Raises UserError if it is no array, or its rows have different lengths.
    """
    if isinstance(value, list | tuple) and any(hasattr(each, "detach") for each in value):
        value = [as_array(each, name) for each in value]
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.float() if value.is_floating_point() and value.itemsize < 4 else value  # numpy has no bfloat16
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise UserError(f"{name}: expected numbers in rows of one length, found {_what(value)}: {error}") from error
    if array.dtype.kind not in "biuf":
        raise UserError(f"{name}: expected numbers, found {_what(value)}")
    return array


def as_latents(value: Any, dimensions: int | None, name: str = "latents") -> NDArray[np.float32]:
    """Convert to latents float32 (n, d), or (d,) for a single one; accepts what `as_array` accepts.

    dimensions: d; None for any. Raises UserError if they have another shape or are not finite.
    """
    array = as_array(value, name)
    if array.ndim not in (1, 2) or (dimensions is not None and array.shape[-1] != dimensions):
        expected = "(n, d) or (d,)" if dimensions is None else f"(n, {dimensions}) or ({dimensions},)"
        raise UserError(f"{name}: expected an array {expected}, found {array.shape}")
    with np.errstate(over="ignore"):  # values that are too large become infinite
        latents = np.ascontiguousarray(array, np.float32)
    if not np.isfinite(latents).all():
        raise UserError(f"{name}: expected finite numbers within float32, found others")
    return latents


def _what(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return type(value).__name__
