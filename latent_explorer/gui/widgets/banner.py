"""A non-modal line across the top of the map for messages and questions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QGuiApplication, QKeyEvent
from PyQt6.QtWidgets import QApplication, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.parts import Sentence, filled, timer
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.safe_text import safe_text


@dataclass(frozen=True, eq=False)
class Offer:
    """A question. choices: the actions, by the text of their buttons."""

    sentence: str
    choices: Mapping[str, Callable[[], object]]


class Banner(QFrame):
    """Shows one message, and below it one offer.

    A message is replaced by the next one, and can be cleared by the program. An offer stays until it is answered,
    dismissed or withdrawn; the latest is shown, and earlier ones come back after it. Esc closes the message, and an
    offer with focus. After a click closes the last one, the area takes clicks for the double-click interval, so that
    none reaches the map. buttons: of the offer, by their text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, QToolButton] = {}
        self._offers: list[Offer] = []
        self._message, self._question = _Row(self.clear), _Row(self._dismiss)
        filled(QVBoxLayout(self), self._message, self._question, spacing=2, margins=(12, 6, 8, 6))
        self._linger = timer(self, _double_click_ms(), self._show_rest, once=True)
        self.hide()

    @property
    def text(self) -> str:
        """The message, otherwise the text of the offer; empty if there is neither."""
        return "" if self.isHidden() else self.message or self._sentence

    @property
    def message(self) -> str:
        return "" if self.isHidden() else self._message.text

    @property
    def _sentence(self) -> str:
        return self._offers[-1].sentence if self._offers else ""

    def dress(self, theme: Theme) -> None:
        self.setStyleSheet(f"Banner {{ background: {theme.panel}; border-left: 4px solid {theme.poor}; }}")

    def say(self, message: str) -> None:
        """Show a message; replaces the previous one."""
        self._message.say(message)
        self.setAccessibleName(message)  # for screen readers
        self._show_rest()

    def clear(self) -> None:
        """Hide the message; an offer stays."""
        self._message.say("")
        self._leave()

    def offer(self, offer: Offer) -> None:
        """Show an offer until one of its buttons is pressed; then the previous offer comes back."""
        self._offers.append(offer)
        self._ask()

    def withdraw(self, offer: Offer) -> None:
        """Remove an offer."""
        if offer in self._offers:
            self._offers.remove(offer)
            self._ask()

    def _dismiss(self) -> None:
        self.withdraw(self._offers[-1])

    def _take(self, offer: Offer, run: Callable[[], object]) -> None:
        self.withdraw(offer)
        run()

    def _ask(self) -> None:
        """Show the latest offer, if there is one."""
        self.buttons = {}
        for offer in self._offers[-1:]:
            self.buttons = {
                words: tool_button(words, "", partial(self._take, offer, run)) for words, run in offer.choices.items()
            }
        self._question.say(self._sentence, self.buttons.values())
        self._leave()

    def _leave(self) -> None:
        """Hide empty parts: at once, or after a click, when a double click is no longer possible."""
        if self.isVisible() and self.underMouse() and not (self._message.text or self._offers):
            self._message.setEnabled(False)
            self._question.setEnabled(False)
            self._linger.start()
        else:
            self._show_rest()

    def _show_rest(self) -> None:
        self._linger.stop()
        for row, there in ((self._message, bool(self._message.text)), (self._question, bool(self._offers))):
            row.setEnabled(True)
            row.setVisible(there)
        self.setVisible(bool(self._message.text or self._offers))

    def closes(self, event: QEvent | None) -> bool:
        """Handle a press of Esc that closes a part; returns whether the event was one."""
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape or self.isHidden():
            return False
        focused = QApplication.focusWidget()
        if self._offers and focused is not None and self._question.isAncestorOf(focused):
            self._dismiss()
        elif self._message.text:
            self.clear()
        else:
            return False
        return True


class _Row(QWidget):
    """A text with buttons, the last of which dismisses it. text: in full."""

    def __init__(self, dismiss: Callable[[], object]) -> None:
        super().__init__()
        self.text, self._label, self._shown = "", _Cut(), list[QToolButton]()
        away = tool_button("Dismiss", "Esc", dismiss)
        self._layout = filled(QHBoxLayout(self), self._label, away)
        self._layout.setStretchFactor(self._label, 1)
        self._layout.setAlignment(away, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, text: str, buttons: Iterable[QToolButton] = ()) -> None:
        """Show a text, with buttons before the one that dismisses it. An empty text leaves the last one visible."""
        for button in self._shown:
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._shown = list(buttons)
        for place, button in enumerate(self._shown, 1):
            self._layout.insertWidget(place, button, 0, Qt.AlignmentFlag.AlignTop)
        if text:
            self._label.say(text)
        self.text = text


class _Cut(Sentence):
    """An elided text with the full text as tooltip."""

    def say(self, text: str) -> None:
        shown = safe_text(text, word=48, most=400)
        self.setText(shown)
        self.setToolTip("" if shown == text else tooltip(text))


def _double_click_ms() -> int:
    hints = QGuiApplication.styleHints()
    return 400 if hints is None else hints.mouseDoubleClickInterval()
