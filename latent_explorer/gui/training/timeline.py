"""The timeline of a run's snapshots."""

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from latent_explorer.bundles import Moment
from latent_explorer.gui.widgets.controls import Choice, JumpSlider
from latent_explorer.gui.widgets.parts import filled, heading, timer, wide_button, words
from latent_explorer.gui.widgets.plain import tooltip

_PACES = {"Slow": 1200, "Normal": 600, "Fast": 250}  # milliseconds per snapshot
_FILM_TIP = "The run as GIF, WebP or MP4"
_NONE = "Snapshots of the run will appear here."


def moment_words(moment: Moment, epochs: int, remark: str) -> str:
    """The description of a snapshot. epochs: of the run; 0 if unknown."""
    of = f" of {epochs}" if epochs else ""
    parts = (f"Epoch {moment.epoch}{of}", f"step {moment.step:,}", remark)
    return " · ".join(part for part in parts if part)


class Timeline(QWidget):
    """Shows the current snapshot. wanted: the index of another one. film_wanted: the film button was pressed."""

    wanted = pyqtSignal(int)
    film_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._moments: list[Moment] = []
        self._epochs, self._remark = 0, ""
        self._timer = timer(self, 0, self._advance)
        self._make()
        row = filled(QHBoxLayout(), self.back, self.play, self.on, self.pace, 1, self.film)
        filled(QVBoxLayout(self), heading("Snapshots"), self.slider, row, self.said)
        self.setFocusProxy(self.slider)
        self.set_moments([])

    @property
    def index(self) -> int:
        """The index of the current snapshot."""
        return self.slider.value()

    @property
    def count(self) -> int:
        """The number of snapshots."""
        return len(self._moments)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def set_moments(self, moments: Sequence[Moment], epochs: int = 0) -> None:
        """Set the snapshots, in order. epochs: of the whole run. If the newest was shown, the new newest is."""
        newest = self.index >= self.count - 1
        self._moments, self._epochs = list(moments), epochs or self._epochs
        enabled = len(moments) > 1
        for widget in (self.slider, self.back, self.on, self.play, self.film):
            widget.setEnabled(enabled)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, len(moments) - 1))
        self.show_index(len(moments) - 1 if newest else self.index)
        if not enabled:
            self.stop()

    def show_index(self, index: int, remark: str = "") -> None:
        """Set the current snapshot. remark: on the rotation of its map."""
        index = max(0, min(index, self.count - 1))
        self._remark = remark
        with QSignalBlocker(self.slider):
            self.slider.setValue(index)
        self.said.setText(moment_words(self._moments[index], self._epochs, remark) if self._moments else _NONE)

    def show_filming(self, under_way: bool) -> None:
        """Let the button cancel a film in progress."""
        self.film.setText("Cancel film" if under_way else "Export film…")
        self.film.setToolTip(tooltip("Cancel the export; nothing is written" if under_way else _FILM_TIP))

    def stop(self) -> None:
        """Stop playback."""
        self._timer.stop()
        self.play.setText("▶")
        self.play.setAccessibleName("Play")
        self.play.setToolTip(tooltip("Play in a loop (Space)"))

    def _make(self) -> None:
        self.slider = JumpSlider()
        self.slider.setToolTip(tooltip("Choose a snapshot of the run (Left and Right keys)"))
        self.slider.setAccessibleName("Snapshot of the run")
        self.slider.setPageStep(1)
        self.slider.valueChanged.connect(self._want)
        self.back = _tool("|◀", "Previous snapshot (Left key)", lambda: self._step(-1))
        self.play = _tool("▶", "Play", self._play_or_stop)
        self.on = _tool("▶|", "Next snapshot (Right key)", lambda: self._step(1))
        self.pace = Choice()
        for text, pace in _PACES.items():
            self.pace.addItem(text, pace)
        self.pace.currentIndexChanged.connect(lambda: self._timer.setInterval(self.pace.currentData()))
        self.pace.setCurrentText("Normal")
        self.pace.setToolTip(tooltip("Speed of playback"))
        self.pace.setAccessibleName("Speed of playback")
        self.film = wide_button("Export film…", _FILM_TIP, self.film_wanted.emit)
        self.said = words("faint")

    def _want(self, index: int) -> None:
        self.said.setText(moment_words(self._moments[index], self._epochs, self._remark))
        self.wanted.emit(index)

    def _step(self, by: int) -> None:
        self.stop()
        self.slider.setValue(self.index + by)

    def _play_or_stop(self) -> None:
        if self.playing:
            self.stop()
            return
        self._timer.start()
        self.play.setText("■")
        self.play.setAccessibleName("Stop")
        self.play.setToolTip(tooltip("Stop (Space)"))

    def _advance(self) -> None:
        self.slider.setValue((self.index + 1) % max(1, self.count))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() == Qt.Key.Key_Space and self.count > 1:
            self._play_or_stop()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        self.stop()


def _tool(text: str, tip: str, pressed: Callable[[], None]) -> QToolButton:
    tool = QToolButton()
    tool.setText(text)
    tool.setAccessibleName(tip.partition(" (")[0])
    tool.setFixedWidth(32)
    tool.setToolTip(tooltip(tip))
    tool.clicked.connect(lambda: pressed())
    return tool
