"""A widget for a single large picture."""

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
    """A translucent colour that greys out content of another place than the current one."""
    colour = palette.color(QPalette.ColorRole.Window)
    colour.setAlphaF(_VEIL)
    return colour


class PictureView(QWidget):
    """Shows a picture as large as possible, with square pixels.

    image: the picture. outdated: whether it belongs to another place and is greyed out. painted: a paint has ended.
    opened: the picture was double-clicked, or Enter was pressed. menu_wanted: a context menu is requested at a global
    position. It takes focus by Tab if one of these signals is connected.
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
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # the background is not painted first
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_image(self, image: QImage | None) -> None:
        """Show a picture, or none, at once."""
        self.image, self.outdated = image, False
        self.repaint()

    def outdate(self) -> None:
        """Grey out the picture: it belongs to another place."""
        self.outdated = True
        self.update()

    def limit_height(self, tallest: int | None) -> None:
        """Limit the height; None for a square."""
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
    """Show a picture (h, w, c) in a separate window, which closes with its parent."""
    shown = QWidget(parent, Qt.WindowType.Window)
    shown.setWindowTitle(window_title(title))
    view = PictureView()
    view.show_image(to_qimage(picture))
    QVBoxLayout(shown).addWidget(view)
    show_aside(shown, QSize(460, 460))
    return shown
