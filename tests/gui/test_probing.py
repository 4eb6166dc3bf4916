"""Hovering, and going to a place by its coordinates."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel

from latent_explorer.analysis import EDGE, INSIDE, OUTSIDE, Neighbourhood
from latent_explorer.bench.person import Person
from latent_explorer.gui.pane.prober import Probe
from latent_explorer.gui.panels.inspector import Inspector
from latent_explorer.gui.widgets.images import to_qimage

Decoded = Callable[[Path, NDArray[np.float32]], NDArray[np.uint8]]
PLACES = [(0.0, 0.0), (-3.5, 0.5), (4.2, -1.1), (1.3, 1.9)]


def hover(person: Person, at: QPoint) -> Probe:
    """Move there and wait for the exact picture."""
    person.move(at)
    person.wait_until(lambda: person.window.pane.prober.probe.picture is not None)
    return person.window.pane.prober.probe


def words(inspector: Inspector) -> str:
    return " ".join(label.text() for label in inspector.findChildren(QLabel))


def enter(person: Person, text: str) -> None:
    """Type coordinates over those that are there."""
    field = person.window.pane.inspector.coordinates
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    person.key(Qt.Key.Key_Return, on=field)


@pytest.mark.parametrize("place", PLACES)
def test_the_interpolated_picture_stands_in_at_once(person: Person, place: tuple[float, float]) -> None:
    window, at = person.window, person.point(*place)
    person.move(at)  # nothing of the engine can have come before this returns
    stand_in = window.pane.feed.interpolated(window.pane.canvas.to_plane(at))
    assert stand_in is not None
    assert window.pane.prober.probe.picture is None
    assert window.pane.inspector.picture.image == to_qimage(stand_in)


@pytest.mark.parametrize("place", PLACES)
def test_the_exact_picture_follows(
    person: Person, small_bundle: Path, decoded: Decoded, place: tuple[float, float]
) -> None:
    at = person.point(*place)
    probe = hover(person, at)
    u, v = person.canvas.to_plane(at)
    np.testing.assert_array_equal(probe.z, np.float32([u, v]))
    expected = decoded(small_bundle, probe.z)
    assert np.abs(probe.picture.astype(int) - expected).max() <= 1
    assert person.window.pane.inspector.picture.image == to_qimage(probe.picture)
    person.wait_until(lambda: person.window.pane.inspector.coordinates.text() == f"{probe.z[0]:.3f}, {probe.z[1]:.3f}")
    assert person.canvas.marks.probe == (u, v)
    assert person.canvas.marks.loupe == to_qimage(probe.picture)


def test_where_two_places_differ_so_do_their_pictures(person: Person) -> None:
    one, other = (hover(person, person.point(*place)).picture for place in PLACES[1:3])
    assert np.abs(one.astype(int) - other).mean() > 5


def test_the_place_is_described(person: Person) -> None:
    window, bundle = person.window, person.window.pane.session.bundle
    probe = hover(person, person.point(-4, 0))
    person.wait_until(lambda: window.pane.prober.place is not None)
    place = window.pane.prober.place
    expected = Neighbourhood(bundle.latents.mean, bundle.latents.label, 3).around(probe.z)
    np.testing.assert_array_equal(place.indices, expected.indices)
    np.testing.assert_allclose(place.shares, expected.shares)
    assert place.word in (INSIDE, EDGE, OUTSIDE)
    assert place.word.capitalize() in words(window.pane.inspector)
    np.testing.assert_allclose(person.canvas.marks.neighbours, bundle.uv[expected.indices])
    assert place.originals.shape == place.reconstructions.shape == (8, 8, 8, 1)


def test_far_from_all_data_it_says_so(person: Person) -> None:
    enter(person, "40, 40")
    person.wait_until(lambda: person.window.pane.prober.place is not None)
    assert "Outside the data" in words(person.window.pane.inspector)


def test_a_neighbour_that_is_clicked_is_gone_to(person: Person) -> None:
    window = person.window
    hover(person, person.point(0, 0))
    person.wait_until(lambda: window.pane.prober.place is not None)
    strip, third = window.pane.inspector.neighbours, int(window.pane.prober.place.indices[2])
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(2 * strip.width() // 8 + 8, 10))
    np.testing.assert_array_equal(window.pane.prober.probe.z, window.pane.session.bundle.latents.mean[third])


def test_coordinates_can_be_typed(person: Person, small_bundle: Path, decoded: Decoded) -> None:
    window = person.window
    enter(person, "1.5, -0.25")
    person.wait_until(lambda: window.pane.prober.probe.picture is not None)
    np.testing.assert_array_equal(window.pane.prober.probe.z, np.float32([1.5, -0.25]))
    assert (
        np.abs(window.pane.prober.probe.picture.astype(int) - decoded(small_bundle, window.pane.prober.probe.z)).max()
        <= 1
    )
    assert person.canvas.marks.probe == pytest.approx((1.5, -0.25))


def test_coordinates_outside_the_view_are_brought_into_it(person: Person) -> None:
    enter(person, "300 -200")
    region = person.canvas.view.region
    assert region.left < 300 < region.right
    assert region.bottom < -200 < region.top


@pytest.mark.parametrize("text", ["", "1", "1, 2, 3", "left, right", "nan, 0", "0, inf", "1e39, 0", "-2e6, 0"])
def test_what_is_no_place_is_refused_with_an_example(person: Person, text: str) -> None:
    probe = hover(person, person.point(0, 0))
    view = person.canvas.view
    person.wait_until(lambda: person.window.pane.prober.place is not None)
    enter(person, text)
    assert "2 numbers" in words(person.window.pane.inspector)
    assert person.window.pane.prober.probe.number == probe.number
    assert person.canvas.view == view


def test_a_place_far_beyond_the_view_is_painted_all_the_same(person: Person) -> None:
    """At the deepest zoom it lies more pixels away than fit into 32 bits."""
    hover(person, person.point(0, 0))
    enter(person, "1e6, -1e6")
    person.see()
    person.canvas.fit()
    person.canvas.zoom(1e12)
    person.window.pane.prober.again()
    person.see()
    person.canvas.fit()
    hover(person, person.point(0, 0))


def test_hovering_does_not_overwrite_what_is_being_typed(person: Person) -> None:
    field = person.window.pane.inspector.coordinates
    hover(person, person.point(0, 0))
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "2.5")
    hover(person, person.point(1, 1))
    assert field.text() == "2.5"


def test_leaving_the_map_takes_the_loupe_away_and_keeps_the_picture(person: Person) -> None:
    probe = hover(person, person.point(0, 0))
    person.canvas.leaveEvent(None)
    assert person.canvas.marks.loupe is None
    assert person.window.pane.inspector.picture.image == to_qimage(probe.picture)


def test_without_the_loupe_the_picture_is_in_the_inspector_alone(person: Person) -> None:
    person.choose("Loupe")
    try:
        hover(person, person.point(0, 1))
        assert person.canvas.marks.loupe is None
    finally:
        person.choose("Loupe")
    hover(person, person.point(0, 0))
    assert person.canvas.marks.loupe is not None
