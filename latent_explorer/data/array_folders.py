"""Datasets kept as a folder of numpy arrays, which may be larger than memory.

    images-00000.npy    uint8 (k, h, w) or (k, h, w, 1 or 3), in C order
    labels-00000.npy    integers (k,); for every shard or for none
    split-00000.npy     (k,) of 0 and 1, or of "train" and "test"; for every shard or for none
    class_names.npy     text; else the numbers

The shards follow each other by name, whatever stands after the hyphen. Their images may differ in number, not in size.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.arrays import described
from latent_explorer.data.dataset import Dataset
from latent_explorer.data.files import files_of_folder
from latent_explorer.data.npy import Header, read_array, read_header
from latent_explorer.data.shards import ImageShard, ShardedImages
from latent_explorer.errors import DataError

_IMAGES, _CLASS_NAMES = "images-", "class_names.npy"


def has_arrays(folder: Path) -> bool:
    """Whether a folder is a dataset of this kind."""
    return any(folder.glob(f"{_IMAGES}*.npy"))


def read_array_folder(folder: Path) -> Dataset:
    """The dataset of a folder as above, its images ShardedImages; without split, see `arrays.dataset_of`.

    Every header is compared with its file's size and with the first; images are read only when they are needed.
    Raises DataError.
    """
    if pictures := files_of_folder(folder):
        raise DataError(f"{folder}: expected arrays or pictures, found both, as {pictures[0].name}; move one of them")
    paths = sorted(folder.glob(f"{_IMAGES}*.npy"))
    headers = [read_header(path) for path in paths]
    for path, header in zip(paths, headers, strict=True):
        _check(path, header, headers[0])
    shards = [ImageShard(path, header.shape[0], header.offset) for path, header in zip(paths, headers, strict=True)]
    height, width, channels = (*headers[0].shape[1:], 1)[:3]
    found = {name: _joined(name, shards) for name in ("labels", "split") if any(folder.glob(f"{name}-*.npy"))}
    if (folder / _CLASS_NAMES).exists():
        found["class_names"] = read_array(folder / _CLASS_NAMES)
    return described(ShardedImages(shards, (height, width, channels)), found, folder)


def _check(path: Path, header: Header, first: Header) -> None:
    shape = header.shape
    if len(shape) not in (3, 4) or 0 in shape or (len(shape) == 4 and shape[3] not in (1, 3)):
        raise DataError(f"{path}: expected images (n, h, w) or (n, h, w, 1 or 3), found {shape}")
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
    return np.concatenate([_values(path, shard.count) for path, shard in zip(paths, shards, strict=True)])


def _values(path: Path, count: int) -> NDArray[Any]:
    values = read_array(path)
    if values.shape != (count,):
        raise DataError(f"{path}: expected {count} values, one for each image, found {values.shape}")
    return values
