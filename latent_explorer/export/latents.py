"""The latents of images as a table, NPZ, safetensors and CSV; those of a path with their pictures, NPZ."""

import csv
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from io import TextIOWrapper
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from latent_explorer.errors import ExportError
from latent_explorer.export.provenance import Provenance
from latent_explorer.export.writer import Options, file_writer

_BLOCK = 1024
_SPLITS = ("train", "test", "val", "draw")


@dataclass(frozen=True, eq=False)
class LatentTable:
    """Everything known about every image's latent; None for what is unknown.

    mean, log_variance: float32 (n, d). label: integers (n,) into class_names. split: 0 for train, 1 for test, 2 for
    validation, (n,).
    error: (n,), of the reconstruction. index: (n,), the images' numbers in their dataset; None for all of them, in
    order.
    score: (n,), above 1 if the model should not be trusted with it. names: of the images' files; may be empty.
    Raises ExportError if these do not fit each other.
    """

    mean: NDArray[np.float32]
    log_variance: NDArray[np.float32] | None = None
    label: NDArray[np.integer[Any]] | None = None
    split: NDArray[np.integer[Any]] | None = None
    error: NDArray[np.floating] | None = None
    class_names: tuple[str, ...] = ()
    index: NDArray[np.integer[Any]] | None = None
    score: NDArray[np.floating] | None = None
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.mean.ndim != 2:
            raise ExportError(f"expected means of shape (n, d), found {self.mean.shape}")
        count = self.mean.shape[:1]
        for name, array in self.arrays().items():
            expected = self.mean.shape if name == "log_variance" else count
            if name != "mean" and (array.shape != expected or array.dtype.kind not in "iuf"):
                raise ExportError(f"expected {name} of shape {expected}, found {array.dtype} {array.shape}")
        if self.names and len(self.names) != len(self.mean):
            raise ExportError(f"expected the names of {len(self.mean):,} images, found {len(self.names):,}")
        _check_index("label", self.label, len(self.class_names))
        _check_index("split", self.split, len(_SPLITS))

    def rows(self, kept: slice | NDArray[np.bool_]) -> "LatentTable":
        """The table with only some of its rows."""
        parts: dict[str, Any] = {name: array[kept] for name, array in self.arrays().items()}
        names = tuple(np.array(self.names, np.str_)[kept].tolist()) if self.names else ()
        return replace(self, names=names, **parts)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The present arrays, by name."""
        names = ("mean", "log_variance", "label", "split", "error", "index", "score")
        return {name: array for name in names if (array := getattr(self, name)) is not None}


@dataclass(frozen=True, eq=False)
class PathArrays:
    """The frames of a path: latents float32 (n, d), pictures uint8 (n, h, w, c).

    other_latents, other_pictures: another model's version, with latents translated to its space.
    compared_latents, compared_pictures: along a second curve.
    """

    latents: NDArray[np.float32]
    pictures: NDArray[np.uint8]
    other_latents: NDArray[np.float32] | None = None
    other_pictures: NDArray[np.uint8] | None = None
    compared_latents: NDArray[np.float32] | None = None
    compared_pictures: NDArray[np.uint8] | None = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The present arrays, by name."""
        known = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: array for name, array in known if array is not None}


@file_writer
def write_path_npz(stream: IO[bytes], path: PathArrays, options: Options, provenance: Provenance | None) -> None:
    """Write the arrays of a path exactly, and the provenance as text, as NPZ; heeds no option."""
    write_arrays(stream, path.arrays(), provenance)


@file_writer
def write_latents_npz(stream: IO[bytes], table: LatentTable, options: Options, provenance: Provenance | None) -> None:
    """Write the arrays exactly, class_names, names if there are any, and the provenance, as NPZ.

    Like numpy.savez, but never with pickle, and with the same bytes every time.
    """
    names = {"names": np.array(table.names, np.str_)} if table.names else {}
    class_names = np.array(table.class_names, np.str_)
    write_arrays(stream, {**table.arrays(), "class_names": class_names, **names}, provenance)


@file_writer
def write_latents_safetensors(
    stream: IO[bytes], table: LatentTable, options: Options, provenance: Provenance | None
) -> None:
    """Write the arrays exactly, as safetensors; the rest is JSON in its metadata, as `about`.

    That has class_names, names and provenance in one text, because the order of several texts would vary.
    """
    about: dict[str, Any] = {"class_names": table.class_names, "names": table.names}
    if provenance is not None:
        about["provenance"] = provenance.text()
    arrays = {name: np.ascontiguousarray(array) for name, array in table.arrays().items()}
    stream.write(save(arrays, {"about": json.dumps(about, ensure_ascii=False)}))


def write_arrays(stream: IO[bytes], arrays: dict[str, NDArray[Any]], provenance: Provenance | None) -> None:
    """Write arrays by name, and the provenance, as NPZ: the same bytes every time."""
    if provenance is not None:
        arrays = {**arrays, "provenance": np.array(provenance.text())}
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


@file_writer
def write_latents_csv(stream: IO[bytes], table: LatentTable, options: Options, provenance: Provenance | None) -> None:
    """Write one row per image, in UTF-8, after a header.

    The columns: index, name, split, label, class, error, score, mean_0, mean_1, ..., log_variance_0, ...; unknown ones
    are left out, as is the provenance. Each number is as short as possible to read back exactly.
    """
    text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name for name, _ in _columns(table, slice(0))])
    for start in range(0, len(table.mean), _BLOCK):
        columns = _columns(table, slice(start, start + _BLOCK))
        writer.writerows(zip(*(column.astype(np.str_).tolist() for _, column in columns), strict=True))
    text.detach()


def _columns(table: LatentTable, rows: slice) -> Iterator[tuple[str, NDArray[Any]]]:
    """Some rows of each known column, by name."""
    yield "index", (np.arange(len(table.mean)) if table.index is None else table.index)[rows]
    if table.names:
        yield "name", np.array(table.names[rows], np.str_)
    if table.split is not None:
        yield "split", np.array(_SPLITS)[table.split[rows]]
    if table.label is not None:
        yield "label", table.label[rows]
        yield "class", np.array(table.class_names, np.str_)[table.label[rows]]
    if table.error is not None:
        yield "error", table.error[rows]
    if table.score is not None:
        yield "score", table.score[rows]
    for name, matrix in (("mean", table.mean), ("log_variance", table.log_variance)):
        if matrix is not None:
            yield from ((f"{name}_{index}", column) for index, column in enumerate(matrix[rows].T))


def _check_index(name: str, values: NDArray[np.integer[Any]] | None, count: int) -> None:
    if values is None or not values.size:
        return
    low, high = values.min(), values.max()
    if values.dtype.kind not in "iu" or low < 0 or high >= count:
        raise ExportError(f"expected every {name} to be an integer of 0 to {count - 1}, found {low} to {high}")
