"""Coordinates as text, with as many decimals as neighbouring pixels need, and no more digits than float32 has."""

import math

import numpy as np
from numpy.typing import ArrayLike

from latent_explorer.charts import Chart

LEAST = 3  # decimals, however far out one has zoomed
_MOST = 45  # beyond, float32 has no numbers but 0


def decimals_at(chart: Chart, uv: tuple[float, float], scale: float) -> int:
    """The decimals that distinguish the latents of neighbouring pixels at a plane point.

    scale: pixels per plane unit.
    """
    widest = np.abs(chart.slopes(uv)).max(1)
    step = min((float(slope) for slope in widest if slope > 0), default=1.0) / scale
    return min(max(LEAST, math.ceil(-math.log10(max(step, 1e-300)) - 1e-9)), _MOST)


def number_text(value: float, decimals: int = LEAST) -> str:
    """A float32 with this many decimals, or fewer if they already distinguish it from all others."""
    return np.format_float_positional(np.float32(value) + np.float32(0), decimals, unique=True, min_digits=LEAST)


def coordinates_text(z: ArrayLike, decimals: int = LEAST) -> str:
    """A latent (d,) with commas between its numbers, in the form that `read_coordinates` takes."""
    return ", ".join(number_text(value, decimals) for value in np.asarray(z, np.float32).tolist())
