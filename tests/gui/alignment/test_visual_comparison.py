"""The closure curve and the morph, driven by what the aligner would answer."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt, QTimer
from PyQt6.QtTest import QTest

from latent_explorer.alignment.protocol import ClosureMeasured, Placed
from latent_explorer.alignment.relative_fit import _work
from latent_explorer.bench.person import Person
from latent_explorer.gui.alignment import relative
from latent_explorer.gui.alignment.link import Link, LinkFit
from latent_explorer.gui.alignment.morph import arrangement
from latent_explorer.gui.alignment.visual_comparison import ByEye
from latent_explorer.service.job import JobEnded

ANCHORS = [(0, 0), (3, 3), (5, 5)]


class Same:
    """The translator of a space to itself."""

    arrays = MappingProxyType({})

    def to(self, z: np.ndarray) -> np.ndarray:
        return z.astype(np.float32)


class Silent:
    """Takes what an aligner is asked, and answers nothing."""

    def __init__(self) -> None:
        self.asked, self.cancelled = 0, []

    def ask(self, make) -> int:
        self.asked += 1
        make(self.asked)
        return self.asked

    def cancel(self, number: int) -> None:
        self.cancelled.append(number)

    def close(self) -> None:
        """There is nothing to end."""


class Inline:
    """Does the job of relating two maps at once, and tells of it a little later."""

    def __init__(self, module, conversation, request, on_report) -> None:
        assert list(_work(request))
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: on_report(JobEnded("done")))
        self._timer.start(20)

    def close(self) -> None:
        self._timer.stop()


@pytest.fixture
def link(new_window: Callable[..., Person], small_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Link:
    """The link between two maps of the same images, whose aligner is silent."""
    left = new_window(small_bundle)
    left.window.workbench.open_beside(small_bundle)
    Person(left.window).wait_for_the_engine()
    link = left.window.workbench.link
    monkeypatch.setattr(link, "_aligner", Silent())
    monkeypatch.setattr(relative, "BackgroundJob", Inline)
    link.alignment.replace(ANCHORS)
    return link


@pytest.fixture
def by_eye(link: Link) -> ByEye:
    """What the panel has to show of a link, in the docks where it belongs."""
    bench = link.source.window().workbench
    bench.docks.bring("Alignment")
    return bench.anchors.by_eye


def fit_and_place(link: Link) -> None:
    none = np.zeros((2, 0), np.int64)
    link.fit = LinkFit(tuple(ANCHORS), Same(), Same(), np.zeros((2, 3)), none.T, 0.01, "")
    link.fitted.emit()
    uv = link.target.bundle.uv
    images = np.arange(len(uv))
    link.placed.emit(Placed(7, True, images, uv[::-1].copy(), True))


def answer(link: Link, anchors: int, closure: float, *, own: bool = False, last: bool = False) -> None:
    link._take(ClosureMeasured(link._measuring, anchors, closure, own, last))


def test_the_curve_grows_as_it_is_measured_and_marks_where_one_is(link: Link, by_eye: ByEye) -> None:
    curve = by_eye.curve
    assert "Not measured" in curve.words.text()
    QTest.mouseClick(curve.button, Qt.MouseButton.LeftButton)
    assert curve.button.text() == "Cancel"
    answer(link, 3, 0.4, own=True)
    answer(link, 10, 0.6)
    assert "closure 0.400" in curve.words.text()
    assert curve.button.text() == "Cancel"
    answer(link, 100, 0.9, last=True)
    assert curve.button.text() == "Measure"
    x, y = curve._curve.getOriginalDataset()
    np.testing.assert_allclose(x, [10, 100])
    np.testing.assert_allclose(y, [0.6, 0.9])
    link.alignment.add(7, 7)
    assert "Now 4 anchors, not measured yet; with 3 it was 0.400" in curve.words.text()
    assert curve._now.value() == pytest.approx(np.log10(4))


def test_measuring_is_given_up(link: Link, by_eye: ByEye) -> None:
    curve = by_eye.curve
    QTest.mouseClick(curve.button, Qt.MouseButton.LeftButton)
    number = link._measuring
    QTest.mouseClick(curve.button, Qt.MouseButton.LeftButton)
    assert link._aligner.cancelled == [number]
    assert curve.button.text() == "Measure"
    link._take(ClosureMeasured(number, 10, 0.5, False, False))
    assert not curve.measured  # it comes too late


def test_the_slider_moves_points_to_the_arrangement_of_their_own_map(link: Link, by_eye: ByEye) -> None:
    morph, linked = by_eye.morph, link.target.linked
    assert not morph.isEnabled()
    fit_and_place(link)
    assert morph.isEnabled()
    link.target.layers.put("Translated points", False, 1.0)
    QTest.mouseClick(morph.slider, Qt.MouseButton.LeftButton, pos=QPoint(2, morph.slider.height() // 2))
    assert morph.share < 0.1
    assert link.target.layers.by_title["Translated points"].visible
    morph.slider.setValue(0)
    np.testing.assert_allclose(linked.seen(), arrangement(link.source.bundle.uv, linked.places, link.target.bundle.uv))
    morph.slider.setValue(500)
    np.testing.assert_allclose(linked.seen(), (linked.origin + linked.places) / 2, atol=1e-4)


def test_it_plays_to_the_other_end_and_stops_when_the_link_ends(link: Link, by_eye: ByEye) -> None:
    morph, person = by_eye.morph, Person(link.target.window(), link.target)
    fit_and_place(link)
    QTest.mouseClick(morph.play, Qt.MouseButton.LeftButton)
    person.wait_until(lambda: morph.share < 0.8)
    linked = link.target.linked
    assert linked.share == morph.share
    person.window.workbench.linking.toggle()
    assert not morph._tick.isActive()
    assert morph.share == 1.0
    assert linked.share == 1.0
    assert not morph.isEnabled()
    person.window.workbench.linking.toggle()
    morph = by_eye.morph  # another link has another one
    fit_and_place(person.window.workbench.link)
    QTest.mouseClick(morph.play, Qt.MouseButton.LeftButton)
    person.wait_until(lambda: not morph._tick.isActive())
    assert morph.share == 0.0


def test_an_arrangement_is_turned_and_scaled_to_lie_over_the_other_map() -> None:
    draw = np.random.default_rng(0)
    uv = draw.standard_normal((50, 2)).astype(np.float32)
    turn = np.array([(0.0, 1.0), (1.0, 0.0)], np.float32)  # mirrored, too
    ground = 3 * uv @ turn + np.float32(5)
    places = ground.copy()
    places[::4] = np.nan
    np.testing.assert_allclose(arrangement(uv, places, ground), ground, atol=0.3)
    assert arrangement(uv, np.full_like(uv, np.nan), ground) is None


def test_both_maps_are_seen_in_relative_coordinates_and_as_before(link: Link, by_eye: ByEye) -> None:
    maps, person = by_eye.relative, Person(link.target.window(), link.target)
    before = [bundle.chart_text for bundle in link.bundles]
    assert not maps.back.isVisible()
    QTest.mouseClick(maps.show_both, Qt.MouseButton.LeftButton)
    assert maps.show_both.text() == "Cancel"
    person.wait_until(lambda: maps.shown and all(bundle.chart_text.startswith("relative") for bundle in link.bundles))
    assert [bundle.chart_text for bundle in link.bundles] == list(map(str, maps.specs))
    source, target = (link.pane(side).bundle for side in (0, 1))
    np.testing.assert_allclose(source.uv, target.uv, atol=1e-4)  # of one model and itself
    person.wait_for_the_engine()
    assert "Relative to the 3 anchors" in maps.words.text()
    link.alignment.add(9, 9)
    assert "have changed" in maps.words.text()
    QTest.mouseClick(maps.back, Qt.MouseButton.LeftButton)
    person.wait_until(lambda: [bundle.chart_text for bundle in link.bundles] == before)
    assert not maps.back.isVisible()
    person.wait_for_the_engine()


def test_relative_coordinates_need_anchors_and_can_be_given_up(link: Link, by_eye: ByEye) -> None:
    maps = by_eye.relative
    link.alignment.add(11, 11)
    QTest.mouseClick(maps.show_both, Qt.MouseButton.LeftButton)
    QTest.mouseClick(maps.show_both, Qt.MouseButton.LeftButton)
    assert maps.show_both.text() == "Show both"
    link.alignment.replace(ANCHORS[:2])
    assert not maps.show_both.isEnabled()
    assert "At least 3 anchors" in maps.words.text()
