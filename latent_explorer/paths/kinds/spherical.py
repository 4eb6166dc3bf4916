"""The great circle."""

import math

import numpy as np

from latent_explorer.paths.asking import Reals
from latent_explorer.paths.curve import Curve
from latent_explorer.paths.kinds.straight import line


def _circle(start: Reals, end: Reals, t: Reals) -> Reals:
    """Great-circle interpolation (Shoemake 1985) of the directions, with linear interpolation of the radius.

    Straight if no great circle is unique: an end at the origin, or both ends on one line through it.
    """
    radii = np.linalg.norm(start), np.linalg.norm(end)
    if min(radii) < 1e-9:
        return line(start, end, t)
    unit_start, unit_end = start / radii[0], end / radii[1]
    angle = 2 * math.atan2(np.linalg.norm(unit_start - unit_end), np.linalg.norm(unit_start + unit_end))
    if math.sin(angle) < 1e-6:
        return line(start, end, t)
    direction = (np.sin((1 - t) * angle) * unit_start + np.sin(t * angle) * unit_end) / math.sin(angle)
    walked: Reals = direction * ((1 - t) * radii[0] + t * radii[1])
    return walked


SPHERICAL = Curve(
    name="spherical",
    title="Spherical",
    sentence="Around the origin along a great circle, which keeps the distance from it.",
    at=_circle,
)
