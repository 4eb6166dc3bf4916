"""The plain way to draw points, to compare with: a ScatterPlotItem, panned; prints the milliseconds of each repaint."""

import json
import sys
import time

import pyqtgraph
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.clouds import CLASSES, HOME, SIDES, SIZES, clouds, pan_of
from latent_explorer.bench.person import use_a_display

_STEPS, _WARM_UP = 60, 5


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
    return [_panned(window, step) for step in range(_STEPS)][_WARM_UP:]


def _panned(window: pyqtgraph.PlotWidget, step: int) -> float:
    view = window.getViewBox()
    width, height = view.viewPixelSize()
    right, down = pan_of(step)
    started = time.perf_counter()
    view.translateBy(x=-right * width, y=down * height)
    window.viewport().repaint()
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    print(json.dumps(main()))
