"""Geodesic: the shortest path in decoded pixels, with a penalty for leaving the data."""

from dataclasses import replace

import numpy as np

from latent_explorer.paths.asking import Reals, Steps, pictures_of
from latent_explorer.paths.curve import Curve
from latent_explorer.paths.frames import accumulated, along
from latent_explorer.paths.grid import decoded_grid
from latent_explorer.paths.kinds.straight import line
from latent_explorer.paths.local_data import LocalData, gather, main_directions
from latent_explorer.paths.space import Space
from latent_explorer.paths.spline import KNOTS, fitting_matrix, spline_matrix
from latent_explorer.paths.spline_descent import PLACES, Ground, Relaxed, measured, priced, relaxed

_SAMPLES = 129
_PLANE = 2  # dimensions in which a grid is decoded
_MOST_DIRECTIONS = 24  # beyond, the spline bends in those directions alone in which the data near it vary most
_STEP = 0.02  # by which slopes are taken, in units of the spread of the data near the line


def _leg(space: Space, start: Reals, end: Reals) -> Steps[Reals]:
    straight = line(start, end, np.linspace(0, 1, PLACES)[:, None])
    if np.array_equal(start, end):
        return straight
    data = yield from gather(space, straight)
    ground = _ground(straight, data)
    unbent = yield from measured(ground, np.zeros((KNOTS - 2, len(ground.directions))))
    ground = priced(ground, unbent)
    unbent = yield from measured(ground, unbent.knots)
    best = yield from relaxed(ground, unbent)
    if space.dimensions == _PLANE and space.means is not None:
        across = yield from _across(space, ground, start, end)
        best = min(best, across, key=lambda each: each.energy)
    if best.length >= unbent.length:
        best = unbent
    bent = spline_matrix(KNOTS, _SAMPLES)[:, 1:-1] @ best.knots @ ground.directions
    return line(start, end, np.linspace(0, 1, _SAMPLES)[:, None]) + bent


def _across(space: Space, ground: Ground, start: Reals, end: Reals) -> Steps[Relaxed]:
    """The spline relaxed from the shortest path on the decoded grid, which finds paths far from the straight line."""
    grid = yield from decoded_grid(space)
    way = grid.shortest(start, end)
    yield None
    pixels = yield from pictures_of(way)
    lengths = accumulated(np.linalg.norm(np.diff(pixels, axis=0), axis=1).astype(np.float64))
    even = along(way, lengths, np.linspace(0, lengths[-1], PLACES))
    data = yield from gather(space, even)
    elsewhere = replace(ground, data=data)
    first = yield from measured(elsewhere, fitting_matrix(KNOTS, PLACES) @ (even - ground.line))
    return (yield from relaxed(elsewhere, first))


def _ground(straight: Reals, data: LocalData | None) -> Ground:
    points = straight if data is None else np.concatenate([straight, data.points])
    spread = max(float(points.std(0).mean()), 1e-9)
    return Ground(straight, main_directions(points, _MOST_DIRECTIONS), _STEP * spread, data)


GEODESIC = Curve(
    name="geodesic",
    title="Geodesic",
    sentence="The shortest path in decoded pixels that stays near the data; the straight line if nothing is shorter.",
    leg=_leg,
    needs_decoder=True,
)
