"""Through the moments of a run: a slider, buttons, keys and play."""

from collections.abc import Sequence
from typing import Protocol

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from latent_explorer.gui.training.buttons import button, heading, words

_PACES = {"Slow": 1200, "Normal": 600, "Quick": 250}  # milliseconds for each moment
_TOOLS = (("|◀", "The moment before (left key)"), ("▶", "Play"), ("▶|", "The next moment (right key)"))
_FILM_TIP = "The run as GIF, WebP or MP4"
_NONE = "The moments of the run will be here to go back to."


class MomentLike(Protocol):
    """What is shown of a moment; see `bundles.config.Moment`."""

    @property
    def epoch(self) -> int: ...
    @property
    def step(self) -> int: ...


class Timeline(QWidget):
    """Shows at which moment one is. wanted: the index of another. film_wanted: the button. following: the newest."""

    wanted = pyqtSignal(int)
    film_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._moments: list[MomentLike] = []
        self._epochs, self._remark = 0, ""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)
        self._make()
        self._lay_out()
        self.set_moments([])

    @property
    def index(self) -> int:
        """The moment that is shown."""
        return self.slider.value()

    @property
    def count(self) -> int:
        """How many moments there are."""
        return len(self._moments)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def set_moments(self, moments: Sequence[MomentLike], epochs: int = 0) -> None:
        """Offer other moments, in their order; epochs: of the whole run. One that was the newest stays it."""
        newest = self.index >= self.count - 1
        self._moments, self._epochs = list(moments), epochs or self._epochs
        enabled = len(moments) > 1
        for widget in (self.slider, self.back, self.on, self.play):
            widget.setEnabled(enabled)
        self.film.setEnabled(enabled)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(moments) - 1))
        self.slider.blockSignals(False)
        self.show_index(len(moments) - 1 if newest else self.index)
        if not enabled:
            self.stop()

    def show_index(self, index: int, remark: str = "") -> None:
        """Say that this moment is shown. remark: how its map was turned, where it was."""
        index = max(0, min(index, self.count - 1))
        self._remark = remark
        self.slider.blockSignals(True)
        self.slider.setValue(index)
        self.slider.blockSignals(False)
        self.said.setText(self._sentence(index) if self._moments else _NONE)

    def show_filming(self, under_way: bool) -> None:
        """Let the button end a film that is being made."""
        self.film.setText("Stop the film" if under_way else "Export film…")
        self.film.setToolTip("Give it up: nothing is written" if under_way else _FILM_TIP)

    def stop(self) -> None:
        """Play no longer."""
        self._timer.stop()
        self.play.setText("▶")
        self.play.setToolTip("Play from here, again and again (Space)")

    # -- construction

    def _make(self) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setToolTip("Go back to an earlier moment of the run (left and right keys)")
        self.slider.setAccessibleName("Moment of the run")
        self.slider.setPageStep(1)
        self.slider.valueChanged.connect(self._want)
        self.back, self.play, self.on = (_tool(*each) for each in _TOOLS)
        self.pace = QComboBox()
        for text, pace in _PACES.items():
            self.pace.addItem(text, pace)
        self.pace.setCurrentText("Normal")
        self.pace.setToolTip("How quickly it plays")
        self.pace.currentIndexChanged.connect(self._keep_pace)
        self.film = button("Export film…", _FILM_TIP, self.film_wanted.emit)
        self.said = words("faint")
        for each, run in ((self.back, self._previous), (self.play, self._play_or_stop), (self.on, self._next)):
            each.clicked.connect(run)

    def _lay_out(self) -> None:
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        row.setSpacing(5)
        for each in (self.back, self.play, self.on, self.pace):
            row.addWidget(each)
        row.addStretch(1)
        row.addWidget(self.film)
        column.addWidget(heading("Through the epochs"))
        column.addWidget(self.slider)
        column.addLayout(row)
        column.addWidget(self.said)
        self.setFocusProxy(self.slider)

    # -- moving

    def _sentence(self, index: int) -> str:
        moment = self._moments[index]
        of = f" of {self._epochs}" if self._epochs else ""
        parts = [f"Epoch {moment.epoch}{of}", f"step {moment.step:,}", self._remark]
        return " · ".join(part for part in parts if part)

    def _want(self, index: int) -> None:
        self.said.setText(self._sentence(index))
        self.wanted.emit(index)

    def _previous(self) -> None:
        self.stop()
        self.slider.setValue(self.index - 1)

    def _next(self) -> None:
        self.stop()
        self.slider.setValue(self.index + 1)

    def _play_or_stop(self) -> None:
        if self.playing:
            self.stop()
            return
        self._timer.start(self.pace.currentData())
        self.play.setText("■")
        self.play.setToolTip("Stop (Space)")

    def _keep_pace(self) -> None:
        if self.playing:
            self._timer.start(self.pace.currentData())

    def _advance(self) -> None:
        self.slider.setValue((self.index + 1) % max(1, self.count))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() == Qt.Key.Key_Space and self.count > 1:
            self._play_or_stop()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        self.stop()


def _tool(text: str, tip: str) -> QToolButton:
    tool = QToolButton()
    tool.setText(text)
    tool.setFixedWidth(32)
    tool.setToolTip(tip)
    return tool
