"""From a move of the pen to the image encoded, decoded and painted, in the real window."""

import itertools
import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QApplication, QWidget

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.measure import Measure
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.gui.studies.own_image import OWN_IMAGE_STUDY
from latent_explorer.gui.studies.own_image.pad import Pad, on_sheet
from latent_explorer.gui.studies.own_image.study import OwnImageStudy
from latent_explorer.points.splat import wait_for_compiled

MOVES = 1000
_WARM_UP = 100
_PERIOD = 1 / 125  # an ordinary mouse reports 125 times a second
_STROKE = 60  # moves per stroke
_STROKES = 4  # strokes per drawing
_LEFT = Qt.MouseButton.LeftButton
_PATIENCE = 30.0


@dataclass
class SketchTimes:
    """Milliseconds from each move of the pen. ink: until the stroke is painted. place: until picture and mark are.

    A superseded move counts until the next one is painted. waiting: the number of the change and the time of each move
    that is not painted yet.
    """

    ink: list[float] = field(default_factory=list)
    place: list[float] = field(default_factory=list)
    waiting: deque[tuple[int, float]] = field(default_factory=deque)

    def painted(self, changes: int) -> None:
        """Call when a picture with that many changes is painted."""
        now = time.perf_counter()
        while self.waiting and self.waiting[0][0] <= changes:
            self.place.append(1000 * (now - self.waiting.popleft()[1]))


def measure_sketch(model: str | None = None) -> dict[str, Measure]:
    """Measure strokes at 125 moves a second on the pad, compared with an empty window with the same mouse.

    stroke_to_picture: from a move until the image is prepared, encoded and decoded, and its picture and mark are
    painted. stroke_to_ink: until the stroke is painted.
    """
    empty = empty_times()
    with person_at_a_window(model or "mnist-vae-2d") as person:
        person.wait_for_the_engine()
        wait_for_compiled()
        times = sketch_times(person)
    return {
        "stroke_to_picture": Measure.of(times.place).beside("empty", empty),
        "stroke_to_ink": Measure.of(times.ink).beside("empty", empty),
    }


def sketch_times(person: Person, moves: int = MOVES, warm_up: int = _WARM_UP) -> SketchTimes:
    """The times of moves of the pen, after a warm-up.

    Raises UserError if there is no picture for the last move.
    """
    study = cast(OwnImageStudy, person.window.workbench.show_study(OWN_IMAGE_STUDY.name))
    person.wait_until(lambda: bool(study.panel.steps) and study.panel.pad.height() > 0)
    hand = _draw(study.panel.pad)
    _timed(study, hand, SketchTimes(), 1)
    person.wait(0.2)
    _timed(study, hand, SketchTimes(), warm_up)
    person.wait_until(lambda: study.at_rest)  # the first image waits for the scores of held-out ones
    times = SketchTimes()
    study.on_painted = times.painted
    _timed(study, hand, times, moves)
    person.wait_until(lambda: not times.waiting, _PATIENCE)
    study.on_painted = lambda _: None
    return times


def _draw(pad: Pad) -> Iterator[bool]:
    """Endless moves of a pen; yields whether each was within a stroke, not its start or end."""
    for number in itertools.count():
        if number % _STROKES == 0:
            pad.clear()
            yield False
        send_mouse(pad, _at(pad, number, 0), QEvent.Type.MouseButtonPress, _LEFT, _LEFT)
        yield False
        for step in range(1, _STROKE + 1):
            send_mouse(pad, _at(pad, number, step), held=_LEFT)
            yield True
        send_mouse(pad, _at(pad, number, _STROKE), QEvent.Type.MouseButtonRelease, _LEFT)
        yield False


def _at(widget: Pad, number: int, step: int) -> QPointF:
    """The position of the pen, on a different loop for each stroke."""
    turn = 2 * math.pi * step / _STROKE + number
    x, y = 0.5 + 0.3 * math.cos(turn), 0.5 + 0.35 * math.sin((1 + number % 3) * turn + number)
    return QPointF(on_sheet(widget, x, y))


def _timed(study: OwnImageStudy, hand: Iterator[bool], times: SketchTimes, moves: int) -> None:
    left = moves
    while left:
        began = time.perf_counter()
        if next(hand):
            times.ink.append(1000 * (time.perf_counter() - began))
            times.waiting.append((study.changes, began))
            left -= 1
        while time.perf_counter() < began + _PERIOD:
            QApplication.processEvents()
            time.sleep(0.0002)


class _EmptyWindow(QWidget):
    """An empty window that is painted at each move. times: in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self._moved = 0.0
        self.setMouseTracking(True)
        self.resize(1280, 800)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        painter.end()
        self.times.append(1000 * (time.perf_counter() - self._moved))

    def move_over(self, number: int) -> None:
        """Move the mouse over it once."""
        self._moved = time.perf_counter()
        send_mouse(self, QPointF(300 + number % 200, 300))


def empty_times(moves: int = MOVES, warm_up: int = _WARM_UP) -> list[float]:
    """Milliseconds from a move to an empty window painted, at the same rate of moves."""
    from latent_explorer.bench.measure import use_a_display
    from latent_explorer.gui.app import application

    use_a_display()
    app, window = application(), _EmptyWindow()
    window.show()
    for number in range(moves + warm_up):
        began = time.perf_counter()
        window.move_over(number)
        while time.perf_counter() < began + _PERIOD:
            app.processEvents()
            time.sleep(0.0002)
    times = window.times[-moves:]
    window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return times
