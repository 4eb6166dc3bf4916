"""Baseline: points in a panned ScatterPlotItem; prints the milliseconds of each repaint.

Also makes the points for both: ten overlapping clouds with classes of unequal size.
"""

import json
import math
import sys

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.measure import timed, use_a_display

SIZES = {"70k": 70_000, "1m": 1_000_000, "10m": 10_000_000}
CLASSES = 10
SIDES = 1280, 800
"""The size of the map in pixels."""

HOME = (-6.0, -5.0, 6.0, 5.0)
"""Left, bottom, right and top of the initial region."""

_STEPS, _WARM_UP = 60, 5


def clouds(count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Points float32 (count, 2) and their classes int64 (count,); reproducible."""
    random = np.random.default_rng(0)
    middles, widths = random.normal(0, 2, (CLASSES, 2)), random.uniform(0.3, 0.9, (CLASSES, 1))
    label = random.choice(CLASSES, count, p=random.dirichlet(np.full(CLASSES, 2.0)))
    noise = random.standard_normal((count, 2), np.float32)
    return (middles[label] + widths[label] * noise).astype(np.float32), label


def pan_of(step: int) -> tuple[int, int]:
    """The pixels by which the map is panned at a step: 12 per frame, along a slow curve."""
    return round(12 * math.cos(step / 40)), round(12 * math.sin(step / 40))


def main() -> list[float]:
    """Show 70,000 points and pan them."""
    use_a_display()
    app = QApplication(sys.argv[:1])
    window = pyqtgraph.PlotWidget()
    window.resize(*SIDES)
    uv, label = clouds(SIZES["70k"])
    points = pyqtgraph.ScatterPlotItem(size=3, pen=None, pxMode=True)
    brushes = [pyqtgraph.mkBrush(pyqtgraph.intColor(number, CLASSES)) for number in range(CLASSES)]
    points.setData(pos=uv, brush=[brushes[number] for number in label])
    window.addItem(points)
    left, bottom, right, top = HOME
    window.setRange(xRange=(left, right), yRange=(bottom, top), padding=0)
    window.show()
    app.processEvents()
    return [timed(lambda step=step: _pan(window, step)) for step in range(_STEPS)][_WARM_UP:]  # type: ignore[misc]


def _pan(window: pyqtgraph.PlotWidget, step: int) -> None:
    view = window.getViewBox()
    width, height = view.viewPixelSize()
    right, down = pan_of(step)
    view.translateBy(x=-right * width, y=down * height)
    window.viewport().repaint()


if __name__ == "__main__":
    print(json.dumps(main()))
