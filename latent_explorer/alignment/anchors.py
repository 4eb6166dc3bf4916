"""Anchors: images of a source and a target with the same meaning, chosen at random, far apart, or read from a file.

Chosen ones are training images of both bundles, so figures over the test split are independent of them.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.pair import Indices, Pair, Way
from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole

TEST = 1
"""The number of the test split, see `Latents.split`."""
_BYTES = 1 << 26
_LOOKED_AT = 20_000  # training images among which those far apart are looked for


@dataclass(frozen=True, eq=False)
class Anchors:
    """Images of the source and of the target, int64 (k,) each, pair by pair."""

    source: Indices
    target: Indices

    def __len__(self) -> int:
        return len(self.source)

    @property
    def back(self) -> "Anchors":
        """The same from the target to the source."""
        return Anchors(self.target, self.source)


def choose_random(way: Way, count: int, seed: int) -> Anchors:
    """Random training images, the same number of each class; without classes, from all images."""
    candidates, rng = _candidates(way, count), np.random.default_rng(seed)
    labels = way.here.latents.label
    classes = np.zeros(len(candidates), np.int64) if labels is None else labels[candidates]
    # Each image has a place in the queue of its class; whoever is first in one goes before all that are second.
    order = rng.permutation(len(candidates))
    place = np.empty(len(candidates), np.int64)
    for each in np.unique(classes):
        of_class = order[classes[order] == each]
        place[of_class] = np.arange(len(of_class))
    first = order[np.argsort(place[order], kind="stable")][:count]
    return _anchors(way, candidates[first])


def choose_farthest(way: Way, count: int, seed: int) -> Anchors:
    """Training images, each as far as possible from those before in the source's space (Gonzalez, 1985), from a
    sample."""
    candidates, rng = _candidates(way, count), np.random.default_rng(seed)
    looked_at = rng.permutation(candidates)[: max(count, _LOOKED_AT)]
    points = way.here.mean[looked_at].astype(np.float32)
    chosen, nearest = [0], np.full(len(points), np.inf, np.float32)
    while len(chosen) < count:
        nearest = np.minimum(nearest, np.square(points - points[chosen[-1]]).sum(1))
        nearest[chosen[-1]] = -1
        chosen.append(int(nearest.argmax()))
    return _anchors(way, looked_at[chosen])


CHOICES: dict[str, tuple[Callable[[Way, int, int], Anchors], str]] = {
    "random": (choose_random, "at random, equally many of each class"),
    "farthest": (choose_farthest, "each as far as possible from those before it, in the source's space"),
}
"""The ways to choose anchors, each with its words."""


def read_anchors(pair: Pair, path: Path) -> Anchors:
    """The anchors in a file: .npy, .csv or .json of image numbers, or of pairs source,target.

    Raises UserError if it cannot be read, an image is repeated or does not exist, it has single numbers although the
    two bundles have no common images, or all anchors are of one class.
    """
    try:
        found = _numbers(path, read_regular(path, _BYTES))
        pairs = _paired(pair, found) if found.ndim == 1 else found
        pair.check(pairs[:, 0], pairs[:, 1])
        _check_classes(pair, pairs)
    except OSError as error:
        raise UserError(f"{path}: the anchors cannot be read: {error.strerror}") from error
    except UserError as error:
        raise UserError(str(error) if str(path) in str(error) else f"{path}: {error}") from error
    return Anchors(pairs[:, 0], pairs[:, 1])


def write_anchors(path: Path, pairs: Indices, *, overwrite: bool = False) -> Path:
    """Write pairs (k, 2) to a file that `read_anchors` reads: .csv with a header, .json or .npy, whole or not at all.

    Raises UserError if it cannot be written, or the suffix is none of these.
    """
    stream = io.BytesIO()
    match path.suffix.lower():
        case ".csv":
            rows = (f"{source},{target}" for source, target in pairs.tolist())
            stream.write("\n".join(("source,target", *rows, "")).encode())
        case ".json":
            stream.write(msgspec.json.encode(pairs.tolist()))
        case ".npy":
            np.save(stream, pairs)
        case other:
            raise UserError(f"{path}: expected a name that ends in .csv, .json or .npy, found {other or 'no ending'}")
    return write_bytes_whole(path, stream.getvalue(), overwrite=overwrite)


def check_held_apart(pair: Pair, anchors: Anchors) -> None:
    """Raise UserError if an anchor is a test image while figures are over test images."""
    for side, images in ((pair.source, anchors.source), (pair.target, anchors.target)):
        tested = images[side.latents.split[images] == TEST]
        if len(tested):
            raise UserError(
                f"anchors: {len(tested):,} are test images of {side.name}, the first is {tested[0]}; figures are over "
                "the test split, so choose training images"
            )


def _candidates(way: Way, count: int) -> Indices:
    """Images of the source that both bundles have, without test images of either."""
    there = way.counterparts
    known: Indices = np.flatnonzero((there >= 0) & (way.here.latents.split != TEST))
    known = known[way.there.latents.split[there[known]] != TEST]
    names = f"{way.here.name} and {way.there.name}"
    if not len(known):
        raise UserError(f"{names} have no training images in common; name a file of pairs source,target with --choose")
    if not 1 <= count <= len(known):
        raise UserError(f"--anchors {count}: expected 1 to {len(known):,}, the training images that {names} both have")
    return known


def _anchors(way: Way, images: Indices) -> Anchors:
    return Anchors(images, way.counterparts[images])


def _paired(pair: Pair, images: Indices) -> Indices:
    """Pairs (k, 2) of images, each with the corresponding one of the target."""
    there = np.full(len(images), -1, np.int64)
    known = (images >= 0) & (images < len(pair.source))
    there[known] = pair.counterparts[images[known]]
    if not known.all():
        raise UserError(
            f"anchors: {pair.source.name} has no image {images[~known][0]}; expected 0 to {len(pair.source) - 1}"
        )
    if (there < 0).any():
        lost = int(images[there < 0][0])
        raise UserError(
            f"anchors: image {lost} of {pair.source.name} has no counterpart in {pair.target.name}, so a number alone "
            f"names no pair; write pairs source,target. {pair.note}".rstrip()
        )
    return np.stack([images, there], axis=1)


def _check_classes(pair: Pair, pairs: Indices) -> None:
    labels = pair.source.latents.label
    if labels is None or len(np.unique(labels)) < 2 or len(np.unique(labels[pairs[:, 0]])) > 1:
        return
    name = pair.source.config.dataset.class_names[int(labels[pairs[0, 0]])]
    raise UserError(
        f"anchors: all {len(pairs):,} are of the class {name!r}; a translator fitted on one class says nothing of the "
        "others: name images of several"
    )


def _numbers(path: Path, content: bytes) -> Indices:
    """Whole numbers int64 (k,) or (k, 2), k >= 1."""
    readers: dict[str, Callable[[bytes], Any]] = {".npy": _of_npy, ".csv": _of_csv, ".json": msgspec.json.decode}
    if path.suffix.lower() not in readers:
        raise UserError(f"expected anchors as .npy, .csv or .json, found {path.suffix or 'no ending'}")
    try:
        values = np.asarray(readers[path.suffix.lower()](content))
    except (ValueError, msgspec.MsgspecError, EOFError, RecursionError, csv.Error) as error:
        raise UserError(f"the anchors cannot be read ({error}); {_EXPECTED}") from error
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if not (values.ndim == 1 or (values.ndim == 2 and values.shape[1] == 2)) or not len(values):
        raise UserError(f"{_EXPECTED}; found the shape {values.shape}")
    if values.dtype.kind not in "iu":
        raise UserError(f"{_EXPECTED}; found {'numbers with a point' if values.dtype.kind == 'f' else 'other values'}")
    return values.astype(np.int64)


_EXPECTED = "expected whole numbers of images, or pairs source,target of them"


def _of_npy(content: bytes) -> NDArray[Any]:
    array: NDArray[Any] = np.load(io.BytesIO(content), allow_pickle=False)
    return array


def _of_csv(content: bytes) -> list[list[int]]:
    rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if row]
    if rows and not any(cell.strip().lstrip("+-").isdigit() for cell in rows[0]):
        rows = rows[1:]  # a heading
    return [[int(cell) for cell in row] for row in rows]
