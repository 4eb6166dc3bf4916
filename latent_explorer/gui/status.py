"""The status bar: the last message, work in progress, place, zoom, and optionally performance figures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPaintEvent
from PyQt6.QtWidgets import QProgressBar, QStatusBar

from latent_explorer.gui.settings import Settings
from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.folders import show_folder
from latent_explorer.gui.widgets.parts import Elided
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.gui.widgets.readings import Readings, Work
from latent_explorer.safe_text import safe_text

_EVERY_MS = 250
_SAY_MS, _SAY_FILE_MS = 8000, 60_000
_HINT = "Move to decode · click to pin · drag to draw a path · wheel to zoom · F1 for all keys"
_FIGURES = {
    "device": "Where pictures are decoded, and by which kernel",
    "times": "Hover: from a move of the pointer to its exact picture. Frame: from a move of the map to its paint. "
    "Median and 99th percentile of the last 200; click for a graph",
    "tiles": "Tiles of the view that are still being decoded",
    "points": "Points shown",
}


@dataclass(frozen=True)
class StatusLook:
    """figures: whether to show device, times and counts."""

    figures: bool = False


class StatusBar(QStatusBar):
    """Shows messages in its own label: Qt's messages would cover or hide other widgets."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Elided(_HINT, Qt.TextElideMode.ElideMiddle)
        self.messageChanged.connect(lambda text: self.words.setText(text or _HINT))
        self.messageChanged.connect(self.setAccessibleName)  # for screen readers
        self.addPermanentWidget(self.words, 1)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        pass


class ClickableLabel(Elided):
    """A label that emits a signal when clicked."""

    clicked = pyqtSignal()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.clicked.emit()


class StatusLine(QObject):
    """Keeps a status bar up to date.

    readings: returns those of the active pane. others: returns other work in progress. graph_wanted: the times were
    clicked.
    """

    graph_wanted = pyqtSignal()

    def __init__(
        self,
        bar: StatusBar,
        settings: Settings,
        readings: Callable[[], Readings],
        others: Callable[[], Iterable[Work]] = tuple,
    ) -> None:
        super().__init__(bar)
        self._bar, self._settings, self._readings, self._others = bar, settings, readings, others
        self._file: Path | None = None
        self._seen = ""  # the work in progress at the last update
        self._figures: dict[str, PlainLabel] = {}
        self._make_parts()
        self._make_figures()
        bar.messageChanged.connect(self._follow_message)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._update)
        self._timer.start(_EVERY_MS)

    def _make_parts(self) -> None:
        self.folder = tool_button("Show in folder", "Show where the file is, in the file manager", self._show_folder)
        self.work, self.share = Elided(), QProgressBar()
        self.share.setTextVisible(False)
        self.share.setFixedSize(72, 7)
        self.place, self.zoom = Elided(), PlainLabel()
        self.place.setToolTip(tooltip("The place under the pointer, in the coordinates of the map"))
        self.zoom.setToolTip(tooltip("Zoom: 1× shows the whole map (F)"))
        for part in (self.folder, self.work, self.share):
            self._bar.addPermanentWidget(part)
            part.hide()
        self._last = (self.place, self.zoom)

    def _make_figures(self) -> None:
        for name, tip in _FIGURES.items():
            self._figures[name] = label = ClickableLabel() if name == "times" else Elided()
            label.setToolTip(tooltip(tip))
            self._bar.addPermanentWidget(label)
            if isinstance(label, ClickableLabel):
                label.setCursor(Qt.CursorShape.PointingHandCursor)
                label.clicked.connect(self.graph_wanted)
        for part in self._last:
            self._bar.addPermanentWidget(part)
        self._show_figures()

    @property
    def shows_figures(self) -> bool:
        """Whether device, times and counts are shown; saved in the settings."""
        return self._settings.get(StatusLook).figures

    def toggle_figures(self) -> None:
        self._settings.put(StatusLook(not self.shows_figures))
        self._show_figures()
        self._update()

    def _show_figures(self) -> None:
        for label in self._figures.values():
            label.setVisible(self.shows_figures)

    def say(self, message: str) -> None:
        """Show a message for a while."""
        self._bar.showMessage(safe_text(message), _SAY_MS)

    def say_exported(self, file: Path) -> None:
        """Report that a file was written, and offer to show it."""
        self._file = None
        self._bar.showMessage(safe_text(f"Exported to {file}"), _SAY_FILE_MS)
        self._file = file
        self.folder.show()

    def stop(self) -> None:
        self._timer.stop()

    def _follow_message(self) -> None:
        self._file = None
        self.folder.hide()

    def _show_folder(self) -> None:
        if self._file is not None and (complaint := show_folder(self._file.parent)):
            self.say(complaint)

    def _update(self) -> None:
        readings = self._readings()
        work = next(iter((*readings.work, *self._others())), None)
        self._show_work(work)
        for label, text in ((self.place, readings.place), (self.zoom, readings.zoom)):
            if label.text() != text:
                label.setText(text)
        if self.shows_figures:
            for name, text in readings.figures.items():
                self._figures[name].setText(text)

    def _show_work(self, work: Work | None) -> None:
        """Show work in progress once it takes longer than a moment."""
        words = "" if work is None else work.words
        lasting, self._seen = bool(words) and words == self._seen, words
        self.work.setVisible(lasting)
        self.share.setVisible(lasting and work is not None and work.share is not None)
        if lasting and work is not None:
            self.work.setText(words if work.share is None else f"{words} {work.share:.0%}")
            self.share.setValue(round(100 * (work.share or 0)))
