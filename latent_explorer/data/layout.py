"""What the names of image files say: class and split."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import SPLITS
from latent_explorer.errors import DataError

TEST_SHARE = 7
"""One image in so many is a test image where nothing else says which."""


@dataclass(frozen=True, eq=False)
class FolderLayout:
    """labels: int64 (n,) into `class_names`, or None without classes. split: uint8 (n,) into SPLITS."""

    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    split: NDArray[np.uint8]


def layout_of(names: Sequence[str], where: str) -> FolderLayout:
    """Class and split of files by their relative names.

    `class/.../file` names the class; files without a folder have none. When the top folders are exactly `train` and
    `test`, in any case, they are the split and the classes lie below them. A folder around everything does not count.
    Raises DataError when some files have a class and others none.
    """
    parts = [name.split("/") for name in names]
    while len(parts[0]) > 2 and all(part[0] == parts[0][0] and len(part) > 2 for part in parts):
        parts = [part[1:] for part in parts]
    split = hashed_split(names)
    folders: tuple[str, ...] = SPLITS
    if all(len(part) > 1 for part in parts) and {part[0].lower() for part in parts} == set(folders):
        split = np.array([folders.index(part[0].lower()) for part in parts], np.uint8)
        parts = [part[1:] for part in parts]
    return _classes(parts, split, where)


def hashed_split(names: Iterable[str]) -> NDArray[np.uint8]:
    """A split, uint8 (n,), that depends on each name alone, so that adding images moves no other one.

    About one in TEST_SHARE is a test image; when that leaves a split empty, the name of smallest hash moves there.
    """
    digests = (hashlib.sha256(name.encode()).digest() for name in names)
    hashes = np.fromiter((int.from_bytes(digest[:7]) for digest in digests), np.int64)  # no list: names may be millions
    is_test = hashes % TEST_SHARE == 0
    if len(hashes) > 1 and is_test.all() | ~is_test.any():
        is_test[hashes.argmin()] ^= True
    return np.asarray(is_test, np.uint8)


def _classes(parts: list[list[str]], split: NDArray[np.uint8], where: str) -> FolderLayout:
    classes = [part[0] if len(part) > 1 else None for part in parts]
    class_names = sorted({name for name in classes if name is not None})
    if not class_names:
        return FolderLayout(None, (), split)
    if None in classes:
        stray = "/".join(parts[classes.index(None)])
        raise DataError(f"{where}: expected every image in the folder of its class, found {stray} beside the folders")
    index = {name: number for number, name in enumerate(class_names)}
    return FolderLayout(np.array([index[name] for name in classes if name], np.int64), tuple(class_names), split)
