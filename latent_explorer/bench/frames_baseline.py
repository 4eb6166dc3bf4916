"""What the frames of the window are compared with: an empty pyqtgraph window, and points as a ScatterPlotItem."""

import numpy as np
import pyqtgraph
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.bench.hand import FrameTimes, Hand, play
from latent_explorer.bench.measure import use_a_display
from latent_explorer.gui.app import Window, application


def play_empty(size: tuple[int, int], warm_up: float, seconds: float) -> FrameTimes:
    """The frames of an empty pyqtgraph window under the scripted hand."""
    use_a_display()
    app = application()
    window = pyqtgraph.GraphicsLayoutWidget()
    window.addPlot()
    window.resize(*size)
    window.show()
    app.processEvents()
    inputs = Hand(window.viewport()).wander()
    play(inputs, warm_up)
    return play(inputs, seconds)


class ScatterLayer:
    """Paints a window's points as a ScatterPlotItem, one for all, would be painted in a plot that fills the map."""

    def __init__(self, window: Window) -> None:
        assert window.pane.session is not None
        bundle, theme = window.pane.session.bundle, window.workbench.theme
        self._graphics = pyqtgraph.GraphicsView(background=None)
        self._box = pyqtgraph.ViewBox(enableMenu=False, defaultPadding=0)
        self._graphics.setCentralItem(self._box)
        labels = bundle.latents.label if bundle.latents.label is not None else np.zeros(len(bundle.uv), np.int64)
        brushes = [pyqtgraph.mkBrush(QColor(theme.class_colour(k))) for k in range(int(labels.max()) + 1)]
        points = pyqtgraph.ScatterPlotItem(size=3, pen=None, pxMode=True)
        points.setData(pos=bundle.uv, brush=[brushes[label] for label in labels])
        self._box.addItem(points)

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Draw the points of a view."""
        self._graphics.resize(view.width, view.height)
        region = view.region
        self._box.setRange(xRange=(region.left, region.right), yRange=(region.bottom, region.top), padding=0)
        self._graphics.render(painter, QRectF(0, 0, view.width, view.height))


def use_scatter_items(window: Window) -> None:
    """Let a window draw its points with a ScatterPlotItem."""
    setattr(window.pane.points, "paint", ScatterLayer(window).paint)  # noqa: B010 - mypy takes methods for constants
    window.pane.canvas.refresh()
