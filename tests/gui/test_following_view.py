"""While a run is gone through, the view follows the points, until a person moves it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from latent_explorer.bench.person import Person
from latent_explorer.runs import RunFolder


def outside(person: Person) -> float:
    """The share of the points that are not in sight."""
    x, y = person.canvas.view.to_screen(person.pane.points.uv).T
    view = person.canvas.view
    return float(((x < 0) | (y < 0) | (x > view.width) | (y > view.height)).mean())


@contextmanager
def watched(person: Person) -> Iterator[list[float]]:
    """What share is out of sight, at each paint."""
    shares: list[float] = []
    person.canvas.painted.connect(note := lambda: shares.append(outside(person)))
    yield shares
    person.canvas.painted.disconnect(note)


def arrive(person: Person, index: int) -> None:
    voyage = person.pane.navigator
    voyage.go_to(index)
    person.wait_until(lambda: voyage.shown is not None and voyage.shown.folder == voyage.folders[index])
    person.wait_until(lambda: not (voyage.glide.moving or voyage.gathers) and person.pane.ready)


@pytest.fixture
def moments(small_bundle: Path, tmp_path: Path, take_snapshot: Callable[..., Path]) -> RunFolder:
    """A run in whose first epochs the points move out and aside, each by a factor of three."""
    run = RunFolder(tmp_path / "own.run")
    for step in range(5):
        take_snapshot(small_bundle, run, step, 0.0, 0.02 * 3.0**step, (0.1 * 3.0**step, -0.2 * 3.0**step))
    return run


def test_the_points_stay_in_sight_as_they_move_out_and_back(person: Person, moments: RunFolder) -> None:
    person.pane.navigator.begin(moments)
    person.wait_until(lambda: len(person.pane.navigator.folders) == 5)
    arrive(person, 0)
    with watched(person) as shares:
        for index in (1, 2, 3, 4, 1):
            arrive(person, index)
            person.wait(0.05)
            assert outside(person) < 0.01, index
    assert len(shares) > 5  # one a frame, and a busy machine paints few
    assert max(shares) < 0.05
    spans = person.pane.points.uv.max(0) - person.pane.points.uv.min(0)
    assert (spans * person.canvas.view.scale / (person.canvas.view.width, person.canvas.view.height)).max() > 0.4


def test_a_view_that_a_person_has_moved_stays(person: Person, moments: RunFolder) -> None:
    person.pane.navigator.begin(moments)
    person.wait_until(lambda: len(person.pane.navigator.folders) == 5)
    arrive(person, 1)
    person.canvas.zoom(1.5)
    view = person.canvas.view
    arrive(person, 4)
    assert person.canvas.view == view
