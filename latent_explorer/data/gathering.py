"""Many images of the user's own: files, folders or a dataset, read one by one, so that a broken one affects no
other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.content import suffixes
from latent_explorer.data.dataset import Split
from latent_explorer.data.files import Bounds, ImageFile, files_of_folder, read_image
from latent_explorer.data.opening import open_dataset, split_options
from latent_explorer.data.pictures import stack
from latent_explorer.data.report import shown
from latent_explorer.errors import DataError
from latent_explorer.safe_text import readable

MOST_OWN = 10_000
"""The maximum number of images of one set; of more, the first are taken."""

_SECONDS = 60.0  # for which folders are looked through


@dataclass(frozen=True, eq=False)
class OwnImages:
    """Images that are read on demand.

    name: of all of them. names: of each. groups: the folder or class of each; "" for none.
    read: the image uint8 (h, w, 1 or 3) of a number; raises DataError. notes: on all of them, as sentences.
    """

    name: str
    names: tuple[str, ...]
    groups: tuple[str, ...]
    read: Callable[[int], NDArray[np.uint8]]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)


def gathered(sources: Sequence[str], most: int = MOST_OWN, split: Split | None = None) -> OwnImages:
    """The images of some files and folders, or of one dataset by its name or file, as `open_dataset` takes it.

    In folders each file is one image, and its folder is its group. Raises DataError if there are none, or a dataset
    cannot be opened. most: images. split: the only split of a dataset to take; None for all of it.
    """
    paths = [Path(source).expanduser() for source in sources]
    if len(sources) == 1 and not (paths[0].is_dir() or is_picture(paths[0])):
        return _of_dataset(sources[0], most, split)
    files, notes = [], []
    for path in paths:
        found = _files_of(path, f"{readable(path.name)}/" if len(paths) > 1 else "")
        files += found[0]
        notes += found[1]
    if not files and len(paths) == 1:
        return _of_dataset(sources[0], most, split)  # a folder of arrays, or it says what is there instead
    if not files:
        raise DataError("expected images (.png, .jpg, .tif, .webp and others), found none")
    notes += _too_many(len(files), most)
    files = files[:most]
    groups = _groups([file.name for file in files])
    name = shown(readable(paths[0].name)) if len(paths) == 1 else f"{len(paths):,} files"
    return OwnImages(name, tuple(file.name for file in files), groups, partial(_read, files), tuple(notes))


def is_picture(path: Path) -> bool:
    """Whether a file is one of a picture, by its name."""
    return path.suffix.lower() in suffixes()


def _files_of(path: Path, prefix: str) -> tuple[list[ImageFile], list[str]]:
    """The images at a path, and what was not read, in sentences."""
    where = readable(str(path))
    if path.is_dir():
        found = files_of_folder(path, Bounds(seconds=_SECONDS))
        return [replace(file, name=prefix + file.name) for file in found.files], list(map(str, found.passed_over))
    if not is_picture(path):
        return [], [f"{shown(readable(path.name))}: no image format that is read"]
    return [ImageFile(readable(path.name), where, partial(read_image, path))], []


def _read(files: Sequence[ImageFile], number: int) -> NDArray[np.uint8]:
    """One picture. Raises DataError with the reason but without the path, which the caller knows."""
    file = files[number]
    try:
        picture: NDArray[np.uint8] = stack([file]).images[0]
        return picture
    except DataError as error:
        words = str(error).removeprefix(f"{file.where}: ")
        raise DataError(words.partition("; write @pages")[0]) from error


def _groups(names: Iterable[str]) -> tuple[str, ...]:
    """The folder of each file: the highest one that is not shared by all."""
    folders = [name.split("/")[:-1] for name in names]
    while folders and len({each[0] if each else "" for each in folders}) == 1 and folders[0]:
        folders = [each[1:] for each in folders]
    return tuple(each[0] if each else "" for each in folders)


def _of_dataset(source: str, most: int, split: Split | None) -> OwnImages:
    found = open_dataset(source)
    numbers = np.arange(len(found)) if split is None else found.indices(split)
    if not len(numbers):
        raise DataError(f"{found.name}: expected images of the {split} split, found none")
    notes = (*map(str, found.passed_over), *found.notes, *_too_many(len(numbers), most))
    numbers = numbers[:most]
    digits = len(str(max(len(found) - 1, 0)))
    groups = ("",) * len(numbers)
    if found.labels is not None:
        groups = tuple(found.class_names[label] for label in found.labels[numbers].tolist())

    def read(number: int) -> NDArray[np.uint8]:
        return np.asarray(found.images[int(numbers[number])])

    names = tuple(f"{number:0{digits}}" for number in numbers.tolist())
    return OwnImages(shown(found.name or split_options(source)[0]), names, groups, read, notes)


def _too_many(count: int, most: int) -> list[str]:
    return [f"of {count:,} images, the first {most:,} are placed"] if count > most else []
