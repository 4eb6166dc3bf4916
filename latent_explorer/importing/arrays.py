"""Latents and labels in arrays, `.npy` or `.npz`: found by their names and forms."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles.files import LATENT
from latent_explorer.data.array_forms import labels_of, split_of_array, texts_of
from latent_explorer.data.arrays import read_arrays
from latent_explorer.errors import DataError
from latent_explorer.importing.kinds import name_of

_LATENTS = (
    "latents",
    "latent",
    "z",
    "mean",
    "means",
    "mu",
    "embeddings",
    "embedding",
    "codes",
    "features",
    "x",
    "arr0",
)
_LABELS = ("labels", "label", "y", "targets", "target", "classes", "arr1")
_NAMES = ("classnames", "labelnames", "targetnames")
_SPLITS = ("split", "splits")


@dataclass(frozen=True, eq=False)
class GivenLatents:
    """Latents float32 (n, ...), and the arrays with them: labels int64 (n,) into class names, split uint8 (n,)."""

    values: NDArray[np.float32]
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    split: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.values)


def read_latents_of(path: Path) -> GivenLatents:
    """The latents in a file. Raises DataError if there are none, or they are not finite numbers."""
    arrays, where = read_arrays(path), name_of(path)
    values = _latents(arrays, where)
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    found = _called(_LABELS, arrays)
    if found is not None and len(arrays) > 1 and found.shape[:1] == (len(values),):
        named = _called(_NAMES, arrays)
        names = None if named is None else texts_of(named, where)
        labels, class_names, _ = labels_of([found], [len(values)], names, where)
    split = _called(_SPLITS, arrays)
    known = None if split is None else split_of_array(split, len(values), where)[0]
    return GivenLatents(values, labels, class_names, known)


def read_labels(path: Path, count: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Labels (count,) into class names, and these names. Raises DataError."""
    arrays, where = read_arrays(path), name_of(path)
    found = _called(_LABELS, arrays) if len(arrays) > 1 else next(iter(arrays.values()), None)
    if found is None:
        raise DataError(f"{where}: expected an array labels, found {_listed(arrays)}")
    named = _called(_NAMES, arrays)
    labels, names, _ = labels_of([found], [count], None if named is None else texts_of(named, where), where)
    return labels, names


def _latents(arrays: Mapping[str, NDArray[Any]], where: str) -> NDArray[np.float32]:
    found = next(iter(arrays.values())) if len(arrays) == 1 else _called(_LATENTS, arrays)
    if found is None:
        several = [array for array in arrays.values() if array.ndim > 1 and array.dtype.kind == "f"]
        found = several[0] if len(several) == 1 else None
    if found is None or found.ndim < 2 or found.dtype.kind not in "fiu" or 0 in found.shape:
        raise DataError(f"{where}: expected latents (n, ...) as an array called latents, found {_listed(arrays)}")
    values = np.array(found, np.float32, order="C")
    if not np.isfinite(values).all():
        raise DataError(f"{where}: expected latents that are finite, found NaN or infinite ones")
    if (farthest := float(np.abs(values).max())) > LATENT:
        raise DataError(f"{where}: expected latents within ±{LATENT:,.0f}, found {farthest:g}")
    return values


def _called(names: Iterable[str], arrays: Mapping[str, NDArray[Any]]) -> NDArray[Any] | None:
    """The first array with one of these names, ignoring characters between the letters."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): array for name, array in arrays.items()}
    return next((plain[name] for name in names if name in plain), None)


def _listed(arrays: Mapping[str, NDArray[Any]]) -> str:
    return ", ".join(f"{name[:40]} {array.dtype} {array.shape}" for name, array in list(arrays.items())[:8]) or "none"
