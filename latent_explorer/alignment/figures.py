"""The figures of two aligned spaces, as in the papers: over the test split, from the source to the target.

Closure, stitching and zero-shot accuracy: Latent Communication in Artificial Neural Networks (arXiv 2406.11014) and
what it builds on, relative representations (arXiv 2209.15430) and direct translation (arXiv 2311.00664).
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from statistics import fmean, stdev

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.anchors import TEST, Anchors
from latent_explorer.alignment.pair import Indices, Pair, Side
from latent_explorer.alignment.relative import comparable
from latent_explorer.alignment.similarity import linear_cka, neighbours, overlap, rbf_cka, svcca
from latent_explorer.alignment.stitching import Drawer, closed, fitted_to, reciprocal_rank
from latent_explorer.alignment.translator import Translator
from latent_explorer.charts.relative import Measure
from latent_explorer.errors import UserError

_RANKED_BY_PICTURES = 2
"""The maximum dimension for ranking images by their pictures: distances in a plane say too little."""


@dataclass(frozen=True)
class Figures:
    """The figures of one direction, each None if it cannot be measured.

    closure: C = (naive - stitched) / (naive - own), of mean squared errors on pixels in [0, 1]: of the target's decoder
    on translated latents (stitched), on the source's latents padded with zeros or truncated (naive), and on the
    target's own latents (own). mrr: the mean reciprocal rank of the true image among all by the distance of its own
    latent from the translated one; if the target has two dimensions, of its decoded picture.
    zero_shot_accuracy: of a classifier trained on the target's latents, on translated ones; own_accuracy: on its own.
    cka_linear, cka_rbf, svcca, neighbour_overlap: see `similarity`; of the two spaces without a translator. seconds: to
    find pairs and fit.
    """

    closure: float | None = None
    stitched_mse: float | None = None
    naive_mse: float | None = None
    own_mse: float | None = None
    mrr: float | None = None
    zero_shot_accuracy: float | None = None
    own_accuracy: float | None = None
    cka_linear: float | None = None
    cka_rbf: float | None = None
    svcca: float | None = None
    neighbour_overlap: float | None = None
    seconds: float | None = None

    def beside(self, other: "Figures") -> "Figures":
        """The figures known in either."""
        return Figures(*(b if a is None else a for a, b in zip(astuple(self), astuple(other), strict=True)))


FIGURES = tuple(each.name for each in fields(Figures))


@dataclass(frozen=True, eq=False)
class HeldOutPairs:
    """The images for the figures, as images of the source and of the target, int64 (n,) each."""

    source: Indices
    target: Indices

    @classmethod
    def common(cls, pair: Pair) -> "HeldOutPairs":
        """The test images that both bundles have. Raises UserError if there are none."""
        there = pair.counterparts
        images = np.flatnonzero((there >= 0) & (pair.source.latents.split == TEST))
        if not len(images):
            raise UserError(
                f"{pair.source.name} and {pair.target.name} have no test images in common to take figures over. "
                f"{pair.note}".rstrip()
            )
        return cls(images, there[images])

    @classmethod
    def others(cls, anchors: Anchors, chosen: NDArray[np.bool_]) -> "HeldOutPairs":
        """Known pairs that are not among the chosen anchors."""
        return cls(anchors.source[~chosen], anchors.target[~chosen])

    @property
    def back(self) -> "HeldOutPairs":
        """The same from the target to the source."""
        return HeldOutPairs(self.target, self.source)


class Bench:
    """Measures pairs of bundles, and keeps what the next pair needs."""

    def __init__(self) -> None:
        self._drawers: dict[int, Drawer] = {}
        self._near: dict[bytes, NDArray[np.int64]] = {}
        self._alike: dict[bytes, Figures] = {}
        self._naive: dict[bytes, float] = {}

    def alike(self, source: Side, target: Side, tested: HeldOutPairs) -> Figures:
        """How similar the spaces are, without a translator."""
        key = b"".join(sorted((self._key(source, tested.source), self._key(target, tested.target))))
        if key not in self._alike:
            x, y = source.mean[tested.source], target.mean[tested.target]
            self._alike[key] = Figures(
                cka_linear=linear_cka(x, y),
                cka_rbf=rbf_cka(x, y),
                svcca=svcca(x, y),
                neighbour_overlap=overlap(self._near_of(source, tested.source), self._near_of(target, tested.target)),
            )
        return self._alike[key]

    def stitched(self, source: Side, target: Side, tested: HeldOutPairs, translator: Translator) -> Figures:
        """How good a translator is."""
        z = translator.to(source.mean[tested.source])
        drawer = self.drawer(target)
        found = Figures(mrr=self._rank(target, tested, z))
        if _drawable(source, target):
            naive = self._naive_error(source, target, tested)
            own, stitched = drawer.own_error(tested.target), drawer.error(z, tested.target)
            closure = closed(naive, stitched, own)
            found = replace(found, closure=closure, stitched_mse=stitched, naive_mse=naive, own_mse=own)
        if _classifiable(source, target):
            assert target.latents.label is not None
            true = target.latents.label[tested.target]
            found = replace(
                found,
                zero_shot_accuracy=float((drawer.classes(z) == true).mean()),
                own_accuracy=drawer.own_accuracy(tested.target),
            )
        return found

    def drawer(self, side: Side) -> Drawer:
        """The decoder of a bundle."""
        return self._drawers.setdefault(id(side), Drawer(side))

    def notes(self, source: Side, target: Side) -> Iterator[str]:
        """What cannot be measured properly, in sentences."""
        shapes = ["x".join(map(str, each.config.net.image_shape)) for each in (source, target)]
        if shapes[0] != shapes[1]:
            yield (
                f"{source.name} and {target.name} have images of different shapes, {shapes[0]} and {shapes[1]}: "
                "compared in latent space only"
            )
        elif not target.config.decodes:
            yield f"{target.name} makes no pictures: compared in latent space only"
        elif self.drawer(target).missing:
            yield (
                f"{self.drawer(target).missing}: pictures are compared with those of the target's own latents, whose "
                "error is then 0"
            )
        if not _classifiable(source, target):
            yield f"{source.name} and {target.name} do not share two or more classes: no classifier is tried"

    def _naive_error(self, source: Side, target: Side, tested: HeldOutPairs) -> float:
        key = self._key(source, tested.source) + self._key(target, tested.target)
        if key not in self._naive:
            z = fitted_to(source.mean[tested.source], target.mean.shape[1])
            self._naive[key] = self.drawer(target).error(z, tested.target)
        return self._naive[key]

    def _rank(self, target: Side, tested: HeldOutPairs, z: NDArray[np.float32]) -> float | None:
        if target.mean.shape[1] > _RANKED_BY_PICTURES:
            return reciprocal_rank(z, target.mean[tested.target])
        if not target.config.decodes:
            return None
        drawer = self.drawer(target)
        made = np.concatenate(list(drawer.pictures(z, tested.target)))
        return reciprocal_rank(made, drawer.own_pictures(tested.target))

    def _near_of(self, side: Side, images: Indices) -> NDArray[np.int64]:
        key = self._key(side, images)
        if key not in self._near:
            self._near[key] = neighbours(side.mean[images])
        return self._near[key]

    def _key(self, side: Side, images: Indices) -> bytes:
        return f"{id(side)}:".encode() + images.tobytes()


def relative_rank(source: Side, target: Side, tested: HeldOutPairs, anchors: Anchors, measure: Measure) -> float:
    """The mean reciprocal rank of the true image by coordinates relative to the anchors."""
    here = comparable(source.mean[tested.source], source.mean[anchors.source], measure)
    there = comparable(target.mean[tested.target], target.mean[anchors.target], measure)
    return reciprocal_rank(here.astype(np.float32), there.astype(np.float32))


def averaged(runs: list[Figures]) -> tuple[dict[str, float | None], dict[str, float]]:
    """The mean of each figure over several runs, and the standard deviation of the varying ones."""
    means: dict[str, float | None] = {}
    spreads: dict[str, float] = {}
    for name in FIGURES:
        values = [value for run in runs if (value := getattr(run, name)) is not None]
        means[name] = fmean(values) if values else None
        if values and max(values) > min(values):
            spreads[name] = stdev(values)
    return means, spreads


def _drawable(source: Side, target: Side) -> bool:
    return target.config.decodes and source.config.net.image_shape == target.config.net.image_shape


def _classifiable(source: Side, target: Side) -> bool:
    names = source.config.dataset.class_names
    known = source.latents.label is not None and target.latents.label is not None
    return known and len(names) > 1 and names == target.config.dataset.class_names and _several(target)


def _several(side: Side) -> bool:
    labels = side.latents.label
    return labels is not None and len(np.unique(labels[side.latents.split == 0])) > 1
