"""What a probe is, and what it has learned."""

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
    """What has been learned about all images of a space.

    shares: float32 (n, classes), of each image how probable each class is, adding up to 1. labelled: what it was
    learned from. scores: from which the probe goes on when a label more is there; None where it begins anew.
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
        """The share of the images `among`, without those that were labelled, whose class is that of truth (n,)."""
        asked = without(among, self.labelled.numbers, len(self.shares))
        return float((self.classes[asked] == truth[asked]).mean()) if len(asked) else float("nan")


def without(among: NDArray[np.integer], left_out: NDArray[np.integer], count: int) -> NDArray[np.integer]:
    """The images `among` that are none of those left out, of so many."""
    there = np.ones(count, bool)
    there[left_out] = False
    found: NDArray[np.integer] = among[there[among]]
    return found


@dataclass(frozen=True, kw_only=True)
class LabelProbe:
    """A way to learn from few labels.

    name: what it is called in files and commands. title, sentence: for people. learn: from labels, and what was learned
    before, if anything, what there is to be learned; raises UserError where that is nothing. needs_graph: whether the
    space needs its graph.
    """

    name: str
    title: str
    sentence: str
    learn: Callable[[PointSpace, Labelled, Learned | None], Learned]
    needs_graph: bool = False


def blended(
    shares: NDArray[np.float32], distances: NDArray[np.floating], indices: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Shares (m, classes) at places: the mean of those of their nearest images, weighted by 1 / distance^2.

    shares: of all images (n, classes); distances, indices: (m, k), of the nearest.
    """
    weights = 1 / (np.square(distances) + 1e-6 * np.square(distances[:, -1:]) + 1e-24)
    weights = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    found: NDArray[np.float32] = np.einsum("mk,mkc->mc", weights, shares[indices])
    return found


def elsewhere(learned: Learned, space: PointSpace, places: NDArray[np.float32]) -> NDArray[np.float32]:
    """The shares (m, classes) at places (m, d) that are no images of the space: those of the 10 nearest images."""
    return blended(learned.shares, *space.search.of(places, NEIGHBOURS))
