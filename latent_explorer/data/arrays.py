"""Datasets kept as numpy arrays, without pickle: `.npy`, `.npz`, and folders that may be larger than memory.

A header is believed only where it agrees with the file's size. A folder holds

    images-00000.npy    uint8 (k, h, w) or (k, h, w, 1 or 3), in C order
    labels-00000.npy    integers (k,); for every shard or for none
    split-00000.npy     (k,) of 0, 1 and 2, or of "train", "test" and "val"; for every shard or for none
    class_names.npy     text; else the numbers

The shards follow each other by name, whatever stands after the hyphen. Their images may differ in number, not in size.
Or it holds arrays that are named as those of an `.npz`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from latent_explorer.data.array_forms import images_of, labels_of, split_of_array, texts_of
from latent_explorer.data.array_roles import Part, Roles, roles_of
from latent_explorer.data.content import what_is
from latent_explorer.data.dataset import Dataset, ImageShard, ShardedImages
from latent_explorer.data.files import UNREADABLE, check_total, files_of_folder, opened_archive, opened_file
from latent_explorer.data.report import PassedOver
from latent_explorer.data.splits import BY_HASH, ONLY_TRAIN, as_indices, hashed_split
from latent_explorer.errors import DataError
from latent_explorer.safe_text import readable

_IMAGES, _CLASS_NAMES = "images-", "class_names.npy"
_UNUSED = "neither images, labels, class names nor splits, by its name"


@dataclass(frozen=True)
class _Header:
    """The header of a .npy file; offset: of the array's first byte."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    offset: int

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def read_npy(path: Path) -> Dataset:
    """A dataset of the images of one array, without labels; see `images_of`. Raises DataError."""
    return _dataset({"images": _read_array(path)}, Roles((Part("images"),)), path)


def read_npz(path: Path) -> Dataset:
    """A dataset of the arrays of a file, by their names; see `roles_of`. Raises DataError."""
    with opened_archive(path, "a whole .npz") as archive:
        entries = {Path(entry.filename).stem: entry for entry in archive.infolist() if entry.filename.endswith(".npy")}
        where = readable(str(path))

        def read(name: str, of: Callable[[IO[bytes], int, str], Any]) -> Any:
            entry, place = entries[name], f"{where}: {entries[name].filename}"
            try:
                with archive.open(entry) as stream:
                    return of(stream, entry.file_size, place)
            except UNREADABLE as error:
                damaged = " (Bad CRC)" if "CRC" in str(error) else ""
                raise DataError(f"{place}: expected a whole array, found a damaged one{damaged}") from error

        return _of_named(entries, read, path)


def has_shards(folder: Path) -> bool:
    """Whether a folder is a dataset of shards."""
    return any(folder.glob(f"{_IMAGES}*.npy"))


def has_arrays(folder: Path) -> bool:
    """Whether there are arrays in a folder."""
    return any(folder.glob("*.npy"))


def read_loose_arrays(folder: Path) -> Dataset:
    """The dataset of a folder of arrays that are named as those of an `.npz`. Raises DataError."""
    paths = {path.stem: path for path in sorted(folder.glob("*.npy"))}

    def read(name: str, of: Callable[[IO[bytes], int, str], Any]) -> Any:
        with opened_file(paths[name]) as (stream, size):
            return of(stream, size, readable(str(paths[name])))

    return _of_named(paths, read, folder)


def read_shards(folder: Path) -> Dataset:
    """The dataset of a folder of shards as above, its images ShardedImages; without split, see `_assembled`.

    Every header is compared with its file's size and with the first one; images are read on demand.
    Raises DataError.
    """
    if pictures := files_of_folder(folder).files:
        raise DataError(
            f"{readable(str(folder))}: expected arrays or pictures, found both, as {pictures[0].name}; move one of them"
        )
    paths = sorted(folder.glob(f"{_IMAGES}*.npy"))
    headers = [_read_header(path) for path in paths]
    for path, header in zip(paths, headers, strict=True):
        _check_images(path, header, headers[0])
    shards = [ImageShard(path, header.shape[0], header.offset) for path, header in zip(paths, headers, strict=True)]
    height, width, channels = (*headers[0].shape[1:], 1)[:3]
    found = {name: _joined(name, shards) for name in ("labels", "split") if any(folder.glob(f"{name}-*.npy"))}
    if (folder / _CLASS_NAMES).exists():
        found["class_names"] = _read_array(folder / _CLASS_NAMES)
    there = {name: name if name in found else "" for name in ("class_names", "split")}
    roles = Roles((Part("images", "labels" if "labels" in found else ""),), **there)
    return _assembled(ShardedImages(shards, (height, width, channels)), found, roles, folder)


