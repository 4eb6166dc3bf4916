"""The filmstrip: the pictures of a path, with playback, scrubbing and the settings of the path."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QImage, QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from latent_explorer.gui.panels.strip import Strip
from latent_explorer.gui.panels.strip_row import StripRow, captions
from latent_explorer.gui.widgets.choices import box_of, is_offered, offer
from latent_explorer.gui.widgets.controls import slider, spin_box, tool_button
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import filled, in_order
from latent_explorer.gui.widgets.plain import PlainLabel
from latent_explorer.paths import CURVES, EASINGS
from latent_explorer.session import Route

FIRST, COMPARED, STITCHED = "first", "compared", "stitched"
ROWS = FIRST, COMPARED, STITCHED
"""The names of the rows, from the top: the path, a second curve, and the path decoded by another map's model."""

_USUAL = next(iter(CURVES.values())).title  # the default curve, not named if it is alone
_NO_FRAMES = np.zeros((0, 1, 1, 1), np.uint8)
_CURVE_TIP = "How the path runs through latent space"
_COMPARE_TIP = "A second curve through the same places, as a row below and a dashed line on the map"
_EASING_TIP = "Speed along the path"
_TWO_ROWS = (0, 0, 1, 1), (1, 0, 1, 2), (0, 1, 1, 1)  # positions in the grid of controls


class Filmstrip(QWidget):
    """Plays the frames of a route, optionally back and forth, with a row for each curve and model.

    frames: the pictures (n, h, w, c) of the first row; none while they are being decoded. index: of the current frame.
    route_chosen: the Route with new settings. moved: the current frame has changed. gone_to: it was changed by the user
    or by playback. clear_wanted, export_wanted: a button was pressed.
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
        self._rows: dict[str, StripRow] = {}
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
        """A route between two latents with the current settings."""
        return self._chosen(Route(start, end))

    def _chosen(self, route: Route) -> Route:
        curve, compare, easing = (each.currentData() for each in (self._curve, self._compare, self._easing))
        return replace(route, curve=curve, compare=compare, easing=easing, frames=self._count.value())

    def show_route(self, route: Route | None) -> None:
        """Show the settings of a route; its frames follow later."""
        if route != self._route:
            self.show_row(STITCHED, None)
        ends_changed = route is None or self._route is None or route.frames != self._route.frames
        self._route = route
        self._rows = {name: row for name, row in self._rows.items() if name == STITCHED}
        self._show_rows()
        if route is not None:
            for box, name in ((self._curve, route.curve), (self._compare, route.compare), (self._easing, route.easing)):
                box.setCurrentIndex(box.findData(name))
            self._count.setValue(route.frames)
        if ends_changed:
            self.index = 0
        if route is None:
            self.stop()
        self._enable()

    # -- rows

    @property
    def frames(self) -> NDArray[np.uint8]:
        return self._rows[FIRST].frames if FIRST in self._rows else _NO_FRAMES

    @property
    def stitched(self) -> NDArray[np.uint8] | None:
        """The frames (n, h, w, c) decoded by another map's model, if shown."""
        return self._rows[STITCHED].frames if STITCHED in self._rows else None

    @property
    def rows(self) -> list[tuple[str, NDArray[np.uint8]]]:
        """The rows: a caption, empty if there is only one, and pictures (n, h, w, c)."""
        rows = self._in_order()
        return [(caption, row.frames) for caption, row in zip(captions(rows, _USUAL), rows, strict=True)]

    def row(self, name: str) -> StripRow | None:
        """The row with a name, if there is one."""
        return self._rows.get(name)

    def show_row(self, name: str, row: StripRow | None) -> None:
        """Replace a row; None removes it."""
        if row is None:
            self._rows.pop(name, None)
        else:
            self._rows[name] = row
        self._show_rows()

    def change_row(self, name: str, **changes: object) -> None:
        """Change fields of a row, by their names in `StripRow`."""
        self.show_row(name, replace(self._rows.get(name, StripRow()), **changes))  # type: ignore[arg-type] # by name

    def show_frames(self, frames: NDArray[np.uint8], name: str = FIRST) -> None:
        """Show the pictures (n, h, w, c) of a row."""
        self.show_row(name, self._rows.get(name, StripRow()).with_pictures(frames))
        if name == FIRST:
            self._scrubber.setRange(0, len(frames) - 1)
            self._enable()
            self._show(min(self.index, len(frames) - 1))

    def _show_rows(self) -> None:
        rows = self._in_order()
        self.strip.show_rows(rows, captions(rows, _USUAL))

    def _in_order(self) -> list[StripRow]:
        """The rows in order; none without a first row."""
        return [self._rows[name] for name in ROWS if name in self._rows] if FIRST in self._rows else []

    def begin_at(self, index: int) -> None:
        """Make a frame current, now or when the frames arrive, without emitting `gone_to`."""
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
        """Move by a number of frames, wrapping around."""
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
            return  # the frames of another path have not arrived yet
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
        self._back.setAccessibleName("There and back")
        self._back.setCheckable(True)
        self._back.setChecked(True)
        self._curve, self._compare = (
            box_of(CURVES, _CURVE_TIP),
            box_of(CURVES, _COMPARE_TIP, "Beside: none", "Beside: "),
        )
        self._easing = box_of(EASINGS, _EASING_TIP)
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
        self._curve.activated.connect(lambda _: self._even_out(CURVES[self._curve.currentData()].needs_decoder))
        self._compare.activated.connect(lambda _: self._even_out(bool(self._compare.currentData())))
        for changed in (self._curve, self._compare, self._easing):
            changed.activated.connect(self._choose)
        self._count.editingFinished.connect(self._choose)
        self._speed.valueChanged.connect(lambda _: self._start() if self.playing else None)

    def _lay_out(self) -> None:
        player, choices, actions = QWidget(), QWidget(), QWidget()
        row = filled(QHBoxLayout(player), self._play, self._back, self._scrubber, self._number)
        row.setStretchFactor(self._scrubber, 1)
        filled(QHBoxLayout(choices), self._count, self._curve, self._compare, self._easing, self._speed, 1)
        filled(QHBoxLayout(actions), self._export, self._clear)
        controls = Controls(player, choices, actions)
        column = filled(QVBoxLayout(self), controls, self.strip, spacing=6, margins=(8, 6, 8, 8))
        column.setStretchFactor(self.strip, 1)
        in_order(*controls.stops, self.strip)

    def _enable(self) -> None:
        there = bool(len(self.frames))
        for widget in (self._play, self._scrubber, self._export):
            widget.setEnabled(there)
        self._clear.setEnabled(self._route is not None)
        if not there:
            self._number.setText("–")

    def offer(self, *, decodes: bool, data: bool, labels: bool) -> None:
        """Enable the curves and easings that a model supports; the others show what is lacking."""
        for box in (self._curve, self._compare):
            offer(box, {name: curve.lacks(decodes=decodes, data=data, labels=labels) for name, curve in CURVES.items()})
        offer(self._easing, {name: easing.lacks(decodes=decodes) for name, easing in EASINGS.items()})

    def _even_out(self, wanted: bool) -> None:
        """Use an easing that is even in pixels for curves that are measured or compared, unless another was chosen."""
        if wanted and self._easing.currentData() == next(iter(EASINGS)):
            even = next((name for name, easing in EASINGS.items() if easing.needs_decoder), "")
            index = self._easing.findData(even)
            if index >= 0 and is_offered(self._easing, index):
                self._easing.setCurrentIndex(index)

    def _choose(self) -> None:
        if self._route is not None and (chosen := self._chosen(self._route)) != self._route:
            self.route_chosen.emit(chosen)


