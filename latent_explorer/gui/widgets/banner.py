"""A line across the top of the map that says what happened and what to do; never in the way of work."""

from collections.abc import Callable, Mapping
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import tool_button


class Banner(QFrame):
    """Shows one message until it is dismissed or another comes. buttons: what it offers to do, by their words."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, QToolButton] = {}
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(12, 6, 8, 6)
        self._layout.addWidget(self._label, 1)
        self._layout.addWidget(tool_button("Dismiss", "", self.hide), 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """What is said, or nothing while hidden."""
        return "" if self.isHidden() else self._label.text()

    def dress(self, theme: Theme) -> None:
        self.setStyleSheet(f"Banner {{ background: {theme.panel}; border-left: 4px solid {theme.poor}; }}")

    def say(self, message: str, offers: Mapping[str, Callable[[], object]] | None = None) -> None:
        """Show a message. offers: what can be done about it, by the words of its button; the banner goes with it."""
        for button in self.buttons.values():
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        offers = offers or {}
        self.buttons = {words: tool_button(words, "", partial(self._take, run)) for words, run in offers.items()}
        for place, button in enumerate(self.buttons.values(), 1):
            self._layout.insertWidget(place, button, 0, Qt.AlignmentFlag.AlignTop)
        self._label.setText(message)
        self.show()

    def _take(self, run: Callable[[], object]) -> None:
        self.hide()
        run()
