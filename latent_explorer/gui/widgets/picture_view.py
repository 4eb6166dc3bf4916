"""One picture, large: crisp or smooth."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QShowEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from latent_explorer.gui.widgets.images import displayed, is_light, to_qimage
from latent_explorer.gui.widgets.plain import window_title
from latent_explorer.gui.widgets.side_windows import show_aside

_VEIL = 0.62


def veil(palette: QPalette) -> QColor:
    """What greys a thing that belongs to another place than the one shown: laid over it."""
    colour = palette.color(QPalette.ColorRole.Window)
    colour.setAlphaF(_VEIL)
    return colour


class PictureView(QWidget):
    """Paints a picture as large as it fits, each of its pixels a square.

    image: what is shown. outdated: it is that of another place, and greyed. painted: a paint has ended. opened: the
    picture was double-clicked, or Enter pressed on it. menu_wanted: the right button was pressed on it, or the menu
    key, at a place in global pixels. Tab stops at it where somebody listens to one of these.
    """

    painted = pyqtSignal()
    opened = pyqtSignal()
    menu_wanted = pyqtSignal(QPoint)

    def __init__(self, least: int = 120) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.smooth = self.outdated = False
        self._tallest: int | None = None
        self.hint = ""
        self.setMinimumSize(least, least)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # what lies below need not be painted first
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_image(self, image: QImage | None) -> None:
        """Show another picture, or none, at once."""
        self.image, self.outdated = image, False
        self.repaint()

    def outdate(self) -> None:
        """What is shown is that of another place by now."""
        self.outdated = True
        self.update()

    def limit_height(self, tallest: int | None) -> None:
        """Be at most so tall, or as tall as wide."""
        self._tallest = tallest
        self.setMinimumHeight(min(self.minimumWidth(), tallest or self.minimumWidth()))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(240, 240)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width if self._tallest is None else min(width, self._tallest)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        if event is not None and self.image is not None:
            self.menu_wanted.emit(event.globalPos())

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        listened = self.receivers(self.opened) or self.receivers(self.menu_wanted)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if listened else Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self.opened.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        if self.image is None or self._target(self.image) != self.rect():
            painter.fillRect(self.rect(), self.palette().window())
        if self.image is None:
            painter.setPen(self.palette().placeholderText().color())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(12, 12, -12, -12), flags, self.hint)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
            painter.drawImage(self._target(self.image), displayed(self.image, light=is_light(self)))
            if self.outdated:
                painter.fillRect(self._target(self.image), veil(self.palette()))
        painter.end()
        self.painted.emit()

    def _target(self, image: QImage) -> QRect:
        size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(self.rect().center())
        return place


def open_picture_window(parent: QWidget, picture: NDArray[np.uint8], title: str) -> QWidget:
    """Show a picture (h, w, c), large, in a window that stays as it is; it goes with its parent."""
    shown = QWidget(parent, Qt.WindowType.Window)
    shown.setWindowTitle(window_title(title))
    view = PictureView()
    view.show_image(to_qimage(picture))
    QVBoxLayout(shown).addWidget(view)
    show_aside(shown, QSize(460, 460))
    return shown
