"""A dataset kept as two zips of images, one for each split."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import SPLITS, Dataset
from latent_explorer.data.files import files_of_zip
from latent_explorer.data.layout import layout_of
from latent_explorer.data.pictures import stack
from latent_explorer.errors import DataError


def read_split_zips(name: str, stem: str, class_names: tuple[str, ...], root: Path) -> Dataset:
    """The images `class/file` of `stem-train.zip` and `stem-test.zip` in `root`. Raises DataError."""
    images, labels = zip(*(_part(root / f"{stem}-{split}.zip", class_names) for split in SPLITS), strict=True)
    if images[0].shape[1:] != images[1].shape[1:]:
        raise DataError(f"{root}: images of {images[0].shape[1:]} to train on, and of {images[1].shape[1:]} to test")
    split = np.repeat(np.arange(len(SPLITS), dtype=np.uint8), [len(part) for part in labels])
    return Dataset(name, np.concatenate(images), np.concatenate(labels), class_names, split)


def _part(path: Path, class_names: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    with files_of_zip(path) as files:
        layout = layout_of([file.name for file in files], str(path)) if files else None
        if layout is None or layout.labels is None or layout.class_names != class_names:
            found = ", ".join(layout.class_names) if layout else ""
            raise DataError(f"{path}: expected folders {', '.join(class_names)}, found {found or 'none'}")
        return stack(files), layout.labels
