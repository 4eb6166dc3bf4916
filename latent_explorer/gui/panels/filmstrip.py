"""The filmstrip: a path's pictures, played and scrubbed, with its choices in place."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage, QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from latent_explorer.gui.panels.strip import Strip
from latent_explorer.gui.widgets.controls import combo_box, slider, spin_box, tool_button
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.plain import PlainLabel
from latent_explorer.paths import CURVES, EASINGS
from latent_explorer.session import Route

_SOON = [name for name, curve in CURVES.items() if not curve.needs_model]
_PACES = [name for name, easing in EASINGS.items() if not easing.needs_decoder]
_TWO_ROWS = (0, 0, 1, 1), (1, 0, 1, 2), (0, 1, 1, 1)  # of the grid of controls


class Filmstrip(QWidget):
    """Plays the frames of a route, there and back if asked.

    frames: the pictures (n, h, w, c); none while they are being decoded. index: of the current one. stitched: those of
    another map's model (n, h, w, c), a second row; captions: of both rows.
    route_chosen: the Route with other choices. moved: another frame is the current one. gone_to: by a person, or by
    playing. clear_wanted, export_wanted: buttons.
    """

    route_chosen = pyqtSignal(object)
    moved = pyqtSignal(int)
    gone_to = pyqtSignal(int)
    clear_wanted = pyqtSignal()
    export_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.strip = Strip()
        self._route: Route | None = None
        self.frames: NDArray[np.uint8] = np.zeros((0, 1, 1, 1), np.uint8)
        self.stitched: NDArray[np.uint8] | None = None
        self.captions = ("", "")
        self.index, self._direction = 0, 1
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)
        self._make_controls()
        self._lay_out()
        self._enable()

    # -- what is shown

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def ping_pong(self) -> bool:
        return self._back.isChecked()

    @property
    def frames_per_second(self) -> int:
        return self._speed.value()

    def choices(self, start: tuple[float, ...], end: tuple[float, ...]) -> Route:
        """A route between two latents with the choices made here."""
        return Route(start, end, self._curve.currentText(), self._count.value(), self._easing.currentText())

    def show_route(self, route: Route | None) -> None:
        """Show the choices of another route; its frames come later."""
        if route != self._route:
            self.show_stitched(None)
        ends_changed = route is None or self._route is None or route.frames != self._route.frames
        self._route = route
        self.frames = self.frames[:0]
        self.strip.show_frames([])
        if route is not None:
            self._curve.setCurrentText(route.curve)
            self._easing.setCurrentText(route.easing)
            self._count.setValue(route.frames)
        if ends_changed:
            self.index = 0
        if route is None:
            self.stop()
        self._enable()

    def show_frames(self, frames: NDArray[np.uint8]) -> None:
        self.frames = frames
        self._scrubber.setRange(0, len(frames) - 1)
        self.strip.show_frames([to_qimage(frame) for frame in frames])
        self._enable()
        self._show(min(self.index, len(frames) - 1))

    def show_stitched(self, frames: NDArray[np.uint8] | None, captions: tuple[str, str] = ("", "")) -> None:
        """Show what another map's model makes of each frame below it (n, h, w, c), or nothing."""
        self.stitched, self.captions = frames, captions
        self.strip.show_second([] if frames is None else [to_qimage(frame) for frame in frames], captions)

    @property
    def rows(self) -> list[tuple[str, NDArray[np.uint8]]]:
        """What is shown, by row: a caption, empty where there is one row, and pictures (n, h, w, c)."""
        rows = [(self.captions[0], self.frames)]
        return rows if self.stitched is None else [*rows, (self.captions[1], self.stitched)]

    def begin_at(self, index: int) -> None:
        """Have a frame be the current one, now or once the frames are there; nothing else goes there."""
        self.index = index
        if len(self.frames):
            self._show(min(index, len(self.frames) - 1))

    def picture(self) -> QImage | None:
        return to_qimage(self.frames[self.index]) if len(self.frames) else None

    # -- playing

    def go_to(self, index: int) -> None:
        if len(self.frames):
            self._show(index)
            self.gone_to.emit(index)

    def _show(self, index: int) -> None:
        self.index = index
        self.strip.show_current(index)
        self._scrubber.setValue(index)
        self._number.setText(f"{index + 1} / {len(self.frames)}")
        self.moved.emit(index)

    def step(self, by: int) -> None:
        """Go on by so many frames, from the last to the first."""
        if len(self.frames):
            self.go_to((self.index + by) % len(self.frames))

    def play_or_pause(self) -> None:
        self.stop() if self.playing else self._start()

    def stop(self) -> None:
        self._timer.stop()
        self._play.setText("▶  Play")

    def _start(self) -> None:
        if len(self.frames):
            self._timer.start(round(1000 / self._speed.value()))
            self._play.setText("❚❚  Pause")

    def _advance(self) -> None:
        if not len(self.frames):
            return  # those of another path are still to come
        last = len(self.frames) - 1
        if not self.ping_pong:
            self._direction = 1
            self.step(1)
            return
        if not 0 <= self.index + self._direction <= last:
            self._direction = -self._direction
        self.go_to(self.index + self._direction)

    # -- controls

    def _make_controls(self) -> None:
        self._play = tool_button("▶  Play", "Play or pause (K)", self.play_or_pause)
        self._play.setMinimumWidth(86)
        self._back = tool_button("⇄", "Play forwards, then backwards")
        self._back.setCheckable(True)
        self._back.setChecked(True)
        self._curve = combo_box(_SOON, "How the path runs through latent space: straight, or around the origin")
        self._easing = combo_box(_PACES, "Speed along the path: constant, or slower at both ends")
        self._count = spin_box(2, 240, 48, " frames", "Frames along the path")
        self._speed = spin_box(1, 60, 24, " fps", "Frames per second")
        self._number = PlainLabel("–")
        self._number.setMinimumWidth(54)
        self._scrubber = slider("Frame", 0, 99, 0, "Scrub through the path", 60)
        self._export = tool_button(
            "Export…", "Export the filmstrip as a strip, animation or PNG files", self.export_wanted.emit
        )
        self._clear = tool_button("Clear", "Remove the path", self.clear_wanted.emit)
        self._scrubber.sliderMoved.connect(self.go_to)
        self._scrubber.actionTriggered.connect(lambda _: self.go_to(self._scrubber.sliderPosition()))
        self.strip.chosen.connect(self.go_to)
        for changed in (self._curve.activated, self._easing.activated, self._count.editingFinished):
            changed.connect(self._choose)
        self._speed.valueChanged.connect(lambda _: self._start() if self.playing else None)

    def _lay_out(self) -> None:
        player, choices, actions = QWidget(), QWidget(), QWidget()
        row = filled(QHBoxLayout(player), self._play, self._back, self._scrubber, self._number)
        row.setStretchFactor(self._scrubber, 1)
        filled(QHBoxLayout(choices), self._count, self._curve, self._easing, self._speed, 1)
        filled(QHBoxLayout(actions), self._export, self._clear)
        controls = Controls(player, choices, actions)
        column = filled(QVBoxLayout(self), controls, self.strip, spacing=6, margins=(8, 6, 8, 8))
        column.setStretchFactor(self.strip, 1)

    def _enable(self) -> None:
        there = bool(len(self.frames))
        for widget in (self._play, self._scrubber, self._export):
            widget.setEnabled(there)
        self._clear.setEnabled(self._route is not None)
        if not there:
            self._number.setText("–")

    def _choose(self) -> None:
        if self._route is not None and (chosen := self.choices(self._route.start, self._route.end)) != self._route:
            self.route_chosen.emit(chosen)


class Controls(QScrollArea):
    """Controls in three groups, in one row; the second in a row of its own where there is no room for that.

    Where even that is too wide, all are scrolled sideways.
    """

    def __init__(self, *groups: QWidget) -> None:
        super().__init__()
        self._groups, self._controls = groups, QWidget()
        self._grid = QGridLayout(self._controls)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(5)
        self._grid.setColumnStretch(0, 1)
        self.setWidget(self._controls)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(240)
        self._arrange()

    def _arrange(self) -> None:
        needed = sum(group.minimumSizeHint().width() + self._grid.spacing() for group in self._groups)
        places = ((0, 0, 1, 1), (0, 1, 1, 1), (0, 2, 1, 1)) if needed <= self.width() else _TWO_ROWS
        for group, place in zip(self._groups, places, strict=True):
            self._grid.removeWidget(group)
            self._grid.addWidget(group, *place)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._arrange()
        hint, bar = self._controls.minimumSizeHint(), self.horizontalScrollBar()
        beneath = bar.sizeHint().height() if bar is not None and hint.width() > self.width() else 0
        self.setFixedHeight(hint.height() + beneath)
