"""Secondary windows: a page of text, a picture, a graph. They do not cover the menus, and Esc closes them."""

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QMainWindow, QTextBrowser, QVBoxLayout, QWidget

from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.placing import on_screen
from latent_explorer.gui.widgets.plain import window_title
from latent_explorer.safe_text import safe_text

_STEP = 26  # pixels from one such window to the next
_PAGE = QSize(600, 620)
_LONGEST = 200_000  # characters of a page from a file


def show_aside(aside: QWidget, size: QSize) -> None:
    """Show a window of at most this size over its parent, below the menus; it closes with its parent, or by Esc."""
    aside.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    QShortcut(QKeySequence(Qt.Key.Key_Escape), aside, aside.close)
    room = _room(aside)
    place = QRect(room.topLeft(), size.boundedTo(room.size()))
    place.moveCenter(room.center())
    others = [each for each in QApplication.topLevelWidgets() if each.property("aside") and each.isVisible()]
    place.translate(_STEP * len(others), _STEP * len(others))
    aside.setProperty("aside", True)
    aside.setGeometry(on_screen(place))
    aside.show()


def show_text(parent: QWidget, title: str, text: str) -> QDialog:
    """Show a literal text, such as the contents of a file."""
    page, browser = _page(parent, title)
    browser.setPlainText(safe_text(text, word=10_000, most=_LONGEST, keep="\n\t"))
    show_aside(page, _PAGE)
    return page


def show_html(parent: QWidget, title: str, html: str) -> QDialog:
    """Show an HTML text of the program."""
    page, browser = _page(parent, title)
    browser.setHtml(html)
    show_aside(page, _PAGE)
    return page


def _page(parent: QWidget, title: str) -> tuple[QDialog, QTextBrowser]:
    page, browser = QDialog(parent.window()), QTextBrowser()
    page.setWindowTitle(window_title(title))
    browser.setOpenLinks(False)
    browser.setAccessibleName(title)
    browser.setFrameShape(QTextBrowser.Shape.NoFrame)
    browser.document().setDocumentMargin(10)  # type: ignore[union-attr]
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(page.reject)
    filled(QVBoxLayout(page), browser, buttons, margins=(6, 6, 10, 10))
    browser.setFocus()
    return page, browser


def _room(aside: QWidget) -> QRect:
    """The geometry of the parent's window on the screen, without its menus."""
    parent = aside.parentWidget()
    assert parent is not None
    window = parent.window() or parent
    room = QRect(window.mapToGlobal(window.rect().topLeft()), window.size())
    if isinstance(window, QMainWindow) and (menus := window.menuWidget()) is not None:
        room.setTop(room.top() + menus.height() + _STEP)  # and a title bar
    return room
