"""The frozen values a session consists of."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts import ChartSpec
from latent_explorer.paths import Path

Point = tuple[float, ...]
"""A latent as plain numbers, so that states can be compared."""


def as_point(z: NDArray[np.floating]) -> Point:
    """A latent (d,) as plain numbers."""
    return tuple(float(value) for value in z)


@dataclass(frozen=True)
class Pin:
    """A place worth coming back to."""

    name: str
    z: Point

    @property
    def latent(self) -> NDArray[np.float32]:
        """The latent (d,)."""
        return np.array(self.z, np.float32)


@dataclass(frozen=True)
class Route:
    """A path between two latents, as chosen; `path` computes with it."""

    start: Point
    end: Point
    curve: str = "straight"
    frames: int = 48
    easing: str = "steady"

    @property
    def path(self) -> Path:
        """The path. Raises UserError where a choice is not possible."""
        start, end = np.array(self.start, np.float32), np.array(self.end, np.float32)
        return Path(start, end, self.curve, self.frames, self.easing)


@dataclass(frozen=True, eq=False)
class Selection:
    """Some images. chosen: bool (n,), at least one of them true."""

    chosen: NDArray[np.bool_]

    @cached_property
    def count(self) -> int:
        """How many they are."""
        return int(np.count_nonzero(self.chosen))


@dataclass(frozen=True)
class State:
    """What a person has made of a map. hidden: the classes not shown. selection: None where nothing is selected.

    chart: through which the bundle is seen; None for the one that it opens with.
    """

    pins: tuple[Pin, ...] = ()
    route: Route | None = None
    hidden: frozenset[int] = frozenset()
    selection: Selection | None = None
    chart: ChartSpec | None = None
