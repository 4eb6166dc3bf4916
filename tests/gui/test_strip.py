"""The rows of a filmstrip: what they say, where, and which curves are offered."""

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QColor

from latent_explorer.engine.handlers.walk import Walked
from latent_explorer.gui.pane.path_lane import Lane, figure_words, tints
from latent_explorer.gui.panels.filmstrip import COMPARED, FIRST, ROWS, STITCHED, Filmstrip
from latent_explorer.gui.panels.strip_row import StripRow, Tint
from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.choices import is_offered
from latent_explorer.paths import Path, PathFigures
from latent_explorer.paths.captions import row_captions
from latent_explorer.session import Route

FRAMES = np.zeros((6, 28, 28, 1), np.uint8)


@pytest.fixture
def filmstrip(qtbot) -> Filmstrip:
    """One at work on a path of six frames."""
    strip = Filmstrip()
    qtbot.addWidget(strip)
    strip.resize(700, 260)
    strip.show_route(Route((0.0, 0.0), (1.0, 0.0), frames=6))
    strip.change_row(FIRST, curve="Straight", model="a model")
    strip.show_frames(FRAMES)
    return strip


def figures(**changes) -> PathFigures:
    usual = {
        "length": 12.34, "ratio": 0.871, "steps": np.ones(5, np.float32), "greatest_to_mean": 1.04,
        "off": np.array([0, 0, 1, 0, 0, 0], np.uint8), "off_share": 1 / 6,
        "label": np.array([0, 0, 0, 1, 1, 1]), "sure": np.array([1, 0.9, 0.5, 0.4, 0.8, 1], np.float32),
    }  # fmt: skip
    return PathFigures(**usual | changes)


def walked(same: bool = False, **changes) -> Walked:
    z = np.zeros((6, 2), np.float32)
    found = figures(**changes)
    return Walked(1, z, found, z if same else z + 1, found)


def test_rows_lie_in_their_order_one_below_another(filmstrip):
    filmstrip.show_row(STITCHED, StripRow("Straight", "another").with_pictures(FRAMES))
    filmstrip.show_row(COMPARED, StripRow("Geodesic", "a model").with_pictures(FRAMES))
    assert [caption for caption, _ in filmstrip.rows] == ["Straight, a model", "Geodesic, a model", "Straight, another"]
    strip = filmstrip.strip
    strip.resize(700, 240)
    tops = [strip._cell(0, row).top() for row in range(len(ROWS))]
    assert tops == sorted(tops)
    cells = [strip._cell(index, row) for index in range(3) for row in range(len(ROWS))]
    assert all(QRect(0, 0, 700, 240).contains(cell) for cell in cells)
    filmstrip.show_route(Route((0.0, 0.0), (2.0, 0.0), frames=6))
    assert filmstrip.rows == []


def test_a_row_alone_says_nothing_and_takes_no_more_room_than_before(filmstrip):
    route = filmstrip._route
    filmstrip.show_route(None)
    empty = filmstrip.strip.minimumHeight()
    filmstrip.show_route(route)
    filmstrip.show_frames(FRAMES)
    assert [caption for caption, _ in filmstrip.rows] == [""]
    filmstrip.change_row(FIRST, figures="length 3", band=(Tint(QColor("red"), "a"),) * 6)
    assert filmstrip.strip.minimumHeight() == empty
    filmstrip.show_row(COMPARED, StripRow("Geodesic").with_pictures(FRAMES))
    assert filmstrip.strip.minimumHeight() > empty


