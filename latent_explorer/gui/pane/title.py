"""The line above a map where there are several: which bundle it shows, whether panels follow it, and a way to close."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.parts import filled


class PaneTitle(QFrame):
    """Names the bundle of a pane. close_wanted: the pane is to be closed. Hidden where there is one pane only."""

    close_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._name = QLabel("No bundle is open")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        close = tool_button("×", "Close this map", self.close_wanted.emit)
        close.setAccessibleName(close.toolTip())
        filled(QHBoxLayout(self), self._name, close, margins=(8, 2, 2, 2)).setStretchFactor(self._name, 1)
        self.hide()

    def show_name(self, name: str) -> None:
        self._name.setText(name)

    def show_active(self, active: bool, theme: Theme) -> None:
        """Look as the pane does that the panels follow, or as another."""
        line = theme.accent if active else theme.line
        weight = "600" if active else "400"
        self.setStyleSheet(
            f"PaneTitle {{ border-top: 3px solid {line}; }} QLabel {{ font-weight: {weight}; }} "
            "QToolButton { border: none; padding: 0px 6px; min-height: 0px; }"
        )
