"""When a film shows what, and where it looks: from moments to seconds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from latent_explorer.atlas import Region
from latent_explorer.charts import bulk

_LEAST, _MOST = 0.5, 2.0  # of the usual time from a moment to the next
_OPENING, _END = 0.07, 0.13  # shares of the film that stand still
_CALM = 0.015  # share of the film over which the view is smoothed
_MARGIN = 0.03


def times_of(places: NDArray[np.float32], seconds: float) -> NDArray[np.float64]:
    """When each moment is reached, (k,), from the places of the points then (k, n, 2).

    The time to the next grows, within bounds, with the median distance that the points move, relative to their spread.
    """
    apart = places[1:].std(1).max(-1)
    moved = np.median(np.linalg.norm(np.diff(places, axis=0), axis=-1), axis=1) / np.maximum(apart, 1e-9)
    wanted = np.sqrt(moved)
    shares = np.clip(wanted / max(float(np.median(wanted)), 1e-9), _LEAST, _MOST)
    reached = np.concatenate([[0.0], np.cumsum(shares)]) / shares.sum()
    times: NDArray[np.float64] = seconds * (_OPENING + (1 - _OPENING - _END) * reached)
    return times


class Motion:
    """Points moving through places (k, n, 2) at times (k,) without stopping except where they turn back.

    The motion begins and ends at rest; between two moments no coordinate goes beyond either.
    """

    def __init__(self, times: NDArray[np.float64], places: NDArray[np.float32]) -> None:
        self.times = times
        still = np.concatenate([places[:1], places, places[-1:]])  # a rest before and after
        self._curve = PchipInterpolator(np.concatenate([[times[0] - 1], times, [times[-1] + 1]]), still)

    def at(self, time: float) -> NDArray[np.float32]:
        """Where the points are (n, 2)."""
        place: NDArray[np.float32] = self._curve(np.clip(time, self.times[0], self.times[-1])).astype(np.float32)
        return place


def between(times: NDArray[np.float64], time: float) -> tuple[int, float]:
    """The last moment before a time, except the final one, and the share in [0, 1] of the way to the next."""
    number = int(np.clip(np.searchsorted(times, time, "right") - 1, 0, len(times) - 2))
    return number, float(np.clip((time - times[number]) / (times[number + 1] - times[number]), 0, 1))


def _calmed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    calm: NDArray[np.float64] = gaussian_filter1d(values, _CALM * len(values), axis=0, mode="nearest")
    return calm


@dataclass(frozen=True, eq=False)
class Camera:
    """The visible part of the plane in each frame: centres (f, 2) and heights (f,), `aspect` times as wide."""

    middles: NDArray[np.float64]
    heights: NDArray[np.float64]
    aspect: float

    @classmethod
    def following(cls, motion: Motion, frames: NDArray[np.float64], aspect: float) -> "Camera":
        """A camera that smoothly keeps most of the points in view at the times `frames` (f,)."""
        homes = [Region.around(bulk(motion.at(time))).grown(_MARGIN) for time in frames.tolist()]
        low = np.array([(home.left, home.bottom) for home in homes])
        high = np.array([(home.right, home.top) for home in homes])
        # where little is seen, a small shift is a large one
        tight = 1 / np.linalg.norm(high - low, axis=1, keepdims=True)
        middles = _calmed(tight * (low + high) / 2) / _calmed(tight)
        needed = (np.maximum(high - middles, middles - low) * (2 / aspect, 2)).max(1)
        return cls(middles, np.maximum(np.exp(_calmed(np.log(needed))), needed), aspect)

    def region(self, frame: int) -> Region:
        """The visible rectangle."""
        (u, v), up = self.middles[frame], self.heights[frame] / 2
        across = up * self.aspect
        return Region(u - across, v - up, u + across, v + up)
