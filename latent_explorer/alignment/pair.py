"""Two aligned bundles: their latents, and which image of one corresponds to which of the other."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, Latents, read_config, read_latents
from latent_explorer.errors import UserError

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two bundles."""

    folder: Path
    config: BundleConfig
    latents: Latents

    def __len__(self) -> int:
        return len(self.latents)

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def mean(self) -> NDArray[np.float32]:
        """Its latents (n, d)."""
        return self.latents.mean

    @cached_property
    def spread(self) -> float:
        """The root mean square distance of its latents from their mean."""
        return float(np.sqrt(self.mean.var(0, dtype=np.float64).sum())) or 1.0


def read_side(folder: Path) -> Side:
    """The bundle in a folder. Raises BundleError if it is broken."""
    config = read_config(folder)
    return Side(folder, config, read_latents(folder, config))


@dataclass(frozen=True, eq=False)
class Way:
    """One direction between the two bundles.

    forth: whether from the source to the target. counterparts: int64 (n,), for each image here the corresponding one
    there, -1 if there is none.
    """

    forth: bool
    here: Side
    there: Side
    counterparts: Indices


@dataclass(frozen=True, eq=False)
class Pair:
    """A source and a target.

    counterparts: int64 (n,), for each image of the source the corresponding one of the target, -1 if there is none.
    note: why there is none, or other notes for a person; may be empty.
    """

    source: Side
    target: Side
    counterparts: Indices
    note: str

    @classmethod
    def of(cls, source: Side, target: Side) -> "Pair":
        """The pair of two bundles, whatever their datasets."""
        found, note = _counterparts(source, target)
        return cls(source, target, found, note)

    @cached_property
    def ways(self) -> tuple[Way, Way]:
        """Both directions."""
        there = np.flatnonzero(self.counterparts >= 0)
        back = np.full(len(self.target), -1, np.int64)
        back[self.counterparts[there]] = there
        forth = Way(True, self.source, self.target, self.counterparts)
        return forth, Way(False, self.target, self.source, back)

    @property
    def common(self) -> bool:
        """Whether image i of one is image i of the other."""
        count = len(self.source)
        return count == len(self.target) and bool((self.counterparts == np.arange(count)).all())

    def check(self, source: Indices, target: Indices) -> None:
        """Raises UserError if anchors are not images of the two, an image has two, or the numbers differ."""
        if len(source) != len(target):
            raise UserError(
                f"anchors: expected as many images of the source as of the target, found {len(source):,} and "
                f"{len(target):,}"
            )
        _check(self.source, "source", source)
        _check(self.target, "target", target)

    def latents(self, source: Indices, target: Indices) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The latents (k, d) of images of the two."""
        return self.source.mean[source].astype(np.float64), self.target.mean[target].astype(np.float64)


def _check(side: Side, name: str, images: Indices) -> None:
    if images.ndim != 1 or images.dtype != np.int64:
        raise UserError(f"anchors: expected the numbers of images of the {name}, found {images.dtype} {images.shape}")
    if len(wrong := images[(images < 0) | (images >= len(side))]):
        raise UserError(f"anchors: the {name}, {side.name}, has no image {wrong[0]}; expected 0 to {len(side) - 1}")
    order = np.sort(images)
    if len(twice := order[1:][order[1:] == order[:-1]]):
        raise UserError(f"anchors: image {twice[0]} of the {name}, {side.name}, has two; delete one of them")


def _counterparts(source: Side, target: Side) -> tuple[Indices, str]:
    none = np.full(len(source), -1, np.int64)
    if reason := _strangers(source, target):
        return none, reason
    places = np.full(target.config.dataset.count, -1, np.int64)
    shown = np.arange(target.latents.images_from, len(target))
    places[target.latents.images(shown)] = shown
    images = source.latents.images(np.arange(len(source)))
    found = np.where(images >= 0, places[images], -1)  # of a draw from the prior there is no image
    there = np.flatnonzero(found >= 0)
    labels = source.latents.label, target.latents.label
    if labels[0] is not None and labels[1] is not None and (labels[0][there] != labels[1][found[there]]).any():
        return none, "The classes of the same images differ, so their order is not the same: choose anchors by hand."
    if len(there) == 0:
        return none, f"{source.name} and {target.name} have no image in common: choose anchors by hand."
    if len(there) < max(len(source), len(target)):
        return found, f"{len(there):,} images are in both."
    return found, _doubt(source, target)


def _strangers(source: Side, target: Side) -> str:
    """Why no image of one is known to correspond to one of the other, in words; empty if some may."""
    for side in (source, target):
        if side.config.imageless:
            return f"{side.name} has no encoder: its latents are draws from the prior, so no image is in both."
    one, other = source.config.dataset, target.config.dataset
    if (one.fingerprint, one.count) != (other.fingerprint, other.count):
        return (
            f"{source.name} and {target.name} are of other images ({one.name}, {other.name}), so no pair is known: "
            "choose anchors by hand."
        )
    if not one.source and not other.source and source.latents.label is None:
        return "Without images or classes nothing tells which latents belong together: choose anchors by hand."
    return ""


def _doubt(source: Side, target: Side) -> str:
    if source.config.dataset.source or target.config.dataset.source:
        return ""
    return "Both are without images: latents are taken to be in the same order, since there are as many of each class."
