"""The status bar: passing messages, and the device, the speed and the points of the active pane."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QStatusBar

from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.safe_text import safe_text

_EVERY_MS = 250
_SAY_MS = 8000
_HINT = "Move to decode · click to pin · drag to draw a path · wheel to zoom · F1 for all keys"
_TIPS = {
    "device": "Where pictures are decoded, and by which kernel",
    "times": "Hover: from a move of the pointer to its exact picture. Frame: from a move of the map to its paint. "
    "Median and 99th percentile of the last 200; click for a graph",
    "tiles": "Tiles of the view that are still to come",
    "points": "Points shown",
}


class ClickableLabel(PlainLabel):
    """A label that tells of clicks."""

    clicked = pyqtSignal()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.clicked.emit()


class StatusLine(QObject):
    """Keeps a status bar up to date. readings: of the active pane. graph_wanted: the times were clicked."""

    graph_wanted = pyqtSignal()

    def __init__(self, bar: QStatusBar, readings: Callable[[], dict[str, str]]) -> None:
        super().__init__(bar)
        self._bar, self._readings = bar, readings
        bar.addWidget(PlainLabel(_HINT))
        self._labels: dict[str, PlainLabel] = {}
        for name, tip in _TIPS.items():
            self._labels[name] = label = ClickableLabel() if name == "times" else PlainLabel()
            label.setToolTip(tooltip(tip))
            bar.addPermanentWidget(label)
            if isinstance(label, ClickableLabel):
                label.setCursor(Qt.CursorShape.PointingHandCursor)
                label.clicked.connect(self.graph_wanted)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._update)
        self._timer.start(_EVERY_MS)

    def say(self, message: str) -> None:
        self._bar.showMessage(safe_text(message), _SAY_MS)

    def stop(self) -> None:
        self._timer.stop()

    def _update(self) -> None:
        for name, text in self._readings().items():
            self._labels[name].setText(text)
