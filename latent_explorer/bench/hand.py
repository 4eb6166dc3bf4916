"""Simulated mouse events, a reproducible script of movements over a widget, and the timing of its frames."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from PyQt6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QWidget

FRAME = 1 / 60
_NAP = 0.0005
_NONE, _MIDDLE = Qt.MouseButton.NoButton, Qt.MouseButton.MiddleButton
_FRAMES = 90  # of 1/60 s for each pan and each period of hovering
_WHEEL_EVERY = 3  # frames between two wheel clicks: 20 a second
_DEPTHS = (6, 14, 22)  # wheel clicks of each zoom; 22 magnify 135 times


def send_mouse(
    widget: QWidget,
    at: QPointF,
    kind: QEvent.Type = QEvent.Type.MouseMove,
    button: Qt.MouseButton = _NONE,
    held: Qt.MouseButton = _NONE,
) -> None:
    """Send a mouse event to a widget, by default a move."""
    scene = QPointF(widget.mapToGlobal(at))
    QApplication.sendEvent(widget, QMouseEvent(kind, at, scene, button, held, Qt.KeyboardModifier.NoModifier))


def send_wheel(widget: QWidget, at: QPointF, clicks: int) -> None:
    """Turn the wheel over a widget; positive clicks zoom in."""
    scene, turned = QPointF(widget.mapToGlobal(at)), QPoint(0, 120 * clicks)
    phase, keys = Qt.ScrollPhase.NoScrollPhase, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QWheelEvent(at, scene, QPoint(), turned, _NONE, keys, phase, False))


class Hand:
    """Moves a mouse over a widget. hovers: the number of moves without a button down.

    area: the part of the widget to stay in, in its pixels; by default all of it.
    """

    def __init__(self, widget: QWidget, area: QRect | None = None) -> None:
        self._widget, self._area = widget, area
        self.hovers = 0

    def wander(self) -> Iterator[None]:
        """Endless inputs, one frame at each step: hover, pan, zoom in, hover, pan, zoom out, repeat."""
        turn = 0
        while True:
            depth, middle = _DEPTHS[turn % len(_DEPTHS)], self._round(turn / 7)
            yield from self._hover(turn)
            yield from self._pan(turn)
            yield from self._zoom(middle, depth)
            yield from self._hover(turn + 0.5)
            yield from self._pan(turn + 0.5)
            yield from self._zoom(middle, -depth)
            turn += 1

    def curve(self, t: float) -> QPointF:
        """A position on a smooth, non-repeating curve over the whole widget."""
        return self._place(0.44 * math.sin(1.3 * t) * math.cos(0.21 * t), 0.44 * math.sin(1.7 * t + 1))

    def _hover(self, phase: float) -> Iterator[None]:
        for frame in range(_FRAMES):
            for half in (0.0, 0.5):  # an ordinary mouse reports twice per frame
                self.hovers += 1
                send_mouse(self._widget, self.curve(phase + (frame + half) / 75))
            yield

    def _pan(self, phase: float) -> Iterator[None]:
        """Drag along a closed curve, so that the view returns to its start."""
        send_mouse(self._widget, self._round(phase), QEvent.Type.MouseButtonPress, _MIDDLE, _MIDDLE)
        for frame in range(1, _FRAMES + 1):
            send_mouse(self._widget, self._round(phase + frame / _FRAMES), held=_MIDDLE)
            yield
        send_mouse(self._widget, self._round(phase), QEvent.Type.MouseButtonRelease, _MIDDLE)

    def _zoom(self, at: QPointF, clicks: int) -> Iterator[None]:
        for _ in range(abs(clicks)):
            send_wheel(self._widget, at, int(math.copysign(1, clicks)))
            for _ in range(_WHEEL_EVERY):
                yield

    def _round(self, turns: float) -> QPointF:
        """A position on an ellipse around the centre."""
        angle = 2 * math.pi * turns
        return self._place(0.3 * math.cos(angle), 0.3 * math.sin(angle))

    def _place(self, right: float, down: float) -> QPointF:
        area = self._area or self._widget.rect()
        return QPointF(round(area.x() + (0.5 + right) * area.width()), round(area.y() + (0.5 + down) * area.height()))


@dataclass
class FrameTimes:
    """Milliseconds from when each frame was due until its inputs were handled and painted.

    stall: the longest time without processing events.
    """

    frames: list[float] = field(default_factory=list)
    stall: float = 0.0

    def over(self, milliseconds: float) -> float:
        """The share of frames that took longer, in percent; a frame that took the time of several counts as several."""
        times = np.array(self.frames)
        slots = np.maximum(np.ceil(times / (1000 * FRAME)), 1)
        return 100 * float(slots[times > milliseconds].sum() / slots.sum())


def play(inputs: Iterator[None], seconds: float) -> FrameTimes:
    """Send the inputs of one frame after the other, sixty times a second, and time each.

    A late frame delays the next one, as for a real user; the lost time counts for both.
    """
    times = FrameTimes()
    due = time.perf_counter()
    end = due + seconds
    while due < end:
        began = time.perf_counter()
        next(inputs)
        QApplication.processEvents()
        done = time.perf_counter()
        times.frames.append(1000 * (done - due))
        times.stall = max(times.stall, 1000 * (done - began))
        due = max(due + FRAME, done - FRAME)
        times.stall = max(times.stall, _until(due))
    return times


def _until(due: float) -> float:
    """Let the program run until then; the milliseconds of the longest stretch in which it did not come back."""
    longest = 0.0
    while (now := time.perf_counter()) < due:
        QApplication.processEvents()
        longest = max(longest, 1000 * (time.perf_counter() - now))
        time.sleep(_NAP)
    return longest
