"""Marks of labelled images on the map: discs in class colours."""

import numpy as np
from numpy.typing import NDArray
from pyqtgraph import ScatterPlotItem, mkPen

from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.theme import Theme
from latent_explorer.session.labels import Label

_SIZE, _MOST = 11, 2000  # pixels: diameter; maximum number of discs, the latest labels


class LabelMarks:
    """Draws the marks on the map and in its exports."""

    def __init__(self, canvas: MapCanvas) -> None:
        self.item = ScatterPlotItem(size=_SIZE, pxMode=True)
        self.item.setZValue(4)
        self.item.hide()
        canvas.addItem(self.item)

    def show(self, labels: tuple[Label, ...], uv: NDArray[np.floating], theme: Theme) -> None:
        """Show labels of images at plane points uv (n, 2)."""
        some = labels[-_MOST:]
        places = uv[[image for image, _ in some]] if some else np.zeros((0, 2))
        self.item.setData(
            pos=np.asarray(places, np.float64),
            brush=[theme.class_colour(label) for _, label in some],
            pen=mkPen(theme.text, width=1.5),
        )
        self.item.setVisible(bool(some))
