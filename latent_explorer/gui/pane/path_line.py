"""The line of a path on the map: through its frames, and exactly through its places."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Latents = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class RouteLine:
    """A line on the map. uv: float64 (n, 2). knots: the indices of the path's places in it, in order."""

    uv: NDArray[np.float64]
    knots: NDArray[np.int64]


def led_through(latents: Latents, places: Sequence[Sequence[float]]) -> tuple[Latents, NDArray[np.int64]]:
    """A path's latents (n, d) with its way points inserted, (n + k - 2, d), and the indices of its k places.

    Frames seldom fall on a way point: a line through the frames alone would cut the corner.
    """
    way = np.array(places[1:-1], np.float32).reshape(-1, latents.shape[1])
    before, after = [], 0
    for place in way:  # between two frames, no earlier than the previous place
        after = max(after, _passed(latents, place))
        before.append(after + 1)
    line = np.insert(latents, before, way, axis=0)
    knots = [0, *(at + number for number, at in enumerate(before)), len(line) - 1]
    return line, np.array(knots, np.int64)


def _passed(latents: Latents, place: Latents) -> int:
    """The index of the frame after which a detour over the place is shortest."""
    away = np.linalg.norm(latents - place, axis=1)
    detour = away[:-1] + away[1:] - np.linalg.norm(np.diff(latents, axis=0), axis=1)
    return int(detour.argmin())
