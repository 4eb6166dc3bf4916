"""A line across the top of the map that says what happened and what to do; never in the way of work."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from latent_explorer.gui.theme import Theme


class Banner(QFrame):
    """Shows one message until it is dismissed or another comes."""

    def __init__(self) -> None:
        super().__init__()
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("Dismiss")
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.addWidget(self._label, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """What is said, or nothing while hidden."""
        return "" if self.isHidden() else self._label.text()

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(f"Banner {{ background: {theme.panel}; border-left: 4px solid {theme.poor}; }}")

    def say(self, message: str) -> None:
        """Show a message."""
        self._label.setText(message)
        self.show()
