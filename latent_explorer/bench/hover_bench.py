"""From a move of the pointer to its picture painted, in the real window."""

import time
from collections import deque
from dataclasses import dataclass, field

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.hand import Hand
from latent_explorer.bench.measure import Measure, answer_of
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings
from latent_explorer.points.splat import wait_for_compiled

MOVES = 1000
_PERIOD = 1 / 125  # a usual mouse reports 125 times a second
_WARM_UP = 100
_RELOAD_MS = 40


@dataclass
class HoverTimes:
    """Milliseconds from each move to its picture painted; a move overtaken by the next counts until that is."""

    exact: list[float] = field(default_factory=list)
    interpolated: list[float] = field(default_factory=list)
    waiting: deque[float] = field(default_factory=deque)

    def painted(self, _: object) -> None:
        """The newest picture is on screen."""
        now = time.perf_counter()
        self.exact += [1000 * (now - moved) for moved in self.waiting]
        self.waiting.clear()


def measure_hover(model: str | None = None) -> dict[str, Measure]:
    """Hover at 125 moves a second, first over tiles that are there, then while all of them are computed anew.

    Beside it, in the same run, a plain program that decodes in the mouse handler of a pyqtgraph scatter plot: the
    baseline has all of it repainted after each move, `unforced` is how Qt itself repaints what has changed.
    """
    with person_at_a_window(model) as person:
        person.wait_for_the_engine()
        wait_for_compiled()  # which the very first launch does meanwhile, for some seconds
        calm = _hover(person)
        loaded = _hover_under_load(person)
    plain = answer_of("latent_explorer.bench.hover_baseline", folder_to_open(model, Settings()), "hover")
    times = {
        "hover_to_paint": calm.exact,
        "hover_to_paint_under_load": loaded.exact,
        "hover_to_interpolated": calm.interpolated,
        "hover_to_interpolated_under_load": loaded.interpolated,
    }
    return {
        name: Measure.of(each, plain["forced"]).beside("unforced", plain["unforced"]) for name, each in times.items()
    }


def _hover(person: Person, moves: int = MOVES) -> HoverTimes:
    times, hand = HoverTimes(), Hand(person.surface)
    prober = person.window.pane.prober
    prober.on_exact = times.painted
    for step in range(moves + _WARM_UP):
        due = time.perf_counter() + _PERIOD
        moved = time.perf_counter()
        times.waiting.append(moved)
        before = prober.interpolated.total
        person.move(hand.curve(step / 125).toPoint())
        if prober.interpolated.total != before:
            times.interpolated.append(1000 * (time.perf_counter() - moved))
        while time.perf_counter() < due:
            QApplication.processEvents()
            time.sleep(0.0002)
        if step == _WARM_UP:
            times.exact.clear()
            times.interpolated.clear()
    person.wait_until(lambda: not times.waiting, 5, strict=False)
    prober.on_exact = lambda _: None
    return times


def _hover_under_load(person: Person) -> HoverTimes:
    """The same while every tile of the view is forgotten and wanted again, over and over."""
    window = person.window

    def reload() -> None:
        if window.pane.feed.missing == 0:
            person.forget_tiles()
            window.pane.feed.look(window.pane.canvas.view, window.pane.canvas.marks.probe)

    timer = QTimer()
    timer.timeout.connect(reload)
    timer.start(_RELOAD_MS)
    try:
        return _hover(person)
    finally:
        timer.stop()
