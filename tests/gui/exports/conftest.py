"""A person who exports: at a window of their own, to a folder of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from latent_explorer.bench.person import Person
from latent_explorer.gui.exports.dialog import ExportDialog
from latent_explorer.gui.settings import Folders
from latent_explorer.gui.shell.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


class ExportingPerson(Person):
    """Works with the export dialog, by mouse and keys."""

    def look_at_window(self) -> None:
        """Bring the main window to the front, where its keys work."""
        self.window.activateWindow()
        self.wait_until(self.window.isActiveWindow)

    def call(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = CTRL) -> ExportDialog:
        """Press the keys of a menu's entry; the dialog that opens, with its preview."""
        self.look_at_window()
        self.key(key, modifiers)
        dialog = self.window.workbench.exporter.dialog
        assert dialog is not None
        self.previewed(dialog)
        return dialog

    def previewed(self, dialog: ExportDialog) -> None:
        """Wait for the preview, with which the file's size comes."""
        self.wait_until(lambda: "B" in dialog.caption.text() or "bytes" in dialog.caption.text())

    def choose_format(self, dialog: ExportDialog, key: str) -> None:
        """Step through the formats by keys."""
        box = dialog.form.rows["format"].editor
        QTest.keyClick(box, Qt.Key.Key_Home)
        while dialog.form.known.key != key:
            QTest.keyClick(box, Qt.Key.Key_Down)
        self.previewed(dialog)

    def put(self, dialog: ExportDialog, field: str, text: str) -> None:
        """Type into a row's editor."""
        editor = dialog.form.rows[field].editor
        QTest.keyClick(editor, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(editor, text)

    def name_it(self, dialog: ExportDialog, text: str) -> None:
        """Type the file's name."""
        dialog.destination.name.selectAll()
        QTest.keyClicks(dialog.destination.name, text)

    def press(self, button: QWidget) -> None:
        """Click a button."""
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def gone(self) -> bool:
        """Whether no dialog is open."""
        return self.window.workbench.exporter.dialog is None

    def exported(self, dialog: ExportDialog) -> Path:
        """Press Export; the file that the status bar tells of."""
        self.press(dialog.footer.export)
        self.wait_until(self.gone)
        words = self.window.statusBar().currentMessage()
        assert words.startswith("Exported to ")
        return Path(words.removeprefix("Exported to "))

    def probe(self) -> None:
        """Hover, until the exact picture is there."""
        self.move(self.point(0.5, 0.5))
        self.wait_until(lambda: self.window.pane.prober.probe.picture is not None)

    def draw_path(self) -> None:
        """Drag from one place to another, until the pictures in between are there."""
        self.drag(self.point(-2.5, 0), self.point(2.5, 0.3), 0.1)
        self.wait_until(lambda: len(self.window.pane.filmstrip.frames) > 0)


@pytest.fixture
def exporting(new_window: Callable[..., Person], tmp_path: Path) -> Iterator[Callable[[Path | None], ExportingPerson]]:
    """Opens a window that exports to the folder out, in which only whole files are in the end."""
    out = tmp_path / "out"
    out.mkdir()

    def make(bundle: Path | None) -> ExportingPerson:
        window: MainWindow = new_window(bundle).window
        window.workbench.settings.change(Folders, exports=out)
        return ExportingPerson(window)

    yield make
    assert not list(out.glob(".*")), "something half-written was left"


@pytest.fixture
def person(exporting: Callable[[Path | None], ExportingPerson], small_bundle: Path) -> ExportingPerson:
    """A person at a window with the small bundle."""
    return exporting(small_bundle)
