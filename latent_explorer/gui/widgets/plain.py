"""Labels, tooltips and captions that show untrusted text literally, such as names from files.

Qt interprets text that looks like HTML, including images from disk and links, and "&" as an access key. All text that
is not part of this program must be shown with these functions.
"""

from html import escape

from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtWidgets import QLabel, QMessageBox, QToolTip, QWidget

from latent_explorer.safe_text import safe_text

_WIDEST = 120  # pixels: the largest minimum width of a label, so that names cannot widen the window


class PlainLabel(QLabel):
    """A label that shows text literally and cuts off what does not fit."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str | None) -> None:
        super().setText(safe_text(text or "", keep="\n"))

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(min(least.width(), _WIDEST), least.height())


def tooltip(text: str) -> str:
    """A literal, wrapped text for `setToolTip`."""
    return f'<p style="white-space: pre-wrap">{_as_html(text)}</p>' if text else ""


def help_with(event: QHelpEvent | None, view: QWidget | None, text: str) -> bool:
    """Show a literal tooltip for a help event of an item view; returns False if the text is empty."""
    if event is None or event.type() != QEvent.Type.ToolTip or not text:
        return False
    QToolTip.showText(event.globalPos(), tooltip(text), view)
    return True


def caption(text: str) -> str:
    """A text for a button, menu or tab, with "&" escaped."""
    return safe_text(text).replace("&", "&&")


def window_title(text: str) -> str:
    """A text for a window title, with Qt's placeholder for unsaved changes escaped."""
    return safe_text(text).replace("[*]", "[*][*]")


def message_box(parent: QWidget, title: str, text: str, more: str = "") -> QMessageBox:
    """A message box, not shown yet and without buttons. more: an additional smaller text."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(window_title(title))
    box.setText(safe_text(text, keep="\n"))
    box.setInformativeText(safe_text(more, keep="\n"))
    for each in box.findChildren(QLabel):
        each.setTextFormat(Qt.TextFormat.PlainText)
    return box


class ColouredLabel(QLabel):
    """A label whose first words can be coloured."""

    def __init__(self) -> None:
        super().__init__(" ")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)

    def say(self, text: str, first: str = "", colour: str = "", rest: str = "") -> None:
        """Show a literal text after the bold words `first`. colour, rest: the colours of both, such as "#aabbcc"."""
        bold = f'<span style="color:{colour}; font-weight:600">{_as_html(first)}</span> ' if first else ""
        self.setText(bold + (f'<span style="color:{rest}">{_as_html(text)}</span>' if rest else _as_html(text)))


def _as_html(text: str) -> str:
    return escape(safe_text(text, keep="\n"), quote=False)
