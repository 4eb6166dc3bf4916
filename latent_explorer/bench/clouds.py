"""Made-up points for measuring: ten clouds that overlap, of classes as unequal as those of the world are."""

import math

import numpy as np
from numpy.typing import NDArray

SIZES = {"70k": 70_000, "1m": 1_000_000, "10m": 10_000_000}
CLASSES = 10
SIDES = 1280, 800
"""Of the map, in pixels."""

HOME = (-6.0, -5.0, 6.0, 5.0)
"""Left, bottom, right and top of the region shown at first."""


def clouds(count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Points float32 (count, 2) and their classes int64 (count,); the same at every call."""
    random = np.random.default_rng(0)
    middles, widths = random.normal(0, 2, (CLASSES, 2)), random.uniform(0.3, 0.9, (CLASSES, 1))
    label = random.choice(CLASSES, count, p=random.dirichlet(np.full(CLASSES, 2.0)))
    noise = random.standard_normal((count, 2), np.float32)
    return (middles[label] + widths[label] * noise).astype(np.float32), label


def pan_of(step: int) -> tuple[int, int]:
    """By how many pixels a hand moves the map at a step: 12 a frame, in a slow curve."""
    return round(12 * math.cos(step / 40)), round(12 * math.sin(step / 40))
