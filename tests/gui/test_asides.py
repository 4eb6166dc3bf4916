"""Windows beside the main one: clear of the menus, no larger than it, closed by Esc."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QTextBrowser, QWidget

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.side_windows import show_text


def hover_and_open(person: Person) -> None:
    person.move(person.point(0.5, 0.5))
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)
    person.pane.open_picture()


OPENERS: dict[str, Callable[[Person], None]] = {
    "keys": lambda person: person.window.action("Keys and gestures").trigger(),
    "about": lambda person: person.window.action("About Latent Explorer").trigger(),
    "picture": hover_and_open,
    "times": lambda person: person.window.workbench.show_times(),
}


def asides() -> list[QWidget]:
    return [each for each in QApplication.topLevelWidgets() if each.property("aside") and each.isVisible()]


@pytest.mark.parametrize("opener", OPENERS)
def test_it_leaves_the_menus_free_and_closes_with_escape(person: Person, opener: str) -> None:
    window = person.window
    OPENERS[opener](person)
    (shown,) = asides()
    menus = window.menuWidget()
    foot = menus.mapToGlobal(menus.rect().bottomLeft()).y()
    assert shown.frameGeometry().top() > foot
    assert QRect(window.mapToGlobal(window.rect().topLeft()), window.size()).contains(shown.geometry())
    shown.activateWindow()
    person.wait_until(shown.isActiveWindow)
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    person.wait_until(lambda: sip.isdeleted(shown))


def test_the_page_of_keys_can_be_scrolled(person: Person) -> None:
    person.window.action("Keys and gestures").trigger()
    (shown,) = asides()
    browser = shown.findChild(QTextBrowser)
    assert browser.verticalScrollBar().maximum() > 0
    for words in ("decode the place under the pointer", "Export picture", "Ctrl+Shift+E"):
        assert words in browser.toPlainText()
    shown.close()


def test_a_text_from_a_file_is_shown_as_it_is(person: Person, tmp_path: Path) -> None:
    text = f"# <b>Card</b>\n<img src='{tmp_path}/pipe'>\n" + "x" * 300_000
    page = show_text(person.window, "<i>card</i>", text)
    browser = page.findChild(QTextBrowser)
    assert browser.toPlainText().startswith("# <b>Card</b>\n<img")
    assert len(browser.toPlainText()) <= 200_000
    page.close()
