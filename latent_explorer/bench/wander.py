"""A scripted hand that pans, zooms, hovers and turns the wheel over any widget, the same way every time."""

import math
from collections.abc import Iterator

from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QWidget

_NONE, _MIDDLE = Qt.MouseButton.NoButton, Qt.MouseButton.MiddleButton
_FRAMES = 90  # of 1/60 s that each pan and each stretch of hovering takes
_WHEEL_EVERY = 3  # frames between two clicks of the wheel: 20 a second
_DEPTHS = (6, 14, 22)  # clicks of the wheel inward; 22 come 135 times nearer


class Hand:
    """Moves a mouse over one widget. hovers: how many moves it has made with no button down."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self.hovers = 0

    def wander(self) -> Iterator[None]:
        """The inputs of one frame at each step, without end: hover, pan, zoom in, hover, pan, zoom out, and round."""
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

    def _hover(self, phase: float) -> Iterator[None]:
        for frame in range(_FRAMES):
            for half in (0.0, 0.5):  # a usual mouse reports twice a frame
                self.hovers += 1
                self._mouse(QEvent.Type.MouseMove, self._curve(phase + (frame + half) / 75), _NONE, _NONE)
            yield

    def _pan(self, phase: float) -> Iterator[None]:
        """Drag along a closed curve, so that what is seen comes back."""
        self._mouse(QEvent.Type.MouseButtonPress, self._round(phase), _MIDDLE, _MIDDLE)
        for frame in range(1, _FRAMES + 1):
            self._mouse(QEvent.Type.MouseMove, self._round(phase + frame / _FRAMES), _NONE, _MIDDLE)
            yield
        self._mouse(QEvent.Type.MouseButtonRelease, self._round(phase), _MIDDLE, _NONE)

    def _zoom(self, at: QPointF, clicks: int) -> Iterator[None]:
        for _ in range(abs(clicks)):
            self._wheel(at, int(math.copysign(1, clicks)))
            for _ in range(_WHEEL_EVERY):
                yield

    def _curve(self, t: float) -> QPointF:
        """A place on a smooth curve over the whole widget that does not repeat itself."""
        return self._place(0.44 * math.sin(1.3 * t) * math.cos(0.21 * t), 0.44 * math.sin(1.7 * t + 1))

    def _round(self, turns: float) -> QPointF:
        """A place on an ellipse around the middle."""
        angle = 2 * math.pi * turns
        return self._place(0.3 * math.cos(angle), 0.3 * math.sin(angle))

    def _place(self, right: float, down: float) -> QPointF:
        width, height = self._widget.width(), self._widget.height()
        return QPointF(round((0.5 + right) * width), round((0.5 + down) * height))

    def _mouse(self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        scene = QPointF(self._widget.mapToGlobal(at))
        event = QMouseEvent(kind, at, scene, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._widget, event)

    def _wheel(self, at: QPointF, click: int) -> None:
        scene, turned = QPointF(self._widget.mapToGlobal(at)), QPoint(0, 120 * click)
        phase, keys = Qt.ScrollPhase.NoScrollPhase, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self._widget, QWheelEvent(at, scene, QPoint(), turned, _NONE, keys, phase, False))
