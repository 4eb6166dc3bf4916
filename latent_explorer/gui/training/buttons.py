"""Buttons and labels as all parts of the training panel have them."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QPushButton, QSizePolicy


def button(text: str, tip: str, pressed: Callable[[], object]) -> QPushButton:
    """A button that shares the width of its row."""
    made = QPushButton(text)
    made.setToolTip(tip)
    made.setAutoDefault(False)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    made.clicked.connect(lambda: pressed())
    return made


def primary(made: QPushButton) -> QPushButton:
    """The same button, as the one that most people want."""
    made.setObjectName("primary")
    made.setFixedHeight(32)
    made.setStyleSheet(
        "QPushButton#primary:enabled { background: palette(highlight); color: #ffffff; font-weight: 600; }"
    )
    return made


def words(role: str = "") -> QLabel:
    """A label for sentences. role: one of those of the style sheet."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        label.setProperty("role", role)
    return label


def heading(text: str) -> QLabel:
    """The name of a part of the panel."""
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
