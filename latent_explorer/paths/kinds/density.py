"""Density: through dense data."""

import numpy as np

from latent_explorer.paths.asking import Reals, Steps
from latent_explorer.paths.crowding import crowded
from latent_explorer.paths.curve import Curve
from latent_explorer.paths.frames import accumulated, along
from latent_explorer.paths.kinds.straight import line
from latent_explorer.paths.kinds.through_images import image_graph
from latent_explorer.paths.local_data import gather, main_directions
from latent_explorer.paths.space import Space
from latent_explorer.paths.spline import KNOTS, fitting_matrix, spline_matrix

_PLACES, _SAMPLES = 33, 129
_MOST_DIRECTIONS = 16  # in which it bends: those in which the data near it vary most


def _leg(space: Space, start: Reals, end: Reals) -> Steps[Reals]:
    straight = line(start, end, np.linspace(0, 1, _PLACES)[:, None])
    graph = yield from image_graph(space)
    way = graph.shortest(start, end)
    yield None
    lengths = accumulated(np.linalg.norm(np.diff(way, axis=0), axis=1))
    even = along(way, lengths, np.linspace(0, lengths[-1], _PLACES))
    data = yield from gather(space, np.concatenate([even, straight]))
    if data is None or np.array_equal(start, end):
        return straight
    directions, tried = main_directions(np.concatenate([straight, data.points]), _MOST_DIRECTIONS), []
    for first in (fitting_matrix(KNOTS, _PLACES) @ (even - straight) @ directions.T, _unbent(len(directions))):
        tried.append((yield from crowded(straight, directions, data, first)))
    best = min(tried, key=lambda each: each.energy)
    bent = spline_matrix(KNOTS, _SAMPLES)[:, 1:-1] @ best.knots @ directions
    return line(start, end, np.linspace(0, 1, _SAMPLES)[:, None]) + bent


def _unbent(directions: int) -> Reals:
    return np.zeros((KNOTS - 2, directions))


DENSITY = Curve(
    name="density",
    title="Through crowded places",
    sentence="Through dense data: a step costs more the farther away its nearest images are.",
    leg=_leg,
    needs_data=True,
)
