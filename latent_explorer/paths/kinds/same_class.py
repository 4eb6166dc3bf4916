"""Same class: through images of the class at both ends."""

import numpy as np

from latent_explorer.errors import UserError
from latent_explorer.paths.asking import Reals, Steps, nearest_of
from latent_explorer.paths.curve import Curve
from latent_explorer.paths.figures import votes
from latent_explorer.paths.neighbour_graph import HopGraph, graph_of, nearest_among, some_of
from latent_explorer.paths.space import Space

_VOTERS = 10  # nearest images that say which class an end has
_SAME = 1e-4  # of the usual reach: an end no farther from an image is that image, and has its class
_KEPT = "class {}"
_POWER = 2.0
_BESIDE = 5  # so many-th nearest image of the class, and of others, tell how near an image is to the border
_PRICE = 4.0  # of an image on the border, in units of the cost of a hop


def _leg(space: Space, start: Reals, end: Reals) -> Steps[Reals]:
    label = yield from _class_at_both(space, start, end)
    if (key := _KEPT.format(label)) not in space.kept:
        space.kept[key] = yield from _graph(space, label)
    graph: HopGraph = space.kept[key]
    return graph.shortest(start, end)


def _class_at_both(space: Space, start: Reals, end: Reals) -> Steps[int]:
    distances, numbers = yield from nearest_of(np.stack([start, end]), min(_VOTERS, len(space.data)))
    voted, _ = votes(space.labels[numbers], space.classes)
    on_an_image = distances[:, 0] <= _SAME * max(space.usual_reach, 1e-9)
    first, last = np.where(on_an_image, space.labels[numbers[:, 0]], voted)
    if first != last:
        one, other = space.called(int(first)), space.called(int(last))
        raise UserError(
            f"no path within one class here: its start lies among images of {one}, its end among those of {other}; "
            "choose two places of the same class"
        )
    return int(first)


def _graph(space: Space, label: int) -> Steps[HopGraph]:
    """The graph of the images of a class; those near the border to others cost more."""
    own = space.data[some_of(np.flatnonzero(space.labels == label))].astype(np.float64)
    others = np.flatnonzero(space.labels != label)
    if not len(others):
        return (yield from graph_of(own, _POWER))
    strange = space.data[some_of(others)].astype(np.float64)
    to_own, _ = yield from nearest_among(own, own, _BESIDE + 1)
    to_others, _ = yield from nearest_among(own, strange, _BESIDE)
    near_border = np.square(to_own.max(1) / np.maximum(to_others.max(1), 1e-9))
    return (yield from graph_of(own, _POWER, _PRICE * near_border))


SAME_CLASS = Curve(
    name="same_class",
    title="Same class",
    sentence="Through images of the class at both ends, away from the borders to others.",
    leg=_leg,
    needs_data=True,
    needs_labels=True,
)
