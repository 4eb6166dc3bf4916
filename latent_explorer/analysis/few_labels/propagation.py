"""Label propagation: labels spread along the neighbour graph like heat (Zhou et al., 2004)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.probe import LabelProbe, Learned
from latent_explorer.analysis.few_labels.space import NeighbourGraph, PointSpace

_KEPT = np.float32(0.995)  # share that each node passes on
_TOLERANCE = 2e-3  # of the residual, relative to the right-hand side
_MOST = 400


@dataclass(frozen=True, eq=False)
class Heat:
    """The heat from the labels of one class. images: int64 (m,), with this label, ascending.

    values: float32 (n,), in the order of the graph.
    """

    images: NDArray[np.int64]
    values: NDArray[np.float32]

    def is_of(self, images: NDArray[np.int64], count: int) -> bool:
        """Whether it belongs to these labelled images, in a space of `count` images."""
        return len(self.values) == count and np.array_equal(self.images, images)


def _learn(space: PointSpace, labelled: Labelled, before: Learned | None) -> Learned:
    """Solve (1 - a S) F = Y, with S the similarity of the graph and Y the labels.

    Each class is then scaled to the same sum, as the number of its labels does not tell how frequent it is. Images that
    no label reaches get the class of the nearest labelled image.
    """
    labelled.check(len(space))
    assert space.graph is not None
    heats = spread(space.graph, labelled, {} if before is None or before.scores is None else before.scores)
    return Learned(_shares(space, space.graph, labelled, heats), labelled, heats)


def spread(graph: NeighbourGraph, labelled: Labelled, before: Mapping[int, Heat]) -> dict[int, Heat]:
    """The heat of each class with a label.

    Classes with unchanged labels are kept: after one more label, only its class is solved again, starting from its
    previous heat.
    """
    found, due, count = {}, {}, len(graph.order)
    for label in labelled.present.tolist():
        images = np.sort(labelled.numbers[labelled.classes == label])
        if label in before and before[label].is_of(images, count):
            found[label] = before[label]
        else:
            due[label] = images
    if due:
        starts = [before[label].values if label in before else np.zeros(0, np.float32) for label in due]
        solved = _solved(graph, list(due.values()), starts)
        found |= {label: Heat(images, solved[number]) for number, (label, images) in enumerate(due.items())}
    return dict(sorted(found.items()))


def _solved(
    graph: NeighbourGraph, images: list[NDArray[np.int64]], starts: list[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """The heat (k, n) of each of k sets of images, starting from `starts` if given."""
    count = len(graph.order)
    asked, found = np.zeros((count, len(images)), np.float32), np.zeros((count, len(images)), np.float32)
    for column, (some, start) in enumerate(zip(images, starts, strict=True)):
        asked[graph.places[some], column] = 1
        found[:, column] = start if len(start) == count else 0
    if len(images) == 1:  # a product with a vector is faster than with a column
        asked, found = asked[:, 0], found[:, 0]
    rest = asked - found + _KEPT * (graph.similarity @ found)
    enough = np.float32(_TOLERANCE**2) * _squares(asked)
    solved = np.atleast_2d(_conjugate_gradients(graph.similarity, found, rest, enough).T)
    return np.ascontiguousarray(solved)


def _conjugate_gradients(
    similarity: object, found: NDArray[np.float32], rest: NDArray[np.float32], enough: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Conjugate gradients (Hestenes and Stiefel, 1952) for one or more right-hand sides; found, rest: (n,), (n, k)."""
    along, power = rest.copy(), _squares(rest)
    for _ in range(_MOST):
        if (power <= enough).all():
            break
        image = along - _KEPT * (similarity @ along)  # type: ignore[operator]
        step = power / np.maximum(_products(along, image), 1e-30)
        found += step * along
        rest -= step * image
        before, power = power, _squares(rest)
        along *= power / np.maximum(before, 1e-30)
        along += rest
    return found


def _products(some: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inner products of vectors (n,), or of corresponding columns (n, k)."""
    found: NDArray[np.float32] = np.einsum("n...,n...->...", some, others)
    return found


def _squares(some: NDArray[np.float32]) -> NDArray[np.float32]:
    return _products(some, some)


def _shares(
    space: PointSpace, graph: NeighbourGraph, labelled: Labelled, heats: Mapping[int, Heat]
) -> NDArray[np.float32]:
    positive = np.zeros((labelled.count, len(space)), np.float32)
    for label, heat in heats.items():
        np.maximum(heat.values, 0, out=positive[label])
        positive[label] /= max(float(positive[label].sum()), 1e-30)
    total = positive.sum(0)
    positive /= np.maximum(total, 1e-30)
    shares = np.ascontiguousarray(positive.T)[graph.places]
    unreached = graph.order[total <= 0]
    if len(unreached):
        from latent_explorer.charts.neighbours import Search

        near = Search(space.points[labelled.numbers]).of(space.points[unreached], 1)[1][:, 0]
        shares[unreached] = labelled.one_hot[near]
    shares[labelled.numbers] = labelled.one_hot
    return shares


PROPAGATION = LabelProbe(
    name="propagation",
    title="Label propagation",
    sentence="Labels spread to similar images, from neighbour to neighbour. All images take part, those of the test "
    "split without their labels.",
    learn=_learn,
    needs_graph=True,
)
