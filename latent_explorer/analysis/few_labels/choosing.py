"""Choosing the image to label next: the most informative about uncertain images."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.probe import Learned
from latent_explorer.analysis.few_labels.space import NeighbourGraph

_STEPS = 8  # steps along the graph over which uncertainty spreads


def next_images(
    graph: NeighbourGraph,
    learned: Learned | None,
    among: NDArray[np.integer],
    taken: NDArray[np.integer],
    count: int = 1,
) -> NDArray[np.int64]:
    """The `count` most informative images of `among`, the best first, int64 (k,).

    The uncertainty of an image is 1 minus the share of its most probable class, or 1 before anything is learned. It
    spreads some steps along the graph, so that images among many uncertain ones count most, and outliers do not
    (information density: Settles and Craven, 2008). taken: labelled images; their surroundings, and those of images
    chosen before, count less.
    """
    doubt = np.ones(len(graph.order), np.float32)
    if learned is not None:
        doubt = 1 - learned.certainty
    allowed = np.zeros(len(doubt), bool)
    allowed[among] = True
    allowed[taken] = False
    shadow = _spread(graph, _marked(len(doubt), taken)) if len(taken) else np.zeros_like(doubt)
    worth = _spread(graph, doubt)
    chosen: list[int] = []
    count = min(count, int(np.count_nonzero(allowed)))
    while len(chosen) < count:
        value = np.where(allowed, worth / (1 + len(doubt) * shadow), -np.inf)
        best = int(value.argmax())
        chosen.append(best)
        allowed[best] = False
        if len(chosen) < count:
            shadow = shadow + _spread(graph, _marked(len(doubt), np.array([best])))
    return np.array(chosen, np.int64)


def _marked(count: int, where: NDArray[np.integer]) -> NDArray[np.float32]:
    marks = np.zeros(count, np.float32)
    marks[where] = 1
    return marks


def _spread(graph: NeighbourGraph, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values (n,) spread some steps along the graph."""
    moving = values[graph.order]
    for _ in range(_STEPS):
        moving = graph.similarity @ moving
    return moving[graph.places]
