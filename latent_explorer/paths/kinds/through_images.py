"""Through images: along the graph of neighbours, from image to image."""

import numpy as np

from latent_explorer.paths.asking import Reals, Steps
from latent_explorer.paths.curve import Curve
from latent_explorer.paths.neighbour_graph import HopGraph, graph_of, some_of
from latent_explorer.paths.space import Space

_KEPT = "images"
_POWER = 2.0


def image_graph(space: Space) -> Steps[HopGraph]:
    """The graph of the images of a space, made on first use and kept with the space."""
    if _KEPT not in space.kept:
        some = some_of(np.arange(len(space.data)))
        space.kept[_KEPT] = yield from graph_of(space.data[some].astype(np.float64), _POWER)
    kept: HopGraph = space.kept[_KEPT]
    return kept


def _leg(space: Space, start: Reals, end: Reals) -> Steps[Reals]:
    graph = yield from image_graph(space)
    return graph.shortest(start, end)


THROUGH_IMAGES = Curve(
    name="through_images",
    title="Through images",
    sentence="From image to image along the graph of neighbours, by many short hops rather than a long one.",
    leg=_leg,
    needs_data=True,
)
