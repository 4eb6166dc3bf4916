"""Which arrays of a file are images, labels, class names and splits, by their usual names."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from latent_explorer.data.dataset import Split
from latent_explorer.data.report import shown
from latent_explorer.data.splits import split_named
from latent_explorer.errors import DataError

_IMAGES = ("images", "image", "imgs", "img", "pictures", "x", "data", "inputs", "samples", "features", "arr0")
_LABELS = ("labels", "label", "y", "targets", "target", "classes", "class", "outputs", "arr1")
_CLASS_NAMES = ("classnames", "labelnames", "targetnames", "listclasses", "categories", "names", "classes")
_SURE = ("classnames", "labelnames", "targetnames", "listclasses")  # which are names of classes whatever they hold
_SPLITS = ("split", "splits", "subset", "partition")
_ORDER: tuple[Split, ...] = ("train", "test", "val")
_EXPECTED = (
    "expected an array images (or x, data), or train_images and test_images (or x_train and x_test), with labels "
    "(or y, target) beside each if there are any"
)


@dataclass(frozen=True)
class Part:
    """Images and their labels, by the names of the arrays. split: theirs, if the names give it; "" for no labels."""

    images: str
    labels: str = ""
    split: Split | None = None


@dataclass(frozen=True)
class Roles:
    """The roles of arrays, by their names; "" for a missing one."""

    parts: tuple[Part, ...]
    class_names: str = ""
    split: str = ""

    @property
    def used(self) -> set[str]:
        """The names of all arrays with a role."""
        parts = (name for part in self.parts for name in (part.images, part.labels))
        return {*parts, self.class_names, self.split} - {""}


def roles_of(shapes: Mapping[str, tuple[int, ...]], texts: Collection[str], where: str) -> Roles:
    """The roles of arrays with these names and shapes; texts: the names of those that contain text.

    Raises DataError if none can be the images.
    """
    words = {name: re.sub(r"[^a-z0-9]", "", name.lower()) for name in shapes}
    parts = _split_parts(shapes) or _whole(words, shapes)
    if not parts:
        found = ", ".join(f"{shown(name)} {shape}" for name, shape in shapes.items()) or "no array"
        raise DataError(f"{where}: {_EXPECTED}; found {found}")
    taken = {name for part in parts for name in (part.images, part.labels)}
    others = {name: word for name, word in words.items() if name not in taken}
    named = _first(_CLASS_NAMES, {name: word for name, word in others.items() if name in texts or word in _SURE})
    split = _first(_SPLITS, words) if parts[0].split is None else ""
    return Roles(parts, named, split)


def _whole(words: Mapping[str, str], shapes: Mapping[str, tuple[int, ...]]) -> tuple[Part, ...]:
    images = _first(_IMAGES, words)
    if not images:
        likely = [name for name, shape in shapes.items() if len(shape) in (3, 4)]
        images = likely[0] if len(likely) == 1 else ""
    count = shapes[images][0] if images and shapes[images] else 0
    fitting = {name: word for name, word in words.items() if name != images and shapes[name][:1] == (count,)}
    named = _first(_LABELS, fitting) or _first(
        _LABELS[:-1], {name: word for name, word in words.items() if name != images}
    )
    if named and words[named] == "classes" and named not in fitting:
        named = ""  # these are the names of the classes
    return (Part(images, named),) if images else ()


def _split_parts(shapes: Mapping[str, tuple[int, ...]]) -> tuple[Part, ...]:
    """A part for each split in the names of images, such as x_train, test_images or valX."""
    images: dict[Split, list[str]] = {}
    labels: dict[Split, list[str]] = {}
    for name in sorted(shapes, key=len):  # of several, the plainest name
        meant = split_named(name)
        if meant is None:
            continue
        split, others = meant
        if others & set(_LABELS):
            labels.setdefault(split, []).append(name)
        elif (not others or others & set(_IMAGES)) and len(shapes[name]) > 1:
            images.setdefault(split, []).append(name)
    return tuple(Part(images[split][0], labels.get(split, [""])[0], split) for split in _ORDER if split in images)


def _first(wanted: Iterable[str], words: Mapping[str, str]) -> str:
    """The first of some names that exists, spelled as in the file."""
    return next((name for word in wanted for name in words if words[name] == word), "")
