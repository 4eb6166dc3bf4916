"""Edits the name of a pin in place, on the map."""

from PyQt6.QtCore import QRect, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.widgets.overlay_editor import TypedOver

_WIDE = 150


class PinEditor(TypedOver):
    """Visible while a name is edited. entered: the pin's index and the name, by Enter or loss of focus."""

    entered = pyqtSignal(int, str)

    def __init__(self, map_: QWidget) -> None:
        super().__init__(map_, "Name of the pin")
        self._index = -1
        self.setMaxLength(200)

    def begin(self, index: int, name: str, x: float, y: float) -> None:
        """Edit the name of a pin at a pixel of the widget."""
        self._index = index
        height, parent = self.sizeHint().height(), self.parentWidget()
        left = round(min(max(x + 8, 0), max(0, (parent.width() if parent else _WIDE) - _WIDE)))
        self.begin_at(QRect(left, round(y - height / 2), _WIDE, height), name)

    def take(self) -> None:
        if not self.isHidden():  # hiding it removes the focus
            name, modified = self.text(), self.isModified()
            self.hide()
            if modified:
                self.entered.emit(self._index, name)

    def turned_away(self) -> None:
        self.take()

    def give_up(self) -> None:
        self.setModified(False)
        self.hide()
