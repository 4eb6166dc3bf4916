"""Names from files are shown as they are, everywhere in the window, and make nothing wide."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QMessageBox, QWidget

from latent_explorer.bench.person import Person
from latent_explorer.bundles import files, read_config
from latent_explorer.bundles.config import BundleConfig
from latent_explorer.gui.widgets.plain import ColouredLabel, PlainLabel, caption, message_box, tooltip, window_title

MARKUP = "<h1>big</h1><img src='/tmp/x.png'>"
NAMES = {
    "markup": (MARKUP, (f"<b>{MARKUP}", "a & b", "c")),
    "long": ("n" * 10_000, ("k" * 10_000, "two\nlines\x1b[31m", "\u202eflipped")),
}


def renamed(folder: Path, target: Path, name: str, classes: tuple[str, ...]) -> Path:
    """A bundle that is called otherwise, sealed as if it had always been."""
    config = read_config(folder)
    record = msgspec.structs.replace(config.dataset, class_names=classes, name=name)
    target.mkdir()
    kept = {each: (folder / each).read_bytes() for each in config.files if each != files.CONFIG}
    changed: BundleConfig = msgspec.structs.replace(config, name=name, dataset=record)
    for each, content in {**kept, files.CONFIG: files.sealed_config(changed, kept)}.items():
        (target / each).write_bytes(content)
    return target


def labels(window: QWidget) -> Iterator[QLabel]:
    for each in window.findChildren(QLabel):
        if each.textFormat() != Qt.TextFormat.PlainText and each.objectName() != "label":  # of pyqtgraph's own menu
            yield each


def tips(window: QWidget) -> Iterator[str]:
    for each in (*window.findChildren(QWidget), *window.findChildren(QAction)):
        if each.toolTip() and "<" in each.toolTip().removeprefix("<p ").removesuffix("</p>"):
            yield each.toolTip()


@pytest.mark.parametrize("kind", NAMES)
def test_a_window_on_such_a_bundle_shows_them_as_text(
    new_window: Callable[..., Person], small_bundle: Path, tmp_path: Path, kind: str
) -> None:
    name, classes = NAMES[kind]
    person = new_window(renamed(small_bundle, tmp_path / "named", name, classes))
    window = person.window
    person.move(person.point(0, 0))
    person.wait_until(lambda: window.pane.prober.place is not None)
    window.pane.selecting.select_class(1)
    window.workbench.open_beside(small_bundle)  # so that the panes have titles
    window.workbench.banner.say(f"{name} could not be opened: {classes[0]}")
    window.workbench.status.say(name)
    assert not [each.text() for each in labels(window) if not isinstance(each, ColouredLabel)]
    assert not list(tips(window))
    assert window.minimumSizeHint().width() < 1000
    assert window.workbench.banner.sizeHint().width() < 20_000
    assert "\x1b" not in window.workbench.banner.text
    assert len(window.windowTitle()) < 100


def test_labels_and_boxes_show_any_text_as_it_is(qapp) -> None:
    parent = QWidget()
    label, box = PlainLabel(MARKUP), message_box(parent, MARKUP, MARKUP, MARKUP)
    assert label.text() == MARKUP
    for each in (label, *box.findChildren(QLabel)):
        assert each.textFormat() == Qt.TextFormat.PlainText
    assert isinstance(box, QMessageBox)
    label.setText("a\x1bb\nc" + "d" * 1000)
    assert label.text().startswith("a␛b\ncdd")
    assert label.minimumSizeHint().width() <= 120


def test_what_qt_reads_into_a_text_is_taken_out() -> None:
    assert "&lt;b&gt;" in tooltip("<b>")
    assert tooltip("") == ""
    assert caption("salt & pepper") == "salt && pepper"
    assert window_title("a[*]") == "a[*][*]"
