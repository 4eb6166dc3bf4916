"""The banner: one message and one offer at most, which no text makes wider than the window."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.banner import Banner, Offer

LONG = "/home/" + "a" * 300 + "/" + "b" * 300


@pytest.fixture
def frame(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def banner(frame: QWidget) -> Banner:
    """A banner above something else, in a window of 400 pixels."""
    banner, column = Banner(), QVBoxLayout(frame)
    column.addWidget(banner)
    column.addWidget(QLabel("below"))
    frame.resize(400, 300)
    frame.show()
    return banner


def dismiss(banner: Banner) -> list[QToolButton]:
    """The buttons to dismiss what is shown."""
    return [each for each in banner.findChildren(QToolButton) if each.text() == "Dismiss" and each.isVisible()]


def test_an_offer_stays_until_it_is_answered(banner: Banner) -> None:
    taken = []
    banner.offer(Offer("And this?", {"Sure": lambda: taken.append("sure")}))
    banner.offer(Offer("Go on?", {"Yes": lambda: taken.append("yes"), "Later": lambda: taken.append("later")}))
    for message in ("One thing happened.", "Another did."):
        banner.say(message)
        assert banner.text == message
        assert "Yes" in banner.buttons
    banner.clear()
    assert banner.text == "Go on?"
    QTest.mouseClick(banner.buttons["Later"], Qt.MouseButton.LeftButton)
    assert taken == ["later"]
    assert banner.text == "And this?"
    QTest.mouseClick(dismiss(banner)[0], Qt.MouseButton.LeftButton)
    assert (banner.text, taken, banner.buttons) == ("", ["later"], {})


def test_an_offer_that_no_longer_holds_is_withdrawn(banner: Banner) -> None:
    first, second = Offer("Go on?", {}), Offer("And this?", {})
    banner.offer(first)
    banner.offer(second)
    banner.withdraw(first)
    banner.withdraw(first)
    assert banner.text == "And this?"
    banner.withdraw(second)
    assert banner.isHidden()


def test_no_text_widens_the_window(banner: Banner) -> None:
    window = banner.window()
    for text in (LONG, "word " * 1000, "<b>bold</b><img src='x'>\n\x1b[31mred\u202e", LONG * 20):
        banner.say(text)
        banner.offer(Offer(text, {"Yes": lambda: None}))
        QTest.qWait(1)
        assert window.width() == 400
        assert window.minimumSizeHint().width() <= 400
        assert all(window.rect().contains(each.mapTo(window, each.rect().center())) for each in dismiss(banner))
        shown = [label for label in banner.findChildren(QLabel) if label.text()]
        assert all(label.textFormat() == Qt.TextFormat.PlainText and label.text().isprintable() for label in shown)
        assert all(len(label.text()) <= 400 for label in shown)
        assert not any("<b>" in label.toolTip() for label in shown)


def test_the_place_takes_clicks_until_a_double_click_has_ended(
    banner: Banner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Banner, "underMouse", lambda _: True)
    banner.say("It happened.")
    QTest.mouseClick(dismiss(banner)[0], Qt.MouseButton.LeftButton)
    assert banner.text == ""
    assert banner.isVisible()
    qtbot.waitUntil(banner.isHidden, timeout=60_000)


def test_escape_closes_the_message_and_an_offer_with_the_focus(person: Person) -> None:
    banner = person.window.workbench.banner
    pins = person.pane.session.state.pins
    person.canvas.setFocus()
    banner.say("It happened.")
    banner.offer(Offer("Go on?", {"Yes": lambda: None}))
    QTest.keyClick(person.canvas, Qt.Key.Key_Escape)
    assert banner.text == "Go on?"
    QTest.keyClick(person.canvas, Qt.Key.Key_Escape)
    assert banner.text == "Go on?"
    banner.buttons["Yes"].setFocus()
    QTest.keyClick(banner.buttons["Yes"], Qt.Key.Key_Escape)
    assert banner.text == ""
    assert person.pane.session.state.pins == pins


def test_an_offer_outlasts_the_opening_of_a_bundle(person: Person, small_bundle, wide_bundle) -> None:
    bench = person.window.workbench
    offer = Offer("Go on?", {"Yes": lambda: None})
    bench.banner.offer(offer)
    bench.banner.say("It happened.")
    bench.open(wide_bundle)
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.folder == wide_bundle)
    assert bench.banner.text == "Go on?"
    bench.banner.withdraw(offer)
