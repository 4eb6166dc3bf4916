"""From a move of the pointer to its picture painted, in the real window."""

import itertools
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from PyQt6.QtCore import QRect, QSize, QTimer
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.hand import Hand
from latent_explorer.bench.measure import Measure, answer_of
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings
from latent_explorer.points.splat import wait_for_compiled

MOVES, PLAIN_MOVES = 1000, 300
_PERIOD = 1 / 125  # an ordinary mouse reports 125 times a second
_WARM_UP = 100
_RELOAD_MS = 40


@dataclass
class HoverTimes:
    """Milliseconds from each move to its picture painted; a superseded move counts until the next one is painted.

    waiting: the times of the moves whose picture, or a newer one, is not painted yet.
    """

    exact: list[float] = field(default_factory=list)
    interpolated: list[float] = field(default_factory=list)
    waiting: deque[float] = field(default_factory=deque)

    def moved(self) -> None:
        """Call after each move of the pointer."""
        self.waiting.append(time.perf_counter())

    def painted(self, _: object) -> None:
        """Call when the newest picture is painted."""
        now = time.perf_counter()
        self.exact += [1000 * (now - moved) for moved in self.waiting]
        self.waiting.clear()


def measure_hover(model: str | None = None) -> dict[str, Measure]:
    """Hover at 125 moves a second, first with all tiles loaded, then while all of them are computed again.

    The baseline, in the same run, decodes in the mouse handler of a pyqtgraph scatter plot. plain: Qt repaints what has
    changed; plain_forced: everything is repainted after each move.
    """
    with person_at_a_window(model) as person:
        person.wait_for_the_engine()
        wait_for_compiled()  # the first launch compiles for some seconds
        calm = hover_times(person)
        loaded = _hover_under_load(person)
    folder = folder_to_open(model, Settings())
    plain = answer_of("latent_explorer.bench.hover_baseline", folder, "hover", PLAIN_MOVES)
    times = {
        "hover_to_paint": calm.exact,
        "hover_to_paint_under_load": loaded.exact,
        "hover_to_interpolated": calm.interpolated,
        "hover_to_interpolated_under_load": loaded.interpolated,
    }
    return {
        name: Measure.of(each).beside("plain", plain["unforced"]).beside("plain_forced", plain["forced"])
        for name, each in times.items()
    }


def hover_times(person: Person, moves: int = MOVES, warm_up: int = _WARM_UP) -> HoverTimes:
    """The times of moves over the map, after a warm-up.

    Raises UserError if there is no picture for the last move.
    """
    left = iter(range(moves - 1, -1, -1))
    return hover_while(person, lambda: next(left, 0) > 0, warm_up)


def hover_while(person: Person, going: Callable[[], bool], warm_up: int = _WARM_UP) -> HoverTimes:
    """The times of at least one move, for as long as `going` returns true, after a warm-up.

    Raises UserError if there is no picture for the last move.
    """
    canvas, prober, times = person.canvas, person.window.pane.prober, HoverTimes()
    on_map = QRect(canvas.origin.toPoint(), QSize(canvas.view.width, canvas.view.height))  # without the axes
    hand, steps = Hand(person.surface, on_map), itertools.count()
    for _ in range(warm_up):
        _move(person, hand, next(steps), HoverTimes())
    prober.on_exact = times.painted
    again = True
    while again:
        _move(person, hand, next(steps), times)
        again = going()
    person.wait_until(lambda: not times.waiting)
    prober.on_exact = lambda _: None
    return times


def _move(person: Person, hand: Hand, step: int, times: HoverTimes) -> None:
    prober = person.window.pane.prober
    began, before = time.perf_counter(), prober.interpolated.total
    times.moved()
    person.move(hand.curve(step / 125).toPoint())
    if prober.interpolated.total != before:
        times.interpolated.append(1000 * (time.perf_counter() - began))
    while time.perf_counter() < began + _PERIOD:
        QApplication.processEvents()
        time.sleep(0.0002)


def _hover_under_load(person: Person) -> HoverTimes:
    """The times while all tiles of the view are repeatedly dropped and requested again."""
    window = person.window

    def reload() -> None:
        if window.pane.feed.missing == 0:
            person.forget_tiles()
            window.pane.feed.look(window.pane.canvas.view, window.pane.canvas.marks.probe)

    timer = QTimer()
    timer.timeout.connect(reload)
    timer.start(_RELOAD_MS)
    try:
        return hover_times(person)
    finally:
        timer.stop()
