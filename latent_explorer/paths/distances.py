"""Distances between places, geodesic and Euclidean, and how much both vary from model to model.

A model trained again puts the same images elsewhere, and its latent space may bend differently: Euclidean distances of
latents need not recur in the next model. Lengths of geodesics in decoded pixels do not depend on how latent space is
laid out (Syrota et al. 2025, "Identifying metric structures of deep latent variable models"). The coefficient of
variation of a pair's distance over the models, after dividing the distances of each model by their mean, says how well
either recurs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.paths.asking import Reals, Steps, pictures_of
from latent_explorer.paths.registry import CURVES
from latent_explorer.paths.space import Space

MOST_PLACES = 40
_CURVE = "geodesic"


@dataclass(frozen=True, eq=False)
class Distances:
    """Distances between k places of one model, each (k, k), symmetric, zero on the diagonal.

    euclidean: of their latents. geodesic: the decoded lengths of the geodesics between them.
    """

    euclidean: Reals
    geodesic: Reals


@dataclass(frozen=True, eq=False)
class Variation:
    """How much distances vary over models. euclidean, geodesic: (k, k), each pair's coefficient of variation.

    models: the number of models.
    """

    models: int
    euclidean: Reals
    geodesic: Reals

    @property
    def means(self) -> tuple[float, float]:
        """The means over all pairs, Euclidean and geodesic."""
        pairs = np.triu_indices(len(self.euclidean), 1)
        return float(self.euclidean[pairs].mean()), float(self.geodesic[pairs].mean())


def distance_steps(space: Space, places: NDArray[np.float32]) -> Steps[Distances]:
    """The distances between places (k, d) of a space, k >= 2.

    Raises UserError if the space has no decoder, and for fewer than two places or more than 40.
    """
    if not 2 <= len(places) <= MOST_PLACES:
        raise UserError(f"distances: expected 2 to {MOST_PLACES} places, found {len(places)}")
    curve, z = CURVES[_CURVE], places.astype(np.float64)
    if lacking := curve.lacks_in(space):
        raise UserError(f"no geodesic distances here: {lacking}")
    assert curve.leg is not None
    euclidean = np.linalg.norm(z[:, None] - z, axis=2)
    geodesic = np.zeros_like(euclidean)
    for one, other in combinations(range(len(z)), 2):
        way = yield from curve.leg(space, z[one], z[other])
        pixels = yield from pictures_of(way)
        geodesic[one, other] = geodesic[other, one] = np.linalg.norm(np.diff(pixels, axis=0), axis=1).sum()
    return Distances(euclidean, geodesic)


def normalised(distances: Reals) -> Reals:
    """Distances (k, k) in units of their mean over all pairs."""
    mean = float(distances[np.triu_indices(len(distances), 1)].mean())
    return distances / mean if mean > 0 else distances


def variation(found: Sequence[Distances]) -> Variation:
    """How much the distances of the same places vary over at least two models.

    Raises UserError if there are fewer than two, or their numbers of places differ.
    """
    if len(found) < 2 or len({each.euclidean.shape for each in found}) != 1:
        raise UserError(f"variation: expected the same places in two models or more, found {len(found)}")
    euclidean, geodesic = (_varies(each) for each in ([d.euclidean for d in found], [d.geodesic for d in found]))
    return Variation(len(found), euclidean, geodesic)


def _varies(matrices: Sequence[Reals]) -> Reals:
    """The coefficient of variation of each pair (k, k); zero on the diagonal."""
    stack = np.stack([normalised(each) for each in matrices])
    mean = stack.mean(0)
    spread: Reals = stack.std(0, ddof=1) / np.where(mean > 0, mean, 1)
    return spread
