"""The latents of a dataset as a table: NPZ and CSV."""

import csv
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import TextIOWrapper
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import ExportError
from latent_explorer.export.provenance import Provenance
from latent_explorer.export.writer import Options, file_writer

_BLOCK = 1024
_SPLITS = ("train", "test")


@dataclass(frozen=True, eq=False)
class LatentTable:
    """What is known of every image's latent; None for what is not.

    mean, log_variance: float32 (n, d). label: integers (n,) into class_names. split: 0 for train, 1 for test, (n,).
    error: float32 (n,), the reconstruction's. index: (n,), the images' places in their dataset; None for all of them,
    in order. Raises ExportError when these do not fit each other.
    """

    mean: NDArray[np.float32]
    log_variance: NDArray[np.float32] | None = None
    label: NDArray[np.integer[Any]] | None = None
    split: NDArray[np.integer[Any]] | None = None
    error: NDArray[np.float32] | None = None
    class_names: tuple[str, ...] = ()
    index: NDArray[np.integer[Any]] | None = None

    def __post_init__(self) -> None:
        if self.mean.ndim != 2:
            raise ExportError(f"expected means of shape (n, d), found {self.mean.shape}")
        count = self.mean.shape[:1]
        for name, array in self.arrays().items():
            expected = self.mean.shape if name == "log_variance" else count
            if name != "mean" and (array.shape != expected or array.dtype.kind not in "iuf"):
                raise ExportError(f"expected {name} of shape {expected}, found {array.dtype} {array.shape}")
        _check_index("label", self.label, len(self.class_names))
        _check_index("split", self.split, len(_SPLITS))

    def rows(self, kept: slice | NDArray[np.bool_]) -> "LatentTable":
        """The table with some of its rows only."""
        parts: dict[str, Any] = {name: array[kept] for name, array in self.arrays().items()}
        return replace(self, **parts)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays there are, by name."""
        names = ("mean", "log_variance", "label", "split", "error", "index")
        return {name: array for name in names if (array := getattr(self, name)) is not None}


@file_writer
def write_latents_npz(stream: IO[bytes], table: LatentTable, options: Options, provenance: Provenance | None) -> None:
    """Write the arrays, exactly as they are, class_names, and the provenance as text, as NPZ that needs no pickle."""
    texts = {} if provenance is None else {"provenance": np.array(provenance.text())}
    arrays = {**table.arrays(), "class_names": np.array(table.class_names, np.str_), **texts}
    _write_arrays(stream, arrays)


@file_writer
def write_latents_csv(stream: IO[bytes], table: LatentTable, options: Options, provenance: Provenance | None) -> None:
    """Write one row an image, UTF-8, after a header.

    The columns: index, split, label, class, error, mean_0, mean_1, ..., log_variance_0, ...; those not known are left
    out, as is the provenance. Each number is as short as reads back exactly.
    """
    _write_rows(stream, table)


def _write_arrays(stream: IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    """As numpy.savez does, but never with pickle, and the same bytes every time."""
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _write_rows(stream: IO[bytes], table: LatentTable) -> None:
    text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_header(table))
    for start in range(0, len(table.mean), _BLOCK):
        columns = [column.astype(object) for column in _columns(table, slice(start, start + _BLOCK))]
        writer.writerows(np.column_stack(columns).tolist())
    text.detach()


def _header(table: LatentTable) -> list[str]:
    dimensions = range(table.mean.shape[1])
    return [
        "index",
        *(["split"] if table.split is not None else []),
        *(["label", "class"] if table.label is not None else []),
        *(["error"] if table.error is not None else []),
        *(f"mean_{index}" for index in dimensions),
        *(f"log_variance_{index}" for index in dimensions if table.log_variance is not None),
    ]


def _columns(table: LatentTable, rows: slice) -> Iterator[NDArray[np.str_]]:
    index = np.arange(len(table.mean)) if table.index is None else table.index
    yield index[rows].astype(np.str_)
    if table.split is not None:
        yield np.array(_SPLITS)[table.split[rows]]
    if table.label is not None:
        yield table.label[rows].astype(np.str_)
        yield np.array(table.class_names, np.str_)[table.label[rows]]
    for numbers in (table.error, table.mean, table.log_variance):
        if numbers is not None:
            yield numbers[rows].astype(np.str_)


def _check_index(name: str, values: NDArray[np.integer[Any]] | None, count: int) -> None:
    if values is None or not values.size:
        return
    low, high = values.min(), values.max()
    if values.dtype.kind not in "iu" or low < 0 or high >= count:
        raise ExportError(f"expected every {name} to be an integer of 0 to {count - 1}, found {low} to {high}")
