"""The datasets that are opened by name."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import SPLITS, Dataset
from latent_explorer.data.idx import read_idx
from latent_explorer.errors import DataError
from latent_explorer.places import resource

_DIGITS = tuple("0123456789")
_IDX_PREFIX = {"train": "train", "test": "t10k"}


def open_mnist() -> Dataset:
    """MNIST as it ships with the program: 60,000 training and 10,000 test images, 28 x 28, grey."""
    return read_idx_dataset("mnist", resource("mnist"), _DIGITS)


def read_idx_dataset(name: str, folder: Path, class_names: tuple[str, ...]) -> Dataset:
    """A dataset kept as MNIST's four IDX files, plain or gzip, in one folder. Raises DataError."""
    images = [read_idx(_idx_file(folder, f"{_IDX_PREFIX[split]}-images-idx3-ubyte"), 3) for split in SPLITS]
    labels = [read_idx(_idx_file(folder, f"{_IDX_PREFIX[split]}-labels-idx1-ubyte"), 1) for split in SPLITS]
    if len({part.shape[1:] for part in images}) > 1:
        raise DataError(f"{folder}: expected images of one size, found {[part.shape for part in images]}")
    return Dataset(
        name=name,
        images=np.concatenate(images)[..., None],
        labels=np.concatenate(labels).astype(np.int64),
        class_names=class_names,
        split=_split([len(part) for part in images]),
    )


def _idx_file(folder: Path, name: str) -> Path:
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"


def _split(counts: list[int]) -> NDArray[np.uint8]:
    return np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
