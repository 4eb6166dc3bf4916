"""The class and the split of image files, by their folders."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import Split
from latent_explorer.data.report import PassedOver, counted, shown
from latent_explorer.data.splits import ONLY_TRAIN, as_indices, split_named
from latent_explorer.errors import DataError

_PLAIN = frozenset({"images", "image", "imgs", "img", "pictures", "photos", "data", "jpegimages", "png", "jpg", "jpeg"})
"""Folders that are not classes."""

_NO_CLASS = "beside the folders of the classes, so of no class"
_NO_SPLIT = "beside the folders of the splits, so of no split"


@dataclass(frozen=True, eq=False)
class FolderLayout:
    """The classes and splits in the names of files.

    kept: int64 (k,), the files that are images of the dataset, ascending. labels: int64 (k,) into `class_names`, or
    None without classes. split: uint8 (k,) into SPLITS; None if no folder names a test split.
    """

    kept: NDArray[np.int64]
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    split: NDArray[np.uint8] | None
    passed_over: tuple[PassedOver, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    """One file. folders: those around it without a meaning yet. split: the meaning of one of them."""

    number: int
    folders: tuple[str, ...]
    split: Split | None = None

    def inside(self, split: Split | None = None) -> "_File":
        return replace(self, folders=self.folders[1:], split=split or self.split)


def layout_of(names: Sequence[str], where: str) -> FolderLayout:
    """Class and split of files by their relative names.

    `class/.../file` names the class; files without a folder have none. Folders of splits, such as train, valid and
    test, are above or directly below those of the classes. Folders around everything do not count. A few files beside
    the folders of classes or splits are skipped. Raises DataError if there are as many as inside.
    """
    files, dropped = _unwrapped([_File(number, tuple(name.split("/")[:-1])) for number, name in enumerate(names)])
    without = [(_NO_CLASS, file) for file in dropped]
    files, others = _by_split(files)
    without += [(_NO_SPLIT, file) for file in others]
    notes = _confusing(files)
    classes = {file.folders[0] for file in files if file.folders}
    if classes:
        files, strays = _classed(files, names, where)
        without += strays
    split, said = _split_of(files)
    class_names = tuple(sorted(classes))
    index = {name: number for number, name in enumerate(class_names)}
    labels = np.array([index[file.folders[0]] for file in files], np.int64) if classes else None
    kept = np.array([file.number for file in files], np.int64)
    passed_over = counted((why, names[file.number]) for why, file in without)
    return FolderLayout(kept, labels, class_names, split, passed_over, (*notes, *said))


def _unwrapped(files: list[_File]) -> tuple[list[_File], list[_File]]:
    """The files without the folders around nearly all of them that are not classes, and the few beside such a
    folder."""
    dropped: list[_File] = []
    while len(tops := {file.folders[0] for file in files if file.folders}) == 1:
        loose = [file for file in files if not file.folders]
        deep = sum(len(file.folders) > 1 for file in files)
        (top,) = tops
        no_class = top.lower() in _PLAIN or split_named(top) is not None
        if 2 * deep <= len(files) and not (no_class and not loose):
            break
        files, dropped = [file.inside() for file in files if file.folders], dropped + loose
    return files, dropped


def _by_split(files: list[_File]) -> tuple[list[_File], list[_File]]:
    """The files with their splits, if folders name them; and those in none of these folders."""
    found = _splits_among({file.folders[0] for file in files if file.folders})
    if found:
        inside, others = _parted(files, lambda file: bool(file.folders) and file.folders[0] in found)
        named = [file.inside(found[file.folders[0]]) for file in inside]
        for split in set(found.values()):
            group, dropped = _unwrapped([file for file in named if file.split == split])
            named = [file for file in named if file.split != split] + group
            others += dropped
        return sorted(named, key=lambda file: file.number), others
    if all(len(file.folders) > 1 for file in files):  # class/split/image
        found = _splits_among({file.folders[1] for file in files})
        if all(file.folders[1] in found for file in files):
            return [
                replace(file, folders=(file.folders[0], *file.folders[2:]), split=found[file.folders[1]])
                for file in files
            ], []
    return files, []


def _splits_among(folders: Iterable[str]) -> dict[str, Split]:
    """The split of each folder that names one, if there is a training folder and another with a similar name."""
    groups: dict[frozenset[str], dict[str, Split]] = {}
    for folder in folders:
        if (meant := split_named(folder)) is not None:
            groups.setdefault(meant[1], {})[folder] = meant[0]
    whole = {
        words: group for words, group in groups.items() if "train" in group.values() and len({*group.values()}) > 1
    }
    best = [group for words, group in whole.items() if not words or words & _PLAIN]
    candidates = best or list(whole.values())
    return candidates[0] if len(candidates) == 1 else {}


def _classed(files: list[_File], names: Sequence[str], where: str) -> tuple[list[_File], list[tuple[str, _File]]]:
    """The files in folders of classes, and the stray ones with the reason for skipping them."""
    inside, loose = _parted(files, lambda file: bool(file.folders))
    labelled = {file.split for file in inside}
    unlabelled, strays = _parted(loose, lambda file: file.split not in labelled)
    if len(strays) >= len(inside):
        stray = shown(names[strays[0].number], 80)
        raise DataError(
            f"{where}: expected every image in the folder of its class, found {stray} beside the folders: "
            f"{len(strays):,} lie beside them and {len(inside):,} inside; put all into folders, or none"
        )
    passed = [(_NO_CLASS, file) for file in strays]
    return inside, passed + [
        (f"of the {file.split} split, which has no folders of classes", file) for file in unlabelled
    ]


def _split_of(files: Sequence[_File]) -> tuple[NDArray[np.uint8] | None, tuple[str, ...]]:
    splits = [file.split for file in files if file.split is not None]
    if not splits:
        return None, ()
    if set(splits) == {"train"}:
        return None, (ONLY_TRAIN,)
    return as_indices(splits)


def _confusing(files: Sequence[_File]) -> tuple[str, ...]:
    """A note on each class that sounds like a split."""
    tops = {file.folders[0] for file in files if file.folders}
    return tuple(
        f"the folder {shown(top)} is a class: splits are a folder to train on beside one to test or validate"
        for top in sorted(tops)
        if split_named(top) == ("train", frozenset()) or split_named(top) == ("test", frozenset())
    )


def _parted(files: Iterable[_File], kept: Callable[[_File], bool]) -> tuple[list[_File], list[_File]]:
    yes: list[_File] = []
    no: list[_File] = []
    for file in files:
        (yes if kept(file) else no).append(file)
    return yes, no
