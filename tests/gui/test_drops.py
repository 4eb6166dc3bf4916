"""What is dropped on the window: opened, or named with what can be done; a copy always."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QWidget

from latent_explorer.bench.person import Person

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ANY = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction | Qt.DropAction.LinkAction


def dragged(*things: str | Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(each)) if isinstance(each, Path) else QUrl(each) for each in things])
    return mime


def enter(person: Person, mime: QMimeData, over: QWidget | None = None) -> QPoint:
    """Drag something in, to the middle of a widget, as a file manager that would rather move it; where that is."""
    over, window = over or person.canvas, person.window
    at = over.mapTo(window, over.rect().center())
    for kind in (QDragEnterEvent, QDragMoveEvent):
        event = kind(at, ANY, mime, LEFT, NONE)
        event.setDropAction(Qt.DropAction.MoveAction)
        QApplication.sendEvent(window, event)
        assert event.isAccepted()
        assert event.dropAction() == Qt.DropAction.CopyAction
    return at


def drop(person: Person, mime: QMimeData, over: QWidget | None = None) -> None:
    event = QDropEvent(QPointF(enter(person, mime, over)), ANY, mime, LEFT, NONE)
    event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(person.window, event)
    assert event.dropAction() == Qt.DropAction.CopyAction
    assert person.window.workbench.drops.overlay.isHidden()


def said(person: Person, part: str) -> str:
    banner = person.window.workbench.banner
    person.wait_until(lambda: part in banner.text)
    return banner.text


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "birds" / "gull"
    folder.mkdir(parents=True)
    for name in ("a.png", "b.png"):
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(folder / name)
    return folder.parent


def test_while_dragged_it_is_said_what_will_become_of_it(person: Person, wide_bundle: Path, tmp_path: Path) -> None:
    overlay, before = person.window.workbench.drops.overlay, person.window.pane.session
    enter(person, dragged(wide_bundle))
    person.wait_until(lambda: overlay.title == "Open here")
    assert overlay.isVisible()
    assert overlay.taken
    assert overlay.size() == person.pane.size()
    QApplication.sendEvent(person.window, QDragLeaveEvent())
    assert overlay.isHidden()
    (tmp_path / "note.txt").write_text("hello")
    enter(person, dragged(tmp_path / "note.txt"))
    person.wait_until(lambda: "text file" in overlay.sentence)
    assert not overlay.taken
    QApplication.sendEvent(person.window, QDragLeaveEvent())
    assert person.window.pane.session is before


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n", "The picture was not opened. photo.png: expected an image"),
        ("model.pt", b"\x80\x02}q\0.", "model.pt is a PyTorch checkpoint."),
        ("empty.zip", b"PK\x05\x06" + 18 * b"\0", "empty.zip is an empty zip."),
    ],
)
def test_a_wrong_drop_is_named(
    new_window, small_bundle: Path, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    person = new_window(small_bundle)  # in which a study may be made
    (tmp_path / name).write_bytes(content)
    before = person.window.pane.session
    drop(person, dragged(tmp_path / name))
    assert said(person, name).startswith(words)
    assert "config.json " not in person.window.workbench.banner.text.partition(words)[0]
    assert person.window.pane.session is before


@pytest.mark.parametrize("link", ["https://example.org/images.zip", "ftp://example.org", "smb://there/images"])
def test_a_web_link_is_no_folder(person: Person, link: str) -> None:
    before = person.window.pane.session
    drop(person, dragged(link))
    assert "web link. Drop a folder or file of this computer." in said(person, "web link")
    assert person.window.pane.session is before


def test_several_things_and_text(person: Person, wide_bundle: Path, small_bundle: Path) -> None:
    drop(person, dragged(wide_bundle, small_bundle))
    assert "2 things" in said(person, "2 things")
    mime = QMimeData()
    mime.setText("some words")
    drop(person, mime)
    assert said(person, "text").startswith("What was dropped is text.")


def test_a_drop_goes_to_the_map_under_it(new_window, small_bundle: Path, wide_bundle: Path) -> None:
    person = new_window(small_bundle)
    bench = person.window.workbench
    bench.open_beside(small_bundle)
    first, second = bench.panes
    person.wait_until(lambda: second.ready)
    bench.activate(first)
    enter(person, dragged(wide_bundle), second)
    assert bench.drops.overlay.width() == second.width()
    drop(person, dragged(wide_bundle), second)
    person.wait_until(lambda: second.ready and second.bundle.folder == wide_bundle)
    assert first.bundle.folder == small_bundle


def test_images_are_offered_for_training(new_window, tmp_path: Path, images: Path) -> None:
    person = new_window(None)
    bench = person.window.workbench
    drop(person, dragged(images))
    assert said(person, "birds").startswith("birds is a folder of 2 images.")
    person.press_button(bench.banner.buttons["Train on these images…"])
    form = bench.training.setup.form
    assert form.plan.source == str(images)
    form.choose(source="mnist")
    (tmp_path / "note.txt").write_text("hello")
    drop(person, dragged(tmp_path / "note.txt"), bench.training)
    assert said(person, "note.txt").startswith("note.txt is a text file.")
    bench.banner.clear()
    drop(person, dragged(images), bench.training)
    person.wait_until(lambda: form.plan.source == str(images))
    assert bench.banner.text == ""
