"""Points sorted in a thread: the newest are shown, nothing is sorted twice, and the thread ends with the window."""

import threading
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import Person
from latent_explorer.gui.layers import points
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.theme import DARK, LIGHT
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.points import index as indexing
from latent_explorer.points import levels
from latent_explorer.points.index import PointIndex


def cloud(seed: int, count: int = 300) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 1, (count, 2)).astype(np.float32)


class Gate:
    """Holds up each sorting at its first step, until it is opened."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.open = threading.Event()
        self.began: list[int] = []
        patch.setattr(points, "PointIndex", self._sort)

    def _sort(self, uv, group, pause=lambda: None):
        self.began.append(len(uv))
        self.open.wait(60)
        return PointIndex(uv, group, pause)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    monkeypatch.setattr(points, "_AT_ONCE", 10)
    return Gate(monkeypatch)


@pytest.fixture
def sorter(qapp: QApplication):
    sorter = LatestTask("point sorter")
    yield sorter
    sorter.close()


def show(layer: PointLayer, uv: NDArray[np.float32], hidden: frozenset[int] = frozenset(), theme=DARK) -> None:
    layer.show(uv, (np.arange(len(uv)) % 3), 3, hidden, theme)


def test_points_are_shown_once_they_are_sorted(qtbot, gate: Gate, sorter: LatestTask) -> None:
    layer, uv = PointLayer(sorter), cloud(0)
    show(layer, uv)
    assert (layer.count, layer.sorting, layer.text) == (0, 300, "sorting 300 points…")
    gate.open.set()
    qtbot.waitUntil(lambda: not layer.sorting, timeout=60_000)
    assert (layer.count, layer.text) == (300, "300 points")
    assert layer.index.uv is uv


def test_what_is_shown_later_takes_the_place_of_what_is_still_sorted(qtbot, gate: Gate, sorter: LatestTask) -> None:
    layer, handed = PointLayer(sorter), []
    sorter.done.connect(lambda index: handed.append(len(index)))
    for count in (300, 200, 250):
        show(layer, cloud(0, count))
    qtbot.waitUntil(lambda: len(gate.began) == 3, timeout=60_000)
    gate.open.set()
    qtbot.waitUntil(lambda: not layer.sorting, timeout=60_000)
    sorter.close()
    QApplication.processEvents()
    assert handed == [250]
    show(layer, cloud(1, 300))
    show(layer, cloud(2, 5))  # few, sorted at once
    sorter.close()
    QApplication.processEvents()
    assert (handed, len(layer.index)) == ([250], 5)


def test_hidden_classes_and_themes_sort_nothing_anew(monkeypatch: pytest.MonkeyPatch, qtbot, gate, sorter) -> None:
    gate.open.set()
    layer, uv = PointLayer(sorter), cloud(0)
    show(layer, uv)
    qtbot.waitUntil(lambda: not layer.sorting, timeout=60_000)
    index = layer.index
    monkeypatch.setattr(points, "PointIndex", None)
    show(layer, uv, frozenset({1}), LIGHT)
    assert (layer.index, layer.count, len(gate.began)) == (index, 200, 1)


def test_a_selection_made_before_is_marked_once_the_points_are_there(qtbot, gate: Gate, sorter: LatestTask) -> None:
    layer, chosen = PointLayer(sorter), np.arange(300) < 40
    show(layer, cloud(0))
    layer.select(chosen)
    gate.open.set()
    qtbot.waitUntil(lambda: not layer.sorting, timeout=60_000)
    np.testing.assert_array_equal(layer._marks[0], chosen[layer.index.points.order])


def test_a_sorter_that_is_closed_gives_up_and_hands_nothing_on(qapp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_LEVELS_FROM", 10)
    sorter, handed, steps = LatestTask("point sorter"), [], []
    sorter.done.connect(handed.append)
    check = sorter._check

    def close_at_the_first_step(number: int) -> None:
        steps.append(number)
        sorter.drop()
        check(number)

    monkeypatch.setattr(sorter, "_check", close_at_the_first_step)
    sorter.begin(partial(PointIndex, cloud(0, 200_000), np.zeros(200_000, np.int64)))
    sorter.close()
    QApplication.processEvents()
    assert (handed, steps) == ([], [1])
    assert not any(thread.name == "point sorter" for thread in threading.enumerate())


def test_a_window_says_that_it_sorts_and_selects_only_afterwards(new_window, small_bundle, gate: Gate) -> None:
    person: Person = new_window(small_bundle)
    window = person.window
    assert window.pane.points.sorting == 120
    person.wait_until(lambda: "Sorting 120 points" in window.workbench.status.work.text())
    person.choose("Select")
    person.drag(person.point(-9, 9), person.point(9, -9), 0.1)
    assert window.pane.session.state.selection is None
    assert "still being sorted" in window.statusBar().currentMessage()
    before = person.canvas.grab().toImage()  # at rest but for the points
    gate.open.set()
    person.wait_until(lambda: window.pane.points.count == 120)
    assert person.map_at_rest() != before
    person.drag(person.point(-9, 9), person.point(9, -9), 0.1)
    assert window.pane.session.state.selection.count == 120


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.sampled_from([51, 2**40, 2**62]))
def test_keys_are_sorted_and_equal_ones_stay_as_they_were(keys: list[int], limit: int) -> None:
    found = np.array(keys)
    order = levels._sort(found, limit)
    assert found.tolist() == sorted(keys)
    assert order.tolist() == sorted(range(len(keys)), key=lambda place: keys[place])


@given(st.integers(0, 50), st.integers(1, 400))
def test_working_in_pieces_changes_nothing(seed: int, piece: int) -> None:
    uv, group = cloud(seed), np.arange(300) % 3
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "_LEVELS_FROM", 10)
        patch.setattr(indexing, "_PER_CELL", 0.02)
        whole = PointIndex(uv, group)
        patch.setattr(levels, "_PIECE", piece * 2)
        parts = PointIndex(uv, group)
    assert len(whole.levels) > 1
    assert whole.density == parts.density
    for one, other in zip(whole.levels, parts.levels, strict=True):
        for name in ("cells", "u", "v", "group", "count", "order", "starts"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
