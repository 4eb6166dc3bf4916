"""The status bar: the device, the speed, what is under way, what is shown."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QLabel

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow

_EVERY_MS = 250
_SAY_MS = 8000


class ClickableLabel(QLabel):
    """A label that tells of clicks."""

    clicked = pyqtSignal()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.clicked.emit()


class StatusLine(QObject):
    """Keeps the status bar of a window up to date.

    device: where the engine decodes, and how.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.device = "engine starting"
        bar = window.statusBar()
        assert bar is not None
        self._bar = bar
        bar.addWidget(QLabel("Move to decode · click to pin · drag to draw a path · wheel to zoom · F1 for all keys"))
        speed = ClickableLabel()
        speed.setCursor(Qt.CursorShape.PointingHandCursor)
        speed.clicked.connect(self.show_graph)
        self._labels = [QLabel(), speed, QLabel(), QLabel()]
        tips = (
            "Where pictures are decoded, and by which kernel",
            "Hover: from a move of the pointer to its exact picture; frame: from a move of the map to it, both painted."
            " Of the last 200 of each; click for a graph",
            "Tiles of the view that are still to come",
            "Points shown",
        )
        for label, tip in zip(self._labels, tips, strict=True):
            label.setToolTip(tip)
            bar.addPermanentWidget(label)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._update)
        self._timer.start(_EVERY_MS)

    def say(self, message: str) -> None:
        """Show a passing message."""
        self._bar.showMessage(message, _SAY_MS)

    def show_graph(self) -> None:
        """Open a small live graph of how long hovers and frames take."""
        from latent_explorer.gui.widgets.latency_graph import LatencyGraph

        prober, frames = self._window.prober, self._window.canvas.pacing.frames
        meters = {"exact": prober.exact, "interpolated": prober.interpolated, "frame": frames}
        LatencyGraph(self._window, meters, self._window.theme).show()

    def say_the_end(self) -> None:
        """Say why one cannot come closer."""
        self.say("As near as it gets: from here on, neighbouring pictures have the same float32 latents.")

    def stop(self) -> None:
        """Keep nothing up to date any more."""
        self._timer.stop()

    def _update(self) -> None:
        window = self._window
        texts = (
            self.device,
            f"{window.prober.exact.text()} · {window.canvas.pacing.frames.text()}",
            f"{window.feed.missing} tiles to come",
            window.points.text,
        )
        for label, text in zip(self._labels, texts, strict=True):
            if label.text() != text:
                label.setText(text)
