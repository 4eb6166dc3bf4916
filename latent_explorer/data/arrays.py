"""Datasets kept as numpy arrays: `.npy` and `.npz`, without pickle."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.archives import UNREADABLE, opened_archive
from latent_explorer.data.dataset import SPLITS, Dataset
from latent_explorer.data.layout import hashed_split
from latent_explorer.data.npy import array_of, read_array
from latent_explorer.data.shards import ShardedImages
from latent_explorer.errors import DataError

_MAX_CLASSES = 65_536
_MEMBERS = ("images", "labels", "class_names", "split")


def read_npy(path: Path) -> Dataset:
    """A dataset of the images of one array, without labels; see `dataset_of`. Raises DataError."""
    return dataset_of({"images": read_array(path)}, path)


def read_npz(path: Path) -> Dataset:
    """A dataset of the arrays `images`, and if they are there `labels`, `class_names` and `split`; see `dataset_of`.

    Raises DataError.
    """
    with opened_archive(path, "a whole .npz") as archive:
        found = {Path(entry.filename).stem: entry for entry in archive.infolist() if entry.filename.endswith(".npy")}
        arrays = {name: _member(archive, found[name], path) for name in _MEMBERS if name in found}
    if "images" not in arrays:
        raise DataError(f"{path}: expected an array called images, found {', '.join(found) or 'no array'}")
    return dataset_of(arrays, path)


def dataset_of(arrays: Mapping[str, NDArray[Any]], path: Path) -> Dataset:
    """A dataset of arrays read from `path`.

    images: (n, h, w) or (n, h, w, 1 or 3), uint8, bool, or floats in [0, 1], which are rounded to 255ths.
    labels: integers (n,). class_names: text (k,), by default the numbers. split: (n,) of 0 and 1 or of "train" and
    "test", by default about one test image in seven, by the hash of the image's number. Raises DataError.
    """
    return described(_images(arrays["images"], path), arrays, path)


def described(images: NDArray[np.uint8] | ShardedImages, arrays: Mapping[str, NDArray[Any]], path: Path) -> Dataset:
    """A dataset of `images` with the labels, class_names and split there are among `arrays`; see `dataset_of`."""
    labels = _labels(arrays["labels"], len(images), path) if "labels" in arrays else None
    class_names = _class_names(arrays.get("class_names"), labels, path)
    split = _split(arrays["split"], path) if "split" in arrays else hashed_split(map(str, range(len(images))))
    if len(split) != len(images):
        raise DataError(f"{path}: expected {len(images)} values in split, found {len(split)}")
    return Dataset(path.name if path.is_dir() else path.stem, images, labels, class_names, split)


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    where = f"{path}: {entry.filename}"
    try:
        with archive.open(entry) as stream:
            return array_of(stream, entry.file_size, where)
    except UNREADABLE as error:
        raise DataError(f"{where}: expected a whole array, found: {error}") from error


def _images(values: NDArray[Any], path: Path) -> NDArray[np.uint8]:
    if values.ndim not in (3, 4) or 0 in values.shape or (values.ndim == 4 and values.shape[3] not in (1, 3)):
        raise DataError(f"{path}: expected images (n, h, w) or (n, h, w, 1 or 3), found {values.shape}")
    values = values[..., None] if values.ndim == 3 else values
    if values.dtype == np.uint8:
        return np.require(values, requirements=["C", "W"])
    if values.dtype.kind not in "fb":
        raise DataError(f"{path}: expected images of uint8, bool, or floats in [0, 1], found {values.dtype}")
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= 1):  # false for NaN as well
        raise DataError(f"{path}: expected floats in [0, 1], found values between {low:g} and {high:g}")
    return np.ascontiguousarray(np.rint(values * np.float32(255)).astype(np.uint8))


def _labels(values: NDArray[Any], count: int, path: Path) -> NDArray[np.int64]:
    if values.dtype.kind not in "iu" or values.shape != (count,):
        raise DataError(f"{path}: expected {count} integer labels, found {values.dtype} {values.shape}")
    if values.min() < 0 or values.max() >= _MAX_CLASSES:
        raise DataError(f"{path}: expected labels in 0..{_MAX_CLASSES - 1}, found {values.min()}..{values.max()}")
    return values.astype(np.int64)


def _class_names(values: NDArray[Any] | None, labels: NDArray[np.int64] | None, path: Path) -> tuple[str, ...]:
    count = 0 if labels is None else int(labels.max()) + 1
    if values is None:
        return tuple(str(number) for number in range(count))
    if values.dtype.kind != "U" or values.ndim != 1 or len(values) < count:
        raise DataError(f"{path}: expected at least {count} class names, found {values.dtype} {values.shape}")
    return tuple(values.tolist())


def _split(values: NDArray[Any], path: Path) -> NDArray[np.uint8]:
    known = np.array(SPLITS) if values.dtype.kind == "U" else np.arange(len(SPLITS))
    if values.ndim != 1 or values.dtype.kind not in "Uiub" or not np.isin(values, known).all():
        raise DataError(f"{path}: expected a split of 0 and 1, or of {' and '.join(SPLITS)}, found {values.dtype}")
    return np.asarray(values == known[1], np.uint8)