def _of_named(
    names: Mapping[str, Any], read: Callable[[str, Callable[[IO[bytes], int, str], Any]], Any], path: Path
) -> Dataset:
    """A dataset of the arrays that `read(name, of)` reads through `of(stream, size, where)`."""
    headers: dict[str, _Header] = {name: read(name, _header_of) for name in names}
    texts = [name for name, header in headers.items() if header.dtype.kind in "US"]
    roles = roles_of({name: header.shape for name, header in headers.items()}, texts, readable(str(path)))
    unused = [name for name in names if name not in roles.used]
    passed_over = (PassedOver(_UNUSED, len(unused), unused[0], "array"),) if unused else ()
    return _dataset({name: read(name, _array_of) for name in roles.used}, roles, path, passed_over)


def _dataset(
    arrays: Mapping[str, NDArray[Any]], roles: Roles, path: Path, passed_over: tuple[PassedOver, ...] = ()
) -> Dataset:
    """A dataset of arrays by name. If some images have labels, those without are skipped."""
    where = readable(str(path))
    if any(part.labels for part in roles.parts):
        without = [part for part in roles.parts if not part.labels]
        for part in without:
            why = "without labels, which the others have"
            passed_over += (PassedOver(why, len(arrays[part.images]), part.images, "image"),)
        roles = Roles(tuple(part for part in roles.parts if part.labels), roles.class_names, roles.split)
    images, notes = images_of([arrays[part.images] for part in roles.parts], where)
    return _assembled(images, arrays, roles, path, passed_over, notes)


def _assembled(
    images: NDArray[np.uint8] | ShardedImages,
    arrays: Mapping[str, NDArray[Any]],
    roles: Roles,
    path: Path,
    passed_over: tuple[PassedOver, ...] = (),
    notes: tuple[str, ...] = (),
) -> Dataset:
    """A dataset of images with any labels, class names and split. Raises DataError.

    Without a split, about one image in seven, by the hash of its number, is a test image.
    """
    where, labels, class_names = readable(str(path)), None, tuple[str, ...]()
    counts = [len(arrays[part.images]) if part.images in arrays else len(images) for part in roles.parts]
    names = texts_of(arrays[roles.class_names], where) if roles.class_names else None
    if roles.parts[0].labels:
        found = [arrays[part.labels] for part in roles.parts]
        labels, class_names, said = labels_of(found, counts, names, where)
        notes += said
    splits = [part.split for part in roles.parts]
    if roles.split:
        split, said = split_of_array(arrays[roles.split], len(images), where)
    elif len(splits) > 1:
        split, said = as_indices(each for each, count in zip(splits, counts, strict=True) for _ in range(count) if each)
    else:
        split, said = hashed_split(map(str, range(len(images)))), (ONLY_TRAIN if splits[0] == "train" else BY_HASH,)
    name = readable(path.name if path.is_dir() else path.stem)
    return Dataset(name, images, labels, class_names, split, passed_over=passed_over, notes=(*notes, *said))


def _read_array(path: Path) -> NDArray[Any]:
    with opened_file(path) as (stream, size):
        return _array_of(stream, size, readable(str(path)))


def _read_header(path: Path) -> _Header:
    with opened_file(path) as (stream, size):
        where = readable(str(path))
        header = _header_of(stream, size, where)
        _refuse_objects(header, where)
        _check_size(header, size, where)
        return header


