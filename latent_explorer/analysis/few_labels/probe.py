"""The definition of a probe, and its results."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.space import NEIGHBOURS, PointSpace


@dataclass(frozen=True, eq=False)
class Learned:
    """The result of a probe for all images of a space.

    shares: float32 (n, classes), the probability of each class for each image, adding up to 1. labelled: the labels it
    was learned from. scores: the state from which the probe continues with more labels; None if it starts over.
    """

    shares: NDArray[np.float32]
    labelled: Labelled
    scores: Any = None

    @cached_property
    def certainty(self) -> NDArray[np.float32]:
        """The share of the most probable class of each image, float32 (n,)."""
        found: NDArray[np.float32] = np.take_along_axis(self.shares, self.classes[:, None], 1)[:, 0]
        return found

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """The most probable class of each image, int64 (n,)."""
        found: NDArray[np.int64] = self.shares.argmax(1)
        return found

    def accuracy(self, truth: NDArray[np.int64], among: NDArray[np.integer]) -> float:
        """The accuracy on the images `among`, without the labelled ones, against truth (n,)."""
        asked = without(among, self.labelled.numbers, len(self.shares))
        return float((self.classes[asked] == truth[asked]).mean()) if len(asked) else float("nan")


def without(among: NDArray[np.integer], left_out: NDArray[np.integer], count: int) -> NDArray[np.integer]:
    """The images `among` that are not in `left_out`, of `count` images."""
    there = np.ones(count, bool)
    there[left_out] = False
    found: NDArray[np.integer] = among[there[among]]
    return found


@dataclass(frozen=True, kw_only=True)
class LabelProbe:
    """A method to learn from few labels.

    name: in files and commands. title, sentence: texts for the user. learn: returns the result from labels and the
    previous result, if any; raises UserError if nothing can be learned. needs_graph: whether the space needs its graph.
    """

    name: str
    title: str
    sentence: str
    learn: Callable[[PointSpace, Labelled, Learned | None], Learned]
    needs_graph: bool = False


def blended(
    shares: NDArray[np.float32], distances: NDArray[np.floating], indices: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Shares (m, classes) at places: the mean of the shares of their nearest images, weighted by 1 / distance^2.

    shares: of all images (n, classes); distances, indices: (m, k), of the nearest.
    """
    weights = 1 / (np.square(distances) + 1e-6 * np.square(distances[:, -1:]) + 1e-24)
    weights = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    found: NDArray[np.float32] = np.einsum("mk,mkc->mc", weights, shares[indices])
    return found


def elsewhere(learned: Learned, space: PointSpace, places: NDArray[np.float32]) -> NDArray[np.float32]:
    """The shares (m, classes) at places (m, d) that are not images of the space, from the 10 nearest images."""
    return blended(learned.shares, *space.search.of(places, NEIGHBOURS))
