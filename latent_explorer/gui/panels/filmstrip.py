"""The filmstrip: a path's pictures, played and scrubbed, with its choices in place."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage, QResizeEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from latent_explorer.gui.panels.strip import Strip
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.paths import CURVES, EASINGS
from latent_explorer.session import Route


class Filmstrip(QWidget):
    """Plays the frames of a route, there and back if asked.

    route_chosen: the Route with other choices. moved: to another frame. clear_wanted, export_wanted: buttons.
    """

    route_chosen = pyqtSignal(object)
    moved = pyqtSignal(int)
    clear_wanted = pyqtSignal()
    export_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.strip = Strip()
        self._route: Route | None = None
        self._frames: NDArray[np.uint8] = np.zeros((0, 1, 1, 1), np.uint8)
        self._index, self._direction = 0, 1
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)
        self._make_controls()
        self._lay_out()
        self._enable()

    # -- what is shown

    @property
    def index(self) -> int:
        """The current frame."""
        return self._index

    @property
    def frames(self) -> NDArray[np.uint8]:
        """The pictures (n, h, w, c); none while they are being decoded."""
        return self._frames

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def ping_pong(self) -> bool:
        """Whether it plays there and back."""
        return self._back.isChecked()

    @property
    def frames_per_second(self) -> int:
        return self._speed.value()

    def choices(self, start: tuple[float, ...], end: tuple[float, ...]) -> Route:
        """A route between two latents with the choices made here."""
        return Route(start, end, self._curve.currentText(), self._count.value(), self._easing.currentText())

    def show_route(self, route: Route | None) -> None:
        """Show the choices of another route; its frames come later."""
        ends_changed = route is None or self._route is None or route.frames != self._route.frames
        self._route = route
        self._frames = self._frames[:0]
        self.strip.show_frames([])
        if route is not None:
            for box, value in ((self._curve, route.curve), (self._easing, route.easing)):
                box.setCurrentText(value)
            self._count.setValue(route.frames)
        if ends_changed:
            self._index = 0
        if route is None:
            self.stop()
        self._enable()

    def show_frames(self, frames: NDArray[np.uint8]) -> None:
        """Show the pictures (n, h, w, c) of the route."""
        self._frames = frames
        self._scrubber.setRange(0, len(frames) - 1)
        self.strip.show_frames([to_qimage(frame) for frame in frames])
        self._enable()
        self.go_to(min(self._index, len(frames) - 1))

    def picture(self) -> QImage | None:
        """The current frame's picture."""
        return to_qimage(self._frames[self._index]) if len(self._frames) else None

    # -- playing

    def go_to(self, index: int) -> None:
        """Make a frame the current one."""
        if not len(self._frames):
            return
        self._index = index
        self.strip.show_current(index)
        self._scrubber.setValue(index)
        self._number.setText(f"{index + 1} / {len(self._frames)}")
        self.moved.emit(index)

    def play_or_pause(self) -> None:
        """Start where it stands, or stop there."""
        self.stop() if self.playing else self._start()

    def stop(self) -> None:
        """Stop playing."""
        self._timer.stop()
        self._play.setText("▶  Play")

    def _start(self) -> None:
        if len(self._frames):
            self._timer.start(round(1000 / self._speed.value()))
            self._play.setText("❚❚  Pause")

    def _advance(self) -> None:
        if not len(self._frames):
            return  # those of another path are still to come
        last = len(self._frames) - 1
        if not self.ping_pong:
            self._direction = 1
            self.go_to((self._index + 1) % (last + 1))
            return
        if not 0 <= self._index + self._direction <= last:
            self._direction = -self._direction
        self.go_to(self._index + self._direction)

    # -- controls

    def _make_controls(self) -> None:
        self._play = _button("▶  Play", "Play or pause (K)", self.play_or_pause)
        self._play.setMinimumWidth(86)
        self._back = _button("⇄", "Play there and back again", None)
        self._back.setCheckable(True)
        self._back.setChecked(True)
        self._curve = _box(list(CURVES), "How the path runs through latent space: straight, or around the origin")
        self._easing = _box(list(EASINGS), "The pace: steady, or gentle at both ends")
        self._count = _spin(2, 240, 48, " frames", "Frames along the path")
        self._speed = _spin(1, 60, 24, " fps", "Frames per second")
        self._number = QLabel("–")
        self._number.setMinimumWidth(54)
        self._scrubber = QSlider(Qt.Orientation.Horizontal)
        self._scrubber.setMinimumWidth(60)
        self._scrubber.setAccessibleName("Frame")
        self._scrubber.setToolTip("Scrub through the path")
        self._scrubber.sliderMoved.connect(self.go_to)
        self._scrubber.actionTriggered.connect(self._scrub_by_key)
        self._export = _button("Export", "Export as strip, GIF, WebP or PNGs", self.export_wanted.emit)
        self._clear = _button("Clear", "Take the path away", self.clear_wanted.emit)
        self.strip.chosen.connect(self.go_to)
        self._curve.activated.connect(self._choose)
        self._easing.activated.connect(self._choose)
        self._count.editingFinished.connect(self._choose)
        self._speed.valueChanged.connect(self._set_pace)

    def _lay_out(self) -> None:
        controls = QWidget()
        row = QHBoxLayout(controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(self._play)
        row.addWidget(self._back)
        row.addWidget(self._scrubber, 1)
        row.addWidget(self._number)
        for widget in (self._count, self._curve, self._easing, self._speed, self._export, self._clear):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 8)
        layout.addWidget(ScrolledRow(controls))
        layout.addWidget(self.strip, 1)

    def _enable(self) -> None:
        there = bool(len(self._frames))
        for widget in (self._play, self._scrubber, self._export):
            widget.setEnabled(there)
        self._clear.setEnabled(self._route is not None)
        if not there:
            self._number.setText("–")

    def _choose(self) -> None:
        if self._route is not None:
            chosen = self.choices(self._route.start, self._route.end)
            if chosen != self._route:
                self.route_chosen.emit(replace(chosen))

    def _set_pace(self) -> None:
        if self.playing:
            self._start()

    def _scrub_by_key(self, _: int) -> None:
        self.go_to(self._scrubber.sliderPosition())


class ScrolledRow(QScrollArea):
    """Controls in a row that can be scrolled sideways where a narrow window has no room for all of them."""

    def __init__(self, controls: QWidget) -> None:
        super().__init__()
        self._controls = controls
        self.setWidget(controls)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(240)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        hint, bar = self._controls.minimumSizeHint(), self.horizontalScrollBar()
        needed = bar.sizeHint().height() if bar is not None and hint.width() > self.width() else 0
        self.setFixedHeight(hint.height() + needed)


def _button(text: str, tip: str, action: "object | None") -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    if callable(action):
        button.clicked.connect(lambda: action())
    return button


def _box(choices: list[str], tip: str) -> QComboBox:
    box = QComboBox()
    box.addItems(choices)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    return box


def _spin(least: int, most: int, value: int, unit: str, tip: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(least, most)
    spin.setValue(value)
    spin.setSuffix(unit)
    spin.setMaximumWidth(94)
    spin.setToolTip(tip)
    spin.setAccessibleName(tip)
    spin.setKeyboardTracking(False)
    return spin
