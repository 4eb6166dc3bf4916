"""The name of a pin, typed over it on the map."""

from PyQt6.QtCore import QRect, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.widgets.overlay_editor import TypedOver

_WIDE = 150


class PinEditor(TypedOver):
    """Hidden but while a name is typed. entered: the pin's index and the name, by Enter or by turning elsewhere."""

    entered = pyqtSignal(int, str)

    def __init__(self, map_: QWidget) -> None:
        super().__init__(map_, "Name of the pin")
        self._index = -1
        self.setMaxLength(200)

    def begin(self, index: int, name: str, x: float, y: float) -> None:
        """Type the name of a pin whose place is at a pixel of the widget."""
        self._index = index
        height, parent = self.sizeHint().height(), self.parentWidget()
        left = round(min(max(x + 8, 0), max(0, (parent.width() if parent else _WIDE) - _WIDE)))
        self.begin_at(QRect(left, round(y - height / 2), _WIDE, height), name)

    def take(self) -> None:
        if not self.isHidden():  # hiding it turns the focus away
            name, modified = self.text(), self.isModified()
            self.hide()
            if modified:
                self.entered.emit(self._index, name)

    def turned_away(self) -> None:
        self.take()

    def give_up(self) -> None:
        self.setModified(False)
        self.hide()
