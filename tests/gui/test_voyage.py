"""Going through the moments of a run: points glide, pictures follow, axes stay, the newest is followed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.bench.person import Person
from latent_explorer.runs import RunFolder

TakeSnapshot = Callable[[Path, RunFolder, int, float], Path]
Decoded = Callable[[Path, NDArray[np.float32]], NDArray[np.uint8]]


def arrive(person: Person, index: int) -> None:
    voyage = person.window.pane.navigator
    person.wait_until(
        lambda: (
            voyage.shown is not None
            and voyage.shown.folder == voyage.folders[index]
            and not (voyage.glide.moving or voyage.gathers)
            and person.window.pane.ready
        )
    )
    person.wait_until(lambda: person.window.pane.feed.missing == 0)


@pytest.fixture
def traveller(person: Person, run: RunFolder) -> Person:
    voyage = person.window.pane.navigator
    voyage.begin(run)
    person.wait_until(lambda: len(voyage.folders) == 4)
    voyage.go_to(0)
    arrive(person, 0)
    return person


def test_points_glide_to_where_they_belong(traveller: Person) -> None:
    window, seen = traveller.window, []
    before = window.pane.points.uv
    window.pane.canvas.painted.connect(look := lambda: seen.append(window.pane.points.uv))
    window.pane.navigator.go_to(1)
    arrive(traveller, 1)
    window.pane.canvas.painted.disconnect(look)
    assert window.pane.session is not None
    np.testing.assert_array_equal(window.pane.points.uv, window.pane.session.bundle.uv)
    np.testing.assert_allclose(window.pane.points.uv, before @ [[0, 1], [-1, 0]], atol=0.01)
    between = [uv for uv in seen if not (np.allclose(uv, before) or np.allclose(uv, window.pane.points.uv))]
    assert between, "no point was seen on its way"


def test_hover_and_map_show_the_moment(traveller: Person, small_bundle: Path, decoded: Decoded) -> None:
    window = traveller.window
    traveller.move(traveller.point(0.6, 0.3))
    for index, unturned in enumerate([(1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1)]):
        window.pane.navigator.go_to(index)
        arrive(traveller, index)
        traveller.wait_until(
            lambda: window.pane.prober.probe is not None and window.pane.prober.probe.picture is not None
        )
        assert window.pane.prober.probe is not None
        uv = np.array(window.pane.prober.probe.uv)
        np.testing.assert_allclose(uv, (0.6, 0.3), atol=0.05)
        expected = decoded(small_bundle, np.reshape(unturned, (2, 2)) @ uv)
        np.testing.assert_allclose(window.pane.prober.probe.picture.astype(int), expected, atol=3)
        stand_in = window.pane.feed.interpolated(window.pane.prober.probe.uv)
        assert stand_in is not None
        assert np.abs(stand_in.astype(int) - expected).mean() < 20


def test_the_newest_is_followed_until_one_goes_back(
    traveller: Person, run: RunFolder, small_bundle: Path, take_snapshot: TakeSnapshot
) -> None:
    voyage = traveller.window.pane.navigator
    voyage.go_to(3)
    arrive(traveller, 3)
    take_snapshot(small_bundle, run, 4, 0.3)
    voyage.add()
    traveller.wait_until(lambda: len(voyage.folders) == 5)
    arrive(traveller, 4)
    voyage.go_to(1)
    arrive(traveller, 1)
    take_snapshot(small_bundle, run, 5, 0.6)
    voyage.add()
    traveller.wait_until(lambda: len(voyage.folders) == 6)
    assert voyage.index == 1


def test_the_newest_is_followed_though_others_came_before_one_was_told(
    traveller: Person, run: RunFolder, small_bundle: Path, take_snapshot: TakeSnapshot
) -> None:
    voyage = traveller.window.pane.navigator
    voyage.go_to(3)
    folders = [take_snapshot(small_bundle, run, step, step / 3) for step in (4, 5, 6)]
    for folder in folders:
        assert folder.is_dir()
        voyage.add()
    traveller.wait_until(lambda: len(voyage.folders) == 7)
    arrive(traveller, 6)


def test_going_fast_ends_where_one_stops(traveller: Person) -> None:
    voyage = traveller.window.pane.navigator
    for index in (1, 2, 3, 2, 1, 2, 3):
        voyage.go_to(index)
        traveller.wait(0.01)
    arrive(traveller, 3)
    assert voyage.index == 3


def test_what_one_has_made_of_the_map_stays(traveller: Person) -> None:
    window = traveller.window
    assert window.pane.session is not None
    window.pane.session.pin(np.array([0.5, 0.0]))
    window.pane.session.select(np.arange(len(window.pane.session.bundle.latents)) % 2 == 0)
    window.pane.canvas.zoom(2.0)
    view = window.pane.canvas.view
    window.pane.navigator.go_to(1)
    arrive(traveller, 1)
    assert window.pane.canvas.view == view
    assert window.pane.session.state.selection is not None
    assert window.pane.points.coloured(np.arange(len(window.pane.points.index))).mean() == pytest.approx(0.5, abs=0.01)
    np.testing.assert_allclose(window.pane.canvas.marks.pins[0][1], (0.5, 0.0), atol=1e-6)


def test_a_damaged_moment_is_told_and_what_is_shown_stays(traveller: Person, run: RunFolder) -> None:
    window = traveller.window
    (window.pane.navigator.folders[2] / "latents.safetensors").write_bytes(b"none")
    window.pane.navigator.go_to(2)
    bar = window.statusBar()
    assert bar is not None
    traveller.wait_until(lambda: "cannot be shown" in bar.currentMessage())
    window.pane.navigator.go_to(1)
    arrive(traveller, 1)


def test_another_bundle_ends_the_voyage(traveller: Person, small_bundle: Path) -> None:
    window = traveller.window
    window.pane.navigator.go_to(2)
    window.workbench.open(small_bundle)
    traveller.wait_until(lambda: window.pane.ready and window.pane.session is not None)
    assert window.pane.navigator.index == -1
    traveller.wait(0.3)
    assert window.pane.session is not None
    assert window.pane.session.bundle.folder == small_bundle
    window.pane.navigator.go_to(1)
    arrive(traveller, 1)


def test_a_broken_bundle_that_is_opened_meanwhile_changes_nothing(traveller: Person, tmp_path: Path) -> None:
    window = traveller.window
    window.pane.session.pin(np.array([0.5, 0.0]))
    session = window.pane.session
    window.pane.navigator.go_to(2)
    window.workbench.open(tmp_path / "nothing")
    arrive(traveller, 2)
    assert window.pane.session is session
    assert "could not be opened" in window.workbench.banner.text
