"""Copying: what the inspector shows, as a picture and as text that leads back there."""

import numpy as np
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QMenu

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.images import to_array


def probed(person: Person) -> None:
    person.move(person.point(0.3, 0.2))
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)


def copy_as(person: Person, text: str) -> None:
    menu = next(each for each in person.window.findChildren(QMenu) if each.title() == "Copy as")
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_ctrl_c_on_the_map_copies_picture_and_text(person: Person) -> None:
    probed(person)
    QApplication.clipboard().clear()
    person.shortcut("Ctrl+C")
    probe, mime = person.pane.prober.probe, QApplication.clipboard().mimeData()
    assert mime.hasImage()
    picture = to_array(QApplication.clipboard().image())
    np.testing.assert_array_equal(picture[:, :, :1], probe.picture)
    latent, place = mime.text().split("\n")
    assert latent == f"latent {person.pane.prober.text(probe.z)}"
    np.testing.assert_allclose([float(each) for each in place[4:].split(", ")], probe.uv, atol=2e-3)


def test_neighbouring_pixels_are_told_apart_at_any_depth_and_the_text_leads_back(person: Person) -> None:
    for _ in range(4):
        person.canvas.zoom(8)
    person.wait_for_the_engine()
    texts = set()
    for step in range(3):
        person.move(person.canvas.rect().center() + QPoint(step, 0))
        person.wait_until(lambda: person.pane.prober.probe.picture is not None)
        copy_as(person, "Coordinates")
        texts.add(QApplication.clipboard().text())
    assert len(texts) == 3
    latest = person.pane.prober.probe.z
    assert not QApplication.clipboard().mimeData().hasImage()
    line = person.pane.inspector.coordinates
    person.type_over(line, "")
    line.paste()
    person.key(Qt.Key.Key_Return, on=line)
    (
        np.testing.assert_allclose(person.pane.prober.probe.z, latest, atol=0.6 / person.canvas.view.scale),
        "the same pixel",
    )


def test_an_enlarged_picture_has_the_same_pixels_as_squares(person: Person) -> None:
    probed(person)
    copy_as(person, "Picture")
    small = to_array(QApplication.clipboard().image())
    copy_as(person, "Enlarged picture")
    large = to_array(QApplication.clipboard().image())
    factor = large.shape[0] // small.shape[0]
    assert large.shape[0] >= 512
    np.testing.assert_array_equal(large, small.repeat(factor, 0).repeat(factor, 1))


def test_text_in_a_field_is_copied_as_text(person: Person) -> None:
    probed(person)
    line = person.pane.inspector.coordinates
    person.type_over(line, "1.5, 2")
    line.selectAll()
    person.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, on=line)
    assert QApplication.clipboard().text() == "1.5, 2"
    assert not QApplication.clipboard().mimeData().hasImage()


def test_without_a_place_nothing_is_copied_and_that_is_said(new_window) -> None:
    person = new_window(None)
    QApplication.clipboard().setText("before")
    person.window.action("Copy").trigger()
    assert QApplication.clipboard().text() == "before"
    assert "Nothing to copy" in person.window.statusBar().currentMessage()
