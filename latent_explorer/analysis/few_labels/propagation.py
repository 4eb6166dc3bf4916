"""Label propagation: labels spread along the graph of neighbours, as heat does (Zhou et al., 2004)."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.probe import LabelProbe, Learned
from latent_explorer.analysis.few_labels.space import NeighbourGraph, PointSpace

_KEPT = 0.995  # of what arrives is passed on
_TOLERANCE = 2e-3  # of what is left, in shares of what was put in
_MOST = 400


def _learn(space: PointSpace, labelled: Labelled, before: Learned | None) -> Learned:
    """Solve (1 - a S) F = Y, with S the similarity of the graph and Y the labels.

    Each class then has the same sum: how many labels it has says nothing of how frequent it is. What no label reaches
    takes the class of the nearest labelled image.
    """
    labelled.check(len(space))
    assert space.graph is not None
    wanted = np.zeros((len(space), labelled.count), np.float32)
    wanted[labelled.numbers] = labelled.one_hot
    start = None if before is None else before.scores
    goes_on = start is not None and len(start) == len(space)
    found = _padded(start, labelled.count) if start is not None and goes_on else np.zeros_like(wanted)
    found[:, np.setdiff1d(np.arange(labelled.count), labelled.present)] = 0
    scores = spread(space.graph, wanted, found)
    return Learned(_shares(space, labelled, scores), labelled, scores)


def spread(graph: NeighbourGraph, wanted: NDArray[np.float32], start: NDArray[np.float32]) -> NDArray[np.float32]:
    """The solution (n, classes) by conjugate gradients, all columns at a time, from `start` on.

    Columns that already are solved are left alone: after one more label only that of its class is worked on.
    """
    order, similarity = graph.order, graph.similarity
    solution = start.copy()
    due = np.flatnonzero(wanted.any(0))
    asked = wanted[order][:, due]
    found = np.ascontiguousarray(solution[order][:, due])
    rest = asked - found + np.float32(_KEPT) * (similarity @ found)
    enough = (_TOLERANCE**2 * np.square(asked).sum(0)).astype(np.float32)
    open_ = np.flatnonzero(np.square(rest).sum(0) > enough)
    if len(open_):
        found[:, open_] = _conjugate_gradients(similarity, found[:, open_], rest[:, open_], enough[open_])
    back = np.empty_like(found)
    back[order] = found
    solution[:, due] = back
    return solution


def _conjugate_gradients(
    similarity: object, found: NDArray[np.float32], rest: NDArray[np.float32], enough: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Hestenes and Stiefel, 1952, of several right-hand sides side by side; found, rest: (n, k)."""
    if found.ndim == 2 and found.shape[1] == 1:  # a product with a vector is quicker than one with a column
        return _conjugate_gradients(similarity, found[:, 0], rest[:, 0], enough[0])[:, None]
    found, rest = np.ascontiguousarray(found), np.ascontiguousarray(rest)
    along, power = rest.copy(), np.square(rest).sum(0)
    for _ in range(_MOST):
        if (power <= enough).all():
            break
        image = along - np.float32(_KEPT) * (similarity @ along)  # type: ignore[operator]
        step = power / np.maximum((along * image).sum(0), 1e-30)
        found += step * along
        rest -= step * image
        before, power = power, np.square(rest).sum(0)
        along *= power / np.maximum(before, 1e-30)
        along += rest
    return found


def _padded(scores: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Scores with a column for each of so many classes."""
    found = np.zeros((len(scores), count), np.float32)
    shared = min(count, scores.shape[1])
    found[:, :shared] = scores[:, :shared]
    return found


def _shares(space: PointSpace, labelled: Labelled, scores: NDArray[np.float32]) -> NDArray[np.float32]:
    positive = np.maximum(scores, 0)
    positive /= np.maximum(positive.sum(0), 1e-30)
    total = positive.sum(1, keepdims=True)
    unreached = np.flatnonzero(total[:, 0] <= 0)
    shares: NDArray[np.float32] = positive / np.maximum(total, 1e-30)
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
