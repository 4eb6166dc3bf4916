"""The map as shown, described without a window: all places in pixels of the output, the origin upper left."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PointGroup:
    """The points of one class. xy: float (n, 2). colour: as CSS writes it. opacity: in [0, 1]."""

    name: str
    colour: str
    xy: NDArray[np.floating]
    radius: float = 1.5
    opacity: float = 1.0


@dataclass(frozen=True)
class Pin:
    """A named place."""

    name: str
    x: float
    y: float
    colour: str


@dataclass(frozen=True, eq=False)
class Curve:
    """A path. xy: float (n, 2)."""

    xy: NDArray[np.floating]
    colour: str
    width: float = 2.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis, `position` pixels from the left or the top."""

    position: float
    label: str


@dataclass(frozen=True, eq=False)
class Background:
    """A picture under the points, uint8 (h, w, 3 or 4), stretched over a rectangle."""

    pixels: NDArray[np.uint8]
    x: float
    y: float
    width: float
    height: float
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class MapScene:
    """Everything on the map, from the lowest layer up; `ink` is the colour of text and axes.

    A class may come in several groups, so that classes that overlap are seen to; the legend has it once.
    """

    width: int
    height: int
    paper: str = "#ffffff"
    ink: str = "#000000"
    background: Background | None = None
    groups: tuple[PointGroup, ...] = ()
    curves: tuple[Curve, ...] = ()
    pins: tuple[Pin, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    legend: bool = True
