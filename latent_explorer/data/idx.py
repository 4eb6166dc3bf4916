"""The IDX format of MNIST and its relatives, under all the usual file names.

http://yann.lecun.com/exdb/mnist/, plain or gzip.
"""

import gzip
import hashlib
import math
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.content import what_is
from latent_explorer.data.dataset import Dataset, Split
from latent_explorer.data.files import opened_file
from latent_explorer.data.splits import BY_HASH, ONLY_TRAIN, as_indices, hashed_split, split_named
from latent_explorer.errors import DataError
from latent_explorer.safe_text import readable

FILES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip
_UBYTE = 8
_SAMPLED = 100  # images of each split that tell one dataset from another with the same labels
_MAX_BYTES = 2**31
_ORDER: tuple[Split, ...] = ("train", "test", "val")
_ROLES = {"images": 3, "labels": 1}
_NAMES = f"expected IDX files as {FILES[0]}, {FILES[1]}, {FILES[2]}, {FILES[3]}, with or without .gz"
_UPRIGHT = "the images of EMNIST, which are stored on their sides, were turned upright"


@dataclass(frozen=True)
class IdxSet:
    """A dataset published as IDX files. folder: as torchvision calls it.

    digests: `digest_of` each published split; empty if unknown: then all but the known sets are taken for this one.
    """

    name: str
    folder: str
    class_names: tuple[str, ...]
    digests: tuple[str, ...] = ()


@dataclass(frozen=True)
class _IdxFile:
    """One file by its name. of: its set, such as `emnist-letters`; empty for MNIST's own names."""

    path: Path
    of: str
    split: Split
    role: str


def is_idx(name: str) -> bool:
    """Whether a file is of this kind by its name."""
    return bool(re.search(r"idx[13][-._]ubyte", name.lower()))


def read_idx_dataset(asked: IdxSet, known: Sequence[IdxSet], root: Path) -> Dataset:
    """The IDX files in `root/folder/raw`, `root/raw` or `root`, as a dataset. Raises DataError.

    All these sets use MNIST's file names, so the content decides what the dataset is called: one of `known`, the set in
    the names of its files, or else "images of" its folder.
    """
    places = [root / asked.folder / "raw", root / "raw", root / asked.folder, root]
    found = next((files for place in places if (files := list(_files(place)))), [])
    where = readable(str(root))
    if not found:
        raise DataError(f"{where}: {_NAMES}, found none")
    if len(sets := {file.of for file in found}) > 1:
        raise DataError(f"{where}: expected one set, found {', '.join(sorted(sets))}; keep one in a folder of its own")
    by_role = {role: {file.split: file.path for file in found if file.role == role} for role in _ROLES}
    splits = [split for split in _ORDER if split in by_role["images"]]
    if by_role["images"].keys() != by_role["labels"].keys() or not splits:
        there = ", ".join(sorted(file.path.name for file in found))
        raise DataError(f"{where}: {_NAMES}; found images without labels, or labels without images, in {there}")
    images = [read_idx(by_role["images"][split], 3) for split in splits]
    labels = [read_idx(by_role["labels"][split], 1) for split in splits]
    _check(by_role["images"], splits, images, labels)
    held = _identified(asked, known, found[0], [digest_of(*split) for split in zip(images, labels, strict=True)])
    return _dataset(held.name, held.class_names, found[0], splits, images, labels)


def digest_of(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> str:
    """The MD5 of all labels (n,) and the first images (n, h, w) of a split."""
    return hashlib.md5(labels.tobytes() + images[:_SAMPLED].tobytes(), usedforsecurity=False).hexdigest()


def _identified(asked: IdxSet, known: Sequence[IdxSet], file: _IdxFile, digests: list[str]) -> IdxSet:
    """The set that a file belongs to, with the name and class names its dataset gets."""
    if file.of:
        return replace(asked, name=file.of)
    found = next((each for each in known if set(digests) <= set(each.digests)), None)
    if found is not None or not asked.digests:
        return found or asked
    folder = next(folder for folder in file.path.parents if folder.name != "raw")
    return replace(asked, name=f"images of {readable(folder.name)}")


def _files(folder: Path) -> Iterator[_IdxFile]:
    """The IDX files of a folder by their names; if both are there, the uncompressed one."""
    seen: set[tuple[str, ...]] = set()
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir(), key=lambda path: (path.suffix == ".gz", path.name)):
        if not is_idx(path.name):
            continue
        stem = re.sub(r"[-._]?idx[13][-._]ubyte(\.gz)?$", "", path.name.lower())
        meant, role = split_named(stem), next((role for role in _ROLES if role in stem), "")
        file = _inner(path)
        if meant is None or not role or file is None:
            continue
        of = re.sub(r"[-._]*(train|test|t10k|val|valid|validation)[-._]+(images|labels).*$", "", stem)
        if (key := (of, meant[0], role)) not in seen:
            seen.add(key)
            yield _IdxFile(file, of, meant[0], role)


