"""Datasets kept as numpy arrays, without pickle: `.npy`, `.npz`, and folders that may be larger than memory.

A header is believed only where it agrees with the file's size. A folder holds

    images-00000.npy    uint8 (k, h, w) or (k, h, w, 1 or 3), in C order
    labels-00000.npy    integers (k,); for every shard or for none
    split-00000.npy     (k,) of 0 and 1, or of "train" and "test"; for every shard or for none
    class_names.npy     text; else the numbers

The shards follow each other by name, whatever stands after the hyphen. Their images may differ in number, not in size.
"""

import math
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from latent_explorer.data.dataset import SPLITS, Dataset, ImageShard, ShardedImages
from latent_explorer.data.files import UNREADABLE, check_total, files_of_folder, hashed_split, opened_archive
from latent_explorer.errors import DataError

_MAX_CLASSES = 65_536
_MEMBERS = ("images", "labels", "class_names", "split")
_IMAGES, _CLASS_NAMES = "images-", "class_names.npy"


@dataclass(frozen=True)
class _Header:
    """What a .npy says of its array; offset: of the array's first byte."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    offset: int

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def read_npy(path: Path) -> Dataset:
    """A dataset of the images of one array, without labels. Raises DataError.

    They are (n, h, w) or (n, h, w, 1 or 3), uint8, bool, or floats in [0, 1], which are rounded to 255ths.
    """
    return _dataset(_images(_read_array(path), path), {}, path)


def read_npz(path: Path) -> Dataset:
    """A dataset of the arrays `images`, and if they are there `labels`, `class_names` and `split`.

    Raises DataError.
    """
    with opened_archive(path, "a whole .npz") as archive:
        found = {Path(entry.filename).stem: entry for entry in archive.infolist() if entry.filename.endswith(".npy")}
        arrays = {name: _member(archive, found[name], path) for name in _MEMBERS if name in found}
    if "images" not in arrays:
        raise DataError(f"{path}: expected an array called images, found {', '.join(found) or 'no array'}")
    return _dataset(_images(arrays["images"], path), arrays, path)


def has_arrays(folder: Path) -> bool:
    """Whether a folder is a dataset of this kind."""
    return any(folder.glob(f"{_IMAGES}*.npy"))


def read_array_folder(folder: Path) -> Dataset:
    """The dataset of a folder as above, its images ShardedImages; without split, see `_dataset`.

    Every header is compared with its file's size and with the first; images are read only when they are needed.
    Raises DataError.
    """
    if pictures := files_of_folder(folder):
        raise DataError(f"{folder}: expected arrays or pictures, found both, as {pictures[0].name}; move one of them")
    paths = sorted(folder.glob(f"{_IMAGES}*.npy"))
    headers = [_read_header(path) for path in paths]
    for path, header in zip(paths, headers, strict=True):
        _check_images(path, header, headers[0])
    shards = [ImageShard(path, header.shape[0], header.offset) for path, header in zip(paths, headers, strict=True)]
    height, width, channels = (*headers[0].shape[1:], 1)[:3]
    found = {name: _joined(name, shards) for name in ("labels", "split") if any(folder.glob(f"{name}-*.npy"))}
    if (folder / _CLASS_NAMES).exists():
        found["class_names"] = _read_array(folder / _CLASS_NAMES)
    return _dataset(ShardedImages(shards, (height, width, channels)), found, folder)


def _dataset(images: NDArray[np.uint8] | ShardedImages, arrays: Mapping[str, NDArray[Any]], path: Path) -> Dataset:
    """A dataset of images with the labels, class_names and split there are among `arrays` read from `path`.

    labels: integers (n,). class_names: text (k,), by default the numbers. split: (n,) of 0 and 1 or of "train" and
    "test", by default about one test image in seven, by the hash of the image's number. Raises DataError.
    """
    labels = _labels(arrays["labels"], len(images), path) if "labels" in arrays else None
    class_names = _class_names(arrays.get("class_names"), labels, path)
    split = _split(arrays["split"], path) if "split" in arrays else hashed_split(map(str, range(len(images))))
    if len(split) != len(images):
        raise DataError(f"{path}: expected {len(images)} values in split, found {len(split)}")
    return Dataset(path.name if path.is_dir() else path.stem, images, labels, class_names, split)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """A file and its size."""
    try:
        with path.open("rb") as stream:
            yield stream, path.stat().st_size
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def _read_array(path: Path) -> NDArray[Any]:
    with _opened(path) as (stream, size):
        return _array_of(stream, size, str(path))


def _read_header(path: Path) -> _Header:
    with _opened(path) as (stream, size):
        header = _header(stream, str(path))
        _check_size(header, size, str(path))
        return header


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    where = f"{path}: {entry.filename}"
    try:
        with archive.open(entry) as stream:
            return _array_of(stream, entry.file_size, where)
    except UNREADABLE as error:
        raise DataError(f"{where}: expected a whole array, found: {error}") from error


def _array_of(stream: IO[bytes], size: int, where: str) -> NDArray[Any]:
    """The array of a .npy stream of `size` bytes."""
    header = _header(stream, where)
    check_total(where, header.nbytes)
    _check_size(header, size, where)
    content = stream.read(header.nbytes)
    if len(content) != header.nbytes:
        raise DataError(f"{where}: expected {header.nbytes} bytes, found {len(content)}: truncated or damaged")
    return np.frombuffer(content, header.dtype).reshape(header.shape, order="F" if header.fortran else "C")


def _header(stream: IO[bytes], where: str) -> _Header:
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read(stream)
    except Exception as error:  # numpy parses the header as Python, which fails in many ways
        raise DataError(f"{where}: expected a numpy array, found: {error}") from error
    if dtype.itemsize == 0 or min(shape, default=0) < 0:
        raise DataError(f"{where}: expected a numpy array, found {dtype} {shape}")
    if dtype.hasobject:
        raise DataError(f"{where}: expected numbers or text, found Python objects, which only pickle could read")
    return _Header(shape, fortran, dtype, stream.tell())


def _check_size(header: _Header, size: int, where: str) -> None:
    found = size - header.offset
    if header.nbytes != found:
        expected = f"expected {header.nbytes} bytes of {header.dtype} {header.shape}"
        raise DataError(f"{where}: {expected}, found {found}: truncated or damaged")


def _images(values: NDArray[Any], path: Path) -> NDArray[np.uint8]:
    """uint8, bool, or floats in [0, 1], which are rounded to 255ths, as uint8 (n, h, w, c)."""
    _check_shape(values.shape, path)
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
        raise DataError(f"{path}: expected a split of 0, 1 and 2, or of train, test and val, found {values.dtype}")
    return np.asarray((values[:, None] == known).argmax(1), np.uint8)


def _check_shape(shape: tuple[int, ...], path: Path) -> None:
    if len(shape) not in (3, 4) or 0 in shape or (len(shape) == 4 and shape[3] not in (1, 3)):
        raise DataError(f"{path}: expected images (n, h, w) or (n, h, w, 1 or 3), found {shape}")


def _check_images(path: Path, header: _Header, first: _Header) -> None:
    shape = header.shape
    _check_shape(shape, path)
    if header.dtype != np.uint8 or header.fortran:
        order = " in Fortran order" if header.fortran else ""
        raise DataError(f"{path}: expected uint8 in C order, found {header.dtype}{order}; write it so with numpy.save")
    if shape[1:] != first.shape[1:]:
        raise DataError(f"{path}: expected images {first.shape[1:]} like those of the first file, found {shape[1:]}")


def _joined(name: str, shards: list[ImageShard]) -> NDArray[Any]:
    """What the files called `name` say of all images."""
    folder = shards[0].path.parent
    paths = [shard.path.with_name(f"{name}-{shard.path.name.removeprefix(_IMAGES)}") for shard in shards]
    for path in sorted(set(paths) ^ set(folder.glob(f"{name}-*.npy"))):
        raise DataError(f"{folder}: expected {name} for every file of images or for none, found otherwise: {path.name}")
    found = [_read_array(path) for path in paths]
    for path, values, shard in zip(paths, found, shards, strict=True):
        if values.shape != (shard.count,):
            raise DataError(f"{path}: expected {shard.count} values, one for each image, found {values.shape}")
    return np.concatenate(found)
