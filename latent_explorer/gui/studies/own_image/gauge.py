"""How likely an image is to be of the data, as a bar: where its score lies among those of held-out images."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.plain import tooltip

_BAR, _MARK = 8, 6  # pixels
_USUAL = 95.0  # percentile up to which an image is like the data

_TIP = (
    "Where the image's score lies among those of held-out images: the score is the most surprising of how far the "
    "nearest images are, how far out the place is, whether the decoded picture is encoded to the same place, and the "
    "reconstruction error. The bar changes its colour where only 5 % of held-out images are odder."
)


class Gauge(QWidget):
    """A bar from the most usual to the oddest of the held-out images, and a mark. percentile: None for no mark."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = DARK
        self.percentile: float | None = None
        self.setFixedHeight(_BAR + 2 * _MARK)
        self.setToolTip(tooltip(_TIP))
        self.setAccessibleName("Likelihood among held-out images")

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def show_percentile(self, percentile: float | None) -> None:
        self.percentile = percentile
        self.setAccessibleDescription("" if percentile is None else f"percentile {percentile:.1f}")
        self.setVisible(percentile is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self.percentile is None:
            return
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        width = self.width() - 2.0 * _MARK
        usual = width * _USUAL / 100
        for left, right, colour in ((0.0, usual, theme.good), (usual, width, theme.poor)):
            painter.setBrush(QColor(colour))
            painter.drawRect(QRectF(_MARK + left, _MARK, right - left, _BAR))
        x = _MARK + width * min(self.percentile, 100.0) / 100
        painter.setBrush(QColor(theme.text))
        painter.drawPolygon(QPolygonF([QPointF(x, _MARK + 3), QPointF(x - _MARK, 0), QPointF(x + _MARK, 0)]))
        painter.drawRect(QRectF(x - 1, _MARK, 2, _BAR))
        painter.end()
