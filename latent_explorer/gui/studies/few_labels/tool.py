"""The tool that labels images by clicks, and its keys."""

from collections.abc import Callable, Mapping

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QKeyEvent

from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.tools import Tool

NAME = "Label"


class LabelTool(Tool):
    """Labels the image at a click, or removes its label. clicked: called with the pixel."""

    def __init__(self, clicked: Callable[[QPointF], None]) -> None:
        self._clicked = clicked

    @property
    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.PointingHandCursor

    def click(self, at: QPointF) -> None:
        self._clicked(at)

    def double_click(self, at: QPointF) -> bool:
        return True  # the first click labelled the image


class LabelKeys(QObject):
    """Handles digits, N and E on the map before other shortcuts while the tool is current.

    digit: called with 0 to 9. others: functions for other keys.
    """

    def __init__(
        self, canvas: MapCanvas, tool: Tool, digit: Callable[[int], None], others: Mapping[Qt.Key, Callable[[], None]]
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._tool, self._digit, self._others = canvas, tool, digit, others
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Handle a key of the tool."""
        kinds = QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress
        if not isinstance(event, QKeyEvent) or event.type() not in kinds or self._canvas.tool is not self._tool:
            return False
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        digit = event.key() - Qt.Key.Key_0
        if not plain or not (0 <= digit <= 9 or event.key() in list(self._others)):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif 0 <= digit <= 9:
            self._digit(digit)
        else:
            self._others[Qt.Key(event.key())]()
        return True
