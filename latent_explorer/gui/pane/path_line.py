"""The line of a path on the map: through the latents of its frames, and exactly through its places."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Latents = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class RouteLine:
    """A line on the map: uv float64 (n, 2). knots: which of them are the path's places, in their order."""

    uv: NDArray[np.float64]
    knots: NDArray[np.int64]


def led_through(latents: Latents, places: Sequence[Sequence[float]]) -> tuple[Latents, NDArray[np.int64]]:
    """Latents (n, d) of a path's frames with its way points between them, (n + k - 2, d), and where all k places are.

    Frames seldom fall on a way point: a line through them alone would cut its corner.
    """
    way = np.array(places[1:-1], np.float32).reshape(-1, latents.shape[1])
    before, after = [], 0
    for place in way:  # between which two frames, no earlier than the one before
        after = max(after, _passed(latents, place))
        before.append(after + 1)
    line = np.insert(latents, before, way, axis=0)
    knots = [0, *(at + number for number, at in enumerate(before)), len(line) - 1]
    return line, np.array(knots, np.int64)


def _passed(latents: Latents, place: Latents) -> int:
    """After which frame a place is passed: where the way round over it is least."""
    away = np.linalg.norm(latents - place, axis=1)
    detour = away[:-1] + away[1:] - np.linalg.norm(np.diff(latents, axis=0), axis=1)
    return int(detour.argmin())
