"""The well for content or style: original, picture, class, and ways to choose."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from latent_explorer.gui.drops import local_paths
from latent_explorer.gui.widgets.actions import Entry, pop_up
from latent_explorer.gui.widgets.controls import combo_box, tool_button
from latent_explorer.gui.widgets.parts import filled, heading, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.gui.widgets.plain import PlainLabel

_SIDE = 64


class Well(QFrame):
    """A well. class_chosen: another class was chosen. dropped: a file was dropped on it.

    offers: returns the menu entries of the button "Choose".
    """

    class_chosen = pyqtSignal(int)
    dropped = pyqtSignal(object)

    def __init__(self, title: str, tip: str, empty: str, class_tip: str) -> None:
        super().__init__()
        self._empty = empty
        self.offers: Callable[[], Iterator[Entry]] = lambda: iter(())
        self.original, self.decoded = PictureView(_SIDE), PictureView(_SIDE)
        for view, name in ((self.original, "original"), (self.decoded, "decoded")):
            view.limit_height(_SIDE)
            view.setAccessibleName(f"{title}, {name}")
        self.what = words("faint", 2)
        self.choose: QToolButton = tool_button("Choose ▾", tip, self._open, wide=True)
        self.choose.setAccessibleName(f"Choose the {title.lower()}")
        self.label = combo_box((), class_tip)
        self.label.setMinimumWidth(56)
        self.label.activated.connect(self.class_chosen)
        self.setAcceptDrops(True)
        self._lay_out(title)
        self.show_part("", 0, None)

    def _lay_out(self, title: str) -> None:
        pictures = filled(
            QHBoxLayout(), _titled(self.original, "Original"), _titled(self.decoded, "Decoded"), spacing=4
        )
        choices = filled(QHBoxLayout(), self.choose, self.label, spacing=4)
        choices.setStretchFactor(self.choose, 1)
        filled(QVBoxLayout(self), heading(title), pictures, choices, self.what, spacing=4)

    def list_classes(self, names: Sequence[str]) -> None:
        """Set the classes."""
        self.label.clear()
        self.label.addItems(names)

    def show_part(self, said: str, label: int, original: QImage | None) -> None:
        """Show a choice with description, class and original; an empty description shows that there is none."""
        self.what.setText(said or self._empty)
        self.label.setEnabled(bool(said))
        self.label.setCurrentIndex(label if said else -1)
        self.original.show_image(original)
        self.original.hint = "no original" if said and original is None else ""
        if not said:
            self.decoded.show_image(None)

    def _open(self) -> None:
        pop_up(self, self.choose.mapToGlobal(self.choose.rect().bottomLeft()), self.offers())

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        if event is not None and (paths := local_paths(event.mimeData())):
            event.acceptProposedAction()
            self.dropped.emit(Path(paths[0]))


def _titled(view: QWidget, title: str) -> QVBoxLayout:
    label = PlainLabel(title)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    label.setProperty("role", "faint")
    return filled(QVBoxLayout(), label, view, spacing=1)
