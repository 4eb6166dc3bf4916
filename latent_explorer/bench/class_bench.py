"""From the key of another class to the whole view decoded again, in the real window."""

import time
from dataclasses import dataclass, field
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.measure import Measure, answer_of
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.errors import UserError
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.class_chooser import takes_digits

CHANGES, PLAIN_CHANGES = 40, 10
_REST = 0.5  # seconds before the next class is chosen
_USUAL = "mnist-cvae-2d"
_test: Any = QTest  # its stubs take static methods for methods
_ZOOM = 6  # wheel clicks, after which the view is full of tiles of a finer level


def measure_class(model: str | None = None) -> dict[str, Measure]:
    """Measure a window of 1280x800 without tiles on disk, with the view of the whole map, then zoomed in.

    first: until the first tile of the view has arrived. redrawn: until all are painted. The baseline decodes as many
    pictures with torch in the process that draws them. Raises UserError for a model that is not conditional, or has
    more classes than there are keys.
    """
    model = model or _USUAL
    with person_at_a_window(model) as person:
        person.wait_for_the_engine()
        if not takes_digits(person.pane):
            raise UserError(f"{model}: expected a conditional model of at most ten classes")
        far = class_times(person, CHANGES)
        person.wheel(person.canvas.rect().center(), _ZOOM)
        person.wait_for_the_engine()
        near = class_times(person, CHANGES)
    folder = folder_to_open(model, Settings())
    plain = answer_of("latent_explorer.bench.class_baseline", folder, 64 * far.tiles, PLAIN_CHANGES)
    return {
        "first_tile": Measure.of(far.first),
        "all_tiles": Measure.of(far.all).beside("plain", plain),
        "first_tile_nearer": Measure.of(near.first),
        "all_tiles_nearer": Measure.of(near.all),
    }


@dataclass
class ClassTimes:
    """Milliseconds of each change until the first tile, and until all tiles of the view. tiles: their number."""

    first: list[float] = field(default_factory=list)
    all: list[float] = field(default_factory=list)
    tiles: int = 0


def class_times(person: Person, changes: int) -> ClassTimes:
    """The times of changes, each to the next class."""
    times, names = ClassTimes(), len(person.bundle.class_names)
    for _ in range(changes):
        person.wait(_REST)
        _change(person, (person.bundle.label + 1) % names, times)
    return times


def _change(person: Person, label: int, times: ClassTimes) -> None:
    """Press the key of a class and wait until the view shows it."""
    pane, began, first = person.pane, time.perf_counter(), 0.0

    def redrawn() -> bool:
        nonlocal first
        there = person.bundle.label == label and pane.ready
        if there and not first and pane.feed.missing < len(pane.feed.keys):
            first = _since(began)
        return there and pane.feed.missing == 0 and person.canvas.frame_scheduler.at_rest

    _test.keyClick(person.canvas, Qt.Key(ord(str(label))))
    person.wait_until(redrawn)
    times.first.append(first)
    times.all.append(_since(began))
    times.tiles = len(pane.feed.keys)


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)