def test_what_is_pointed_at_is_explained(filmstrip):
    band = tuple(Tint(QColor("red"), f"class {frame}") for frame in range(6))
    filmstrip.change_row(FIRST, figures="length 3", tip="What length means", band=band)
    strip = filmstrip.strip
    strip.resize(700, 80)
    third = strip._cell(2).center().x()
    assert strip.words_at(QPoint(5, 2)) == "length 3\n\nWhat length means"
    assert strip.words_at(QPoint(third, strip.height() - 2)) == "class 2"
    assert "scrub" in strip.words_at(QPoint(third, strip.height() // 2))


def test_figures_are_one_line_of_plain_words():
    assert figure_words(walked(), "geodesic") == "0.87 × straight length · largest step 1.04 × mean · 17 % off the data"
    assert figure_words(walked(), "straight").startswith("length 12.3 · ")
    assert "no shorter path was found" in figure_words(walked(same=True), "geodesic")
    nothing = walked(length=None, ratio=None, greatest_to_mean=None, off_share=None)
    assert figure_words(nothing, "straight") == ""


def test_the_band_is_paler_where_the_class_is_unsure():
    found = tints(figures(), ("one", "two"), DARK)
    assert found[0].colour == QColor(DARK.of_class(0))
    assert found[3].colour not in (QColor(DARK.of_class(1)), found[5].colour)
    assert found[2].words == "Frame 3: one, 50% of the nearest images; off the data"
    assert tints(figures(label=np.zeros(0, np.int64)), (), DARK) == ()


def test_curves_that_lack_something_are_not_offered_and_say_why(filmstrip):
    filmstrip.offer(decodes=False, data=True, labels=False)
    box, index = filmstrip._curve, filmstrip._curve.findData("geodesic")
    assert not is_offered(box, index)
    assert "no decoder" in box.model().item(index).toolTip()
    assert is_offered(box, box.findData("spherical"))
    assert not is_offered(filmstrip._easing, filmstrip._easing.findData("even"))
    filmstrip.offer(decodes=True, data=True, labels=True)
    assert is_offered(box, index)


def test_comparing_walks_evenly_unless_another_pace_is_chosen(filmstrip):
    chosen: list[Route] = []
    filmstrip.route_chosen.connect(chosen.append)
    box = filmstrip._compare
    box.setCurrentIndex(box.findData("spherical"))
    box.activated.emit(box.currentIndex())
    assert (chosen[-1].compare, chosen[-1].easing) == ("spherical", "even")
    filmstrip._easing.setCurrentIndex(filmstrip._easing.findData("gentle"))
    filmstrip._curve.setCurrentIndex(filmstrip._curve.findData("geodesic"))
    filmstrip._curve.activated.emit(filmstrip._curve.currentIndex())
    assert (chosen[-1].curve, chosen[-1].easing) == ("geodesic", "gentle")


def test_a_curve_that_was_refused_says_why_beside_the_straight_line():
    lane = Lane.of(FIRST, Path(np.zeros(2, np.float32), np.ones(2, np.float32), "geodesic", 5))
    assert lane.computing
    lane.refused = "this model has no decoder"
    assert lane.waits == "Not computed: this model has no decoder. This is the straight line."
    assert not lane.computing


def test_captions_say_what_tells_rows_apart():
    assert row_captions([("Straight", "a")], "Straight") == [""]
    assert row_captions([("Geodesic", "a")], "Straight") == ["Geodesic"]
    assert row_captions([("Straight", "a"), ("Straight", "b")]) == ["a", "b"]
    assert row_captions([("Straight", "a"), ("Straight", "a")]) == ["a", "a"]


def test_a_path_that_arrives_early_says_when():
    z = np.array([[0.0, 0], [1, 0], [2, 0], [2, 0], [2, 0]], np.float32)
    told = figure_words(Walked(1, z, figures(), z + 1, figures()), "geodesic")
    assert told.endswith("arrives at frame 3")
    straight = np.linspace(z[0], z[-1], 5)
    assert "arrives" not in figure_words(Walked(1, straight, figures(), straight + 1, figures()), "geodesic")


def test_without_a_decoder_there_is_the_band_and_it_is_said_why_there_are_no_pictures(filmstrip):
    filmstrip.show_route(None)
    filmstrip.show_route(Route((0.0, 0.0), (1.0, 0.0), frames=4))
    strip, colours = filmstrip.strip, [QColor("#102030"), QColor("#d04050")]
    strip.explain("this model has no decoder")
    band = tuple(Tint(colours[number // 2], f"class {number}") for number in range(4))
    filmstrip.change_row(FIRST, curve="Straight", figures="0 % off the data", band=band)
    strip.resize(400, 80)
    assert strip.words_at(QPoint(10, strip.height() - 2)) == "class 0"
    assert strip.words_at(QPoint(390, strip.height() - 2)) == "class 3"
    assert strip.words_at(QPoint(200, 40)) == "This model has no decoder, and so none of a path."
    filmstrip.grab()  # which lays it out
    image = strip.grab().toImage()
    ends = [image.pixelColor(x, image.height() - 3).name() for x in (10, image.width() - 10)]
    assert ends == [colour.name() for colour in colours]
