"""Labels, tooltips and captions that show text as it is: what they show may come from a file.

Qt takes a text that looks like HTML for HTML, with pictures from the disk and links, and an "&" for the mark of a key.
Wherever the window shows a text that is not written in this program, it goes through one of these.
"""

from html import escape

from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtWidgets import QLabel, QMessageBox, QToolTip, QWidget

from latent_explorer.safe_text import safe_text

_WIDEST = 120  # pixels that a label can insist on: no name may make the window wide


class PlainLabel(QLabel):
    """A label that shows any text as it is; what it has no room for is cut off."""

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
    """A text for `setToolTip`: shown as it is, and wrapped."""
    return f'<p style="white-space: pre-wrap">{_as_html(text)}</p>' if text else ""


def help_with(event: QHelpEvent | None, view: QWidget | None, text: str) -> bool:
    """Answer a list that is asked for help: a tooltip of this text, as it is; False where there is none to show."""
    if event is None or event.type() != QEvent.Type.ToolTip or not text:
        return False
    QToolTip.showText(event.globalPos(), tooltip(text), view)
    return True


def caption(text: str) -> str:
    """A text for a button, a menu or a tab, in which an "&" is an "&"."""
    return safe_text(text).replace("&", "&&")


def window_title(text: str) -> str:
    """A text for the title of a window, in which Qt's mark for unsaved changes is none."""
    return safe_text(text).replace("[*]", "[*][*]")


def message_box(parent: QWidget, title: str, text: str, more: str = "") -> QMessageBox:
    """A question or message, not shown yet and without buttons. more: a second, smaller sentence."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(window_title(title))
    box.setText(safe_text(text, keep="\n"))
    box.setInformativeText(safe_text(more, keep="\n"))
    for each in box.findChildren(QLabel):
        each.setTextFormat(Qt.TextFormat.PlainText)
    return box


class ColouredLabel(QLabel):
    """A label whose first words may have a colour."""

    def __init__(self) -> None:
        super().__init__(" ")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)

    def say(self, text: str, first: str = "", colour: str = "", rest: str = "") -> None:
        """Show a text as it is, after the `first` words, which are bold. colour, rest: of both, such as "#aabbcc"."""
        bold = f'<span style="color:{colour}; font-weight:600">{_as_html(first)}</span> ' if first else ""
        self.setText(bold + (f'<span style="color:{rest}">{_as_html(text)}</span>' if rest else _as_html(text)))


def _as_html(text: str) -> str:
    return escape(safe_text(text, keep="\n"), quote=False)
