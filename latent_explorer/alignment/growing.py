"""Pairs besides the anchors: grown by mutual nearest neighbours, or found without any."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from latent_explorer.alignment.anchors import Anchors
from latent_explorer.alignment.blind import find_pairs
from latent_explorer.alignment.bootstrap import grow
from latent_explorer.alignment.pair import Indices, Side
from latent_explorer.alignment.progress import FitProgress
from latent_explorer.alignment.protocol import Growth


@dataclass(frozen=True, eq=False)
class FoundPairs:
    """The pairs for a translator. anchors: all pairs, known ones first. note: on the search; may be empty.

    trusted: False if the measure of a blind search says that it failed.
    """

    anchors: Anchors
    note: str = ""
    trusted: bool = True


def find(
    sides: tuple[Side, Side], images: tuple[Indices, Indices], known: Anchors, growth: Growth, seed: int = 0
) -> Generator[FitProgress, None, FoundPairs]:
    """Pairs among some images of the source and of the target, in any order, including all known ones.

    Without growth, only the known ones. Raises UserError like `bootstrap.grow` and `blind.find_pairs`.
    """
    if not growth:
        return FoundPairs(known)
    latents = [side.mean[rows] for side, rows in zip(sides, images, strict=True)]
    if growth == "blind":
        blind = yield from find_pairs(latents[0], latents[1], seed)
        return FoundPairs(_of(images, blind.grown.pairs), f"Blind: {blind.note}.", blind.found)
    places = [_places(rows, each) for rows, each in zip(images, (known.source, known.target), strict=True)]
    grown = yield from grow(latents[0], latents[1], np.stack(places, axis=1), seed)
    share = f"{grown.share:.2f} of the latents looked at have a mutual neighbour"
    return FoundPairs(_of(images, grown.pairs), f"{len(known):,} anchors grown to {len(grown.pairs):,} pairs; {share}.")


def pools(sides: tuple[Side, Side], known: Anchors, seed: int, *, disjoint: bool) -> tuple[Indices, Indices]:
    """Training images of two bundles for the search of pairs, shuffled, the known pairs first.

    disjoint: half of the images for each, so that only the anchors' images are in both.
    """
    rng, found = np.random.default_rng((seed, 1)), []
    for number, (side, own) in enumerate(zip(sides, (known.source, known.target), strict=True)):
        train = np.flatnonzero(side.latents.split == 0)
        if disjoint:
            train = train[side.latents.images(train) % 2 == number]
        rest = np.setdiff1d(train, own)
        found.append(np.concatenate([own, rng.permutation(rest)]))
    return found[0], found[1]


def _of(images: tuple[Indices, Indices], pairs: Indices) -> Anchors:
    return Anchors(images[0][pairs[:, 0]], images[1][pairs[:, 1]])


def _places(rows: Indices, wanted: Indices) -> Indices:
    """The positions of the wanted ones in rows."""
    order = np.argsort(rows)
    places: Indices = order[np.searchsorted(rows, wanted, sorter=order)]
    return places