def _array_of(stream: IO[bytes], size: int, where: str) -> NDArray[Any]:
    """The array of a .npy stream of `size` bytes."""
    header = _header_of(stream, size, where)
    _refuse_objects(header, where)
    check_total(where, header.nbytes)
    _check_size(header, size, where)
    try:
        content = stream.read(header.nbytes)
    except OSError as error:
        raise DataError(f"{where}: cannot be read: {error.strerror}") from error
    if len(content) != header.nbytes:
        raise DataError(f"{where}: expected {header.nbytes} bytes, found {len(content)}: truncated or damaged")
    return np.frombuffer(content, header.dtype).reshape(header.shape, order="F" if header.fortran else "C")


def _header_of(stream: IO[bytes], size: int, where: str) -> _Header:
    head = stream.read(16)
    if not head.startswith(npy.MAGIC_PREFIX):
        raise DataError(f"{where}: expected a numpy array, found {what_is(head)}")
    stream.seek(0)
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read(stream)
    except Exception as error:  # numpy parses the header as Python, which fails in many ways
        raise DataError(f"{where}: expected a numpy array, found one with a damaged header") from error
    if (dtype.itemsize == 0 and dtype.kind not in "US") or min(shape, default=0) < 0:
        raise DataError(f"{where}: expected a numpy array, found {dtype} {shape}")
    return _Header(shape, fortran, dtype, stream.tell())


def _refuse_objects(header: _Header, where: str) -> None:
    if header.dtype.hasobject:
        raise DataError(f"{where}: expected numbers or text, found Python objects, which only pickle could read")


def _check_size(header: _Header, size: int, where: str) -> None:
    found = size - header.offset
    if header.nbytes != found:
        expected = f"expected {header.nbytes} bytes of {header.dtype} {header.shape}"
        raise DataError(f"{where}: {expected}, found {found}: truncated or damaged")


def _check_images(path: Path, header: _Header, first: _Header) -> None:
    shape = header.shape
    if len(shape) not in (3, 4) or 0 in shape or (len(shape) == 4 and shape[3] not in (1, 3)):
        raise DataError(f"{path}: expected images (n, h, w) or (n, h, w, 1 or 3), found {shape}")
    if header.dtype != np.uint8 or header.fortran:
        order = " in Fortran order" if header.fortran else ""
        raise DataError(f"{path}: expected uint8 in C order, found {header.dtype}{order}; write it so with numpy.save")
    if shape[1:] != first.shape[1:]:
        raise DataError(f"{path}: expected images {first.shape[1:]} like those of the first file, found {shape[1:]}")


def _joined(name: str, shards: list[ImageShard]) -> NDArray[Any]:
    """The content of the files called `name` for all images."""
    folder = shards[0].path.parent
    paths = [shard.path.with_name(f"{name}-{shard.path.name.removeprefix(_IMAGES)}") for shard in shards]
    for path in sorted(set(paths) ^ set(folder.glob(f"{name}-*.npy"))):
        raise DataError(f"{folder}: expected {name} for every file of images or for none, found otherwise: {path.name}")
    found = [_read_array(path) for path in paths]
    for path, values, shard in zip(paths, found, shards, strict=True):
        if values.shape[:1] != (shard.count,):
            raise DataError(f"{path}: expected {shard.count} values, one for each image, found {values.shape}")
    return np.concatenate(found)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an `.npz`, or that of an `.npy` under its file's name, whatever they are. Raises DataError."""
    with opened_file(path) as (stream, size):
        if stream.read(2) != b"PK":
            stream.seek(0)
            return {path.stem: _array_of(stream, size, readable(str(path)))}
    found = {}
    with opened_archive(path, "a whole .npz") as archive:
        for entry in archive.infolist():
            place = f"{readable(str(path))}: {entry.filename}"
            try:
                with archive.open(entry) as stream:
                    found[Path(entry.filename).stem] = _array_of(stream, entry.file_size, place)
            except UNREADABLE as error:
                raise DataError(f"{place}: expected a whole array, found a damaged one") from error
    return found