def _inner(path: Path) -> Path | None:
    """The file itself, or the one within a folder of its name, which some programs make."""
    if path.is_dir():
        return next((each for each in sorted(path.iterdir()) if is_idx(each.name) and each.is_file()), None)
    return path


def _check(
    paths: dict[Split, Path], splits: list[Split], images: list[NDArray[np.uint8]], labels: list[NDArray[np.uint8]]
) -> None:
    for split, pictures, classes in zip(splits, images, labels, strict=True):
        where = readable(str(paths[split]))
        if pictures.shape[1:] != images[0].shape[1:]:
            raise DataError(f"{where}: expected images of {images[0].shape[1:]}, found {pictures.shape[1:]}")
        if len(pictures) != len(classes):
            raise DataError(f"{where}: expected as many images as labels, found {len(pictures)} and {len(classes)}")


def _dataset(
    name: str,
    class_names: tuple[str, ...],
    file: _IdxFile,
    splits: list[Split],
    images: list[NDArray[np.uint8]],
    labels: list[NDArray[np.uint8]],
) -> Dataset:
    notes: tuple[str, ...] = ()
    pixels, classes = np.concatenate(images), np.concatenate(labels).astype(np.int64)
    if file.of.startswith("emnist"):
        pixels, notes = np.ascontiguousarray(pixels.transpose(0, 2, 1)), (_UPRIGHT,)
        class_names = _mapping(file.path.parent / f"{file.of}-mapping.txt") or class_names
    if len(classes) and classes.max() >= len(class_names):
        class_names = tuple(map(str, range(int(classes.max()) + 1)))
    if len(splits) > 1:
        split, said = as_indices(each for each, part in zip(splits, images, strict=True) for _ in range(len(part)))
    else:
        split, said = hashed_split(map(str, range(len(pixels)))), (ONLY_TRAIN if splits == ["train"] else BY_HASH,)
    return Dataset(name, pixels[..., None], classes, class_names, split, notes=(*notes, *said))


def _mapping(path: Path) -> tuple[str, ...]:
    """The class names of EMNIST's `label code code...` lines; none if they are missing."""
    try:
        with opened_file(path) as (stream, _):
            rows = [[int(word) for word in line.split()] for line in stream.read(2**16).decode("ascii").splitlines()]
        names = {row[0]: "/".join(map(chr, row[1:])) for row in rows if len(row) > 1}
    except (DataError, ValueError, OverflowError):
        return ()
    return tuple(names.get(number, str(number)) for number in range(max(names, default=-1) + 1))


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The uint8 array of an IDX file with `dimensions` axes, compressed with gzip or not.

    Raises DataError if the file is missing, not an IDX file, truncated, damaged or too long.
    """
    where = readable(str(path))
    with opened_file(path) as (stream, _):
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        try:
            return _read(gzip.GzipFile(fileobj=stream) if packed else stream, dimensions, where)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{where}: expected a whole IDX file, found one that is damaged or cut off") from error


def _read(stream: "IO[bytes] | gzip.GzipFile", dimensions: int, where: str) -> NDArray[np.uint8]:
    shape = _shape(stream.read(4 + 4 * dimensions), dimensions, where)
    count = math.prod(shape)
    content = stream.read(count + 1)  # one more, so that gzip reaches its checksum
    if len(content) != count:
        found = f"{len(content)} bytes" if len(content) < count else "more"
        raise DataError(f"{where}: expected {count} bytes of {shape}, found {found}")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _shape(header: bytes, dimensions: int, where: str) -> tuple[int, ...]:
    magic = bytes((0, 0, _UBYTE, dimensions))
    if len(header) < 4 + 4 * dimensions or header[:4] != magic:
        found = header[:4].hex() if header[:2] == b"\0\0" else what_is(header)
        raise DataError(f"{where}: expected an IDX file starting with {magic.hex()}, found {found}")
    shape = struct.unpack(f">{dimensions}I", header[4:])
    if math.prod(shape) > _MAX_BYTES:
        raise DataError(f"{where}: expected at most {_MAX_BYTES} bytes, found a header that announces {shape}")
    return shape
