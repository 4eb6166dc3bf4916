"""One's own image in the real window: drawn, dropped, pasted; its place, and what can be done from there."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import Person
from latent_explorer.charts import ChartSpec
from latent_explorer.engine.process import ThreadEngine
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.gui.studies.own_image.pictures import image_of, png_of
from latent_explorer.gui.studies.own_image.study import OwnImageStudy
from latent_explorer.session.own_image import MOST_CHARACTERS, OwnImage
from tests.gui.pens import FOUR, LEFT, RIGHT, own_image, settled, stroke
from tests.gui.test_drops import dragged, drop, said

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module", autouse=True)
def made(shared_window: MainWindow) -> None:
    """The panel is made before what a test leaves behind is counted: the list in it is a window of its own."""
    shared_window.workbench.show_study("own-image")


@pytest.fixture
def study(person: Person) -> Iterator[OwnImageStudy]:
    found = own_image(person)
    found.panel.sketch.begin(person.bundle.config.net.image_shape, 255)  # whatever another test has drawn
    found.panel.pad.show_sheet()
    yield found
    person.window.workbench.banner.clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    image = np.full((40, 30), 250, np.uint8)
    image[8:30, 12:17] = 10
    Image.fromarray(image).save(tmp_path / "own.png")
    return tmp_path / "own.png"


def draw_four(person: Person, study: OwnImageStudy) -> None:
    for each in FOUR:
        stroke(study.panel.pad, each)
    settled(person, study)


def test_each_stroke_moves_its_place(person: Person, study: OwnImageStudy) -> None:
    stroke(study.panel.pad, FOUR[0])
    settled(person, study)
    first, mark = study.latent, study.mark.uv
    stroke(study.panel.pad, FOUR[1])
    settled(person, study)
    assert not np.allclose(first, study.latent)
    assert study.mark.uv != mark
    assert study.mark.uv == pytest.approx(tuple(person.bundle.chart.to_plane(study.latent)))


def test_through_another_chart_it_lies_where_that_has_it(new_window, wide_bundle: Path) -> None:
    person = new_window(wide_bundle)
    study = own_image(person)
    stroke(study.panel.pad, FOUR[0])
    settled(person, study)
    before, chart = study.mark.uv, ChartSpec.of("slice:up=4")
    person.pane.session.see_through(chart)
    person.wait_until(lambda: person.bundle.spec == chart)
    assert study.mark.uv is None  # rather than where the other map had it
    settled(person, study)
    assert study.mark.uv == pytest.approx(tuple(person.bundle.chart.to_plane(study.latent)))
    assert study.mark.uv != before


def test_while_a_stroke_is_drawn_no_latent_is_improved_and_then_it_is(
    person: Person, study: OwnImageStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ask = [], person.pane.client.ask
    monkeypatch.setattr(
        person.pane.client, "ask", lambda kind, *content, **named: asked.append(named) or ask(kind, *content, **named)
    )
    stroke(study.panel.pad, FOUR[0])
    settled(person, study)
    refined = [each["refined"] for each in asked if "refined" in each]
    assert not refined[0]
    assert refined[-1]


def test_strokes_that_follow_one_another_wait_for_no_improvement(
    person: Person, study: OwnImageStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ask = [], person.pane.client.ask
    monkeypatch.setattr(
        person.pane.client, "ask", lambda kind, *content, **named: asked.append(named) or ask(kind, *content, **named)
    )
    study.panel.pad.ended.emit()  # a pen that draws nothing asks for nothing
    stroke(study.panel.pad, FOUR[0])
    stroke(study.panel.pad, FOUR[1])
    assert not any(each.get("refined") for each in asked)
    settled(person, study)
    refined = [each["refined"] for each in asked if "refined" in each]
    assert not refined[0]
    assert refined[-1]


def test_what_is_known_of_it_is_shown(person: Person, study: OwnImageStudy) -> None:
    draw_four(person, study)
    panel = study.panel
    assert panel.prepared.image.size() == panel.decoded.image.size()
    assert f"{study.encoded.error:.4f}" in panel.error.text()
    assert "held-out images" in panel.likely.text()
    assert "distance to the nearest images" in panel.detail.text()
    assert "likelihood by" in panel.detail.text()
    assert panel.gauge.percentile is not None
    assert panel.shares.accessibleDescription()


def test_the_sheet_is_encoded_as_it_is_prepared(person: Person, study: OwnImageStudy) -> None:
    draw_four(person, study)
    image = study.encoded.prepared
    assert image.shape == person.bundle.config.net.image_shape
    assert image.min() < 100  # the stroke


def test_a_stroke_is_smooth(person: Person, study: OwnImageStudy) -> None:
    stroke(study.panel.pad, ((0.2, 0.2), (0.8, 0.7)))
    levels = np.unique(study.panel.sketch.pixels())
    assert len(levels) > 10  # between ground and ink


def test_undo_redo_clear_and_the_rubber(person: Person, study: OwnImageStudy) -> None:
    panel, pad = study.panel, study.panel.pad
    stroke(pad, FOUR[0])
    one = panel.sketch.pixels()
    stroke(pad, FOUR[1])
    two = panel.sketch.pixels()
    person.press_button(panel.undo)
    assert np.array_equal(panel.sketch.pixels(), one)
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert np.array_equal(panel.sketch.pixels(), two)
    person.press_button(panel.clear)
    assert panel.sketch.empty
    settled(person, study)
    assert study.latent is None
    assert study.mark.uv is None
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert np.array_equal(panel.sketch.pixels(), two)
    stroke(pad, ((0.6, 0.3), (0.6, 0.9)), RIGHT)
    assert panel.sketch.pixels().sum() > two.sum()


def test_a_broad_pen_draws_more(person: Person, study: OwnImageStudy) -> None:
    stroke(study.panel.pad, FOUR[1])
    thin = (study.panel.sketch.pixels() < 128).sum()
    study.panel.clear.click()
    study.panel.thickness.setValue(20)
    stroke(study.panel.pad, FOUR[1])
    study.panel.thickness.setValue(8)
    assert (study.panel.sketch.pixels() < 128).sum() > 1.8 * thin


def test_a_step_that_is_switched_off_is_left_out(person: Person, study: OwnImageStudy, file: Path) -> None:
    study.read(file)
    person.wait_until(lambda: not study.panel.sketch.empty)
    settled(person, study)
    cropped = study.encoded.prepared
    person.press_button(study.panel.steps["crop"])
    settled(person, study)
    assert not np.array_equal(cropped, study.encoded.prepared)
    person.press_button(study.panel.steps["crop"])
    settled(person, study)


def test_a_file_dropped_on_the_map_is_placed(person: Person, study: OwnImageStudy, file: Path) -> None:
    drop(person, dragged(file))
    person.wait_until(lambda: not study.panel.sketch.empty)
    settled(person, study)
    assert study.latent is not None
    assert study.panel.note.text() == "own.png"


def test_a_picture_that_is_opened_from_the_menu_is_placed(person: Person, study: OwnImageStudy, file: Path) -> None:
    person.window.workbench.open_path(file)
    person.wait_until(lambda: not study.panel.sketch.empty)
    settled(person, study)
    assert study.latent is not None
    assert study.panel.note.text() == "own.png"


def test_one_of_several_in_a_folder_is_placed_and_training_is_offered(
    person: Person, study: OwnImageStudy, file: Path
) -> None:
    Image.open(file).save(file.with_name("other.png"))
    drop(person, dragged(file))
    assert "own.png is placed on the map" in said(person, "own.png")
    assert "Train on these images…" in person.window.workbench.banner.buttons
    person.wait_until(lambda: not study.panel.sketch.empty)


def test_a_file_dropped_on_the_pad_is_placed(person: Person, study: OwnImageStudy, file: Path) -> None:
    mime, keys, copy = dragged(file), Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    entered = QDragEnterEvent(QPoint(20, 20), copy, mime, LEFT, keys)
    QApplication.sendEvent(study.panel.pad, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(study.panel.pad, QDropEvent(QPointF(20, 20), copy, mime, LEFT, keys))
    person.wait_until(lambda: not study.panel.sketch.empty)
    settled(person, study)
    assert study.latent is not None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("no.png", b"words", "expected an image"), ("cut.jpg", b"\xff\xd8\xff\xe0 and no more", "expected an image")],
)
def test_a_bad_file_is_named(
    person: Person, study: OwnImageStudy, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    study.read(tmp_path / name)
    assert words in said(person, name)
    assert study.panel.sketch.empty


def test_of_an_animation_the_first_frame_is_placed_and_that_is_said(
    person: Person, study: OwnImageStudy, tmp_path: Path
) -> None:
    frames = [Image.fromarray(np.full((9, 9), level, np.uint8)) for level in (30, 90)]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    study.read(tmp_path / "film.gif")
    person.wait_until(lambda: "first one" in study.panel.note.text())
    settled(person, study)
    assert study.encoded.prepared.max() == 30


def test_the_clipboard_is_pasted(person: Person, study: OwnImageStudy, file: Path) -> None:
    image = QImage(20, 20, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))  # nothing but transparency, which is white
    clipboard = QGuiApplication.clipboard()
    clipboard.setImage(image)
    person.shortcut("Ctrl+V")
    settled(person, study)
    assert study.encoded.prepared.min() == 255
    clipboard.setMimeData(dragged(file))
    person.shortcut("Ctrl+V")
    person.wait_until(lambda: study.panel.note.text() == "own.png")
    words = QMimeData()
    words.setText("words")
    clipboard.setMimeData(words)
    person.shortcut("Ctrl+V")
    assert "no picture on the clipboard" in person.window.statusBar().currentMessage()


def test_it_is_pinned_gone_to_and_a_path_begins_there(person: Person, study: OwnImageStudy) -> None:
    draw_four(person, study)
    person.press_button(study.panel.pin)
    (pin,) = person.pane.session.state.pins
    assert pin.name == "Your image"
    assert np.allclose(pin.z, study.latent)
    person.press_button(study.panel.go)
    assert np.allclose(person.pane.prober.probe.z, study.latent)
    person.press_button(study.panel.path)
    person.click(person.point(3.0, 3.0))
    assert np.allclose(person.pane.session.state.route.start, study.latent)


def test_the_menu_on_its_mark_offers_the_same(person: Person, study: OwnImageStudy) -> None:
    draw_four(person, study)
    at = QPointF(*person.canvas.view.to_screen_point(study.mark.uv))
    offered = [each.text for each in person.pane.menus.more[-1](at) if each is not None]
    assert "Path from your image" in offered
    assert not list(person.pane.menus.more[-1](QPointF(-900, -900)))


def test_an_exported_map_does_not_show_it(person: Person, study: OwnImageStudy) -> None:
    before = person.canvas.picture(1.0)
    draw_four(person, study)
    assert person.canvas.picture(1.0) == before


def test_it_is_there_again_when_the_model_is_opened_again(
    person: Person, study: OwnImageStudy, small_bundle: Path, wide_bundle: Path
) -> None:
    draw_four(person, study)
    z, sheet = study.latent, study.panel.sketch.pixels()
    person.wait_until(lambda: person.pane.session.state.own is not None)
    person.window.workbench.open(wide_bundle)
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.folder == wide_bundle)
    assert study.panel.sketch.empty
    person.window.workbench.open(small_bundle)
    person.wait_until(lambda: study.latent is not None)
    assert np.allclose(study.latent, z, atol=1e-5)
    assert np.array_equal(study.panel.sketch.pixels(), sheet)


def test_a_window_begins_with_what_was_kept(new_window, small_bundle: Path) -> None:
    first = new_window(small_bundle, ThreadEngine)
    study = own_image(first)
    draw_four(first, study)
    z = study.latent
    first.window.close()
    second = new_window(small_bundle, ThreadEngine)
    again = second.window.workbench.studies.made("own-image")
    second.wait_until(lambda: again.latent is not None)
    assert np.allclose(again.latent, z, atol=1e-5)


def test_what_is_kept_is_small_and_whole() -> None:
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    image.fill(QColor(9, 99, 199))
    again = image_of(png_of(image))
    assert max(again.width(), again.height()) == 224
    assert OwnImage.of(b"x" * MOST_CHARACTERS, (), (), True, "") is None
    assert OwnImage("no base 64").content == b""
    assert OwnImage("aGVsbG8=").content == b""
    assert image_of(b"") is None
