"""An item of the map that is painted in the map's pixels."""

from collections.abc import Callable

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from pyqtgraph import ViewBox

GROUND, SCALE, LIFTED, PROBE = -100.0, 100.0, 110.0, 120.0
"""How high items lie: the ground beneath, the others above all that is drawn in plane coordinates, which is at 0."""


class PixelItem(QGraphicsItem):
    """Lies directly under the ViewBox, whose origin is the map's top left: no transformation touches what it paints.

    paint: draws the part of it that is exposed, a rectangle of the map's pixels.
    """

    def __init__(self, box: ViewBox, height: float, paint: Callable[[QPainter, QRectF], None]) -> None:
        super().__init__(box)
        self._paint, self._rect = paint, QRectF()
        self.setZValue(height)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # else all is said to be exposed

    def place(self, rect: QRectF) -> None:
        """Cover other pixels; those before and these are painted."""
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(
        self, painter: QPainter | None, option: QStyleOptionGraphicsItem | None, widget: QWidget | None = None
    ) -> None:
        assert painter is not None
        assert option is not None
        self._paint(painter, option.exposedRect)