class Controls(QScrollArea):
    """Controls in three groups in one row; the second group moves to its own row if there is no room.

    If that is still too wide, it scrolls horizontally.
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

    @property
    def stops(self) -> list[QWidget]:
        """The widgets in tab order."""
        player, choices, actions = self._groups
        groups = (player, choices, actions) if self._in_one_row else (player, actions, choices)
        layouts = (group.layout() for group in groups)
        items = [layout.itemAt(at) for layout in layouts if layout is not None for at in range(layout.count())]
        return [widget for item in items if item is not None and (widget := item.widget()) is not None]

    @property
    def _in_one_row(self) -> bool:
        return sum(group.sizeHint().width() + self._grid.spacing() for group in self._groups) <= self.width()

    def _arrange(self) -> None:
        places = ((0, 0, 1, 1), (0, 1, 1, 1), (0, 2, 1, 1)) if self._in_one_row else _TWO_ROWS
        for group, place in zip(self._groups, places, strict=True):
            self._grid.removeWidget(group)
            self._grid.addWidget(group, *place)
        in_order(*self.stops)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._arrange()
        hint, bar = self._controls.minimumSizeHint(), self.horizontalScrollBar()
        beneath = bar.sizeHint().height() if bar is not None and hint.width() > self.width() else 0
        self.setFixedHeight(hint.height() + beneath)
