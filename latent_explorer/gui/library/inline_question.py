"""A question below a list, for a name or a confirmation, without another window."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from latent_explorer.gui.widgets.parts import button, filled, words


class AskBar(QFrame):
    """Asks one question at a time. closed: called when it is answered or cancelled."""

    def __init__(self, closed: Callable[[], object]) -> None:
        super().__init__()
        self._closed = closed
        self._answer: Callable[[str], str] = lambda _: ""
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.question, self.complaint, self.line = words(), words("error"), QLineEdit()
        self.line.setMaxLength(200)
        self.line.setAccessibleName("Name")
        self.yes, self.no = button("", "", self.accept), button("Cancel", "", self.give_up)
        row = filled(QHBoxLayout(), self.line, 1, self.no, self.yes)
        row.setStretchFactor(self.line, 4)
        filled(QVBoxLayout(self), self.question, row, self.complaint, margins=(10, 8, 10, 8))
        self.line.textEdited.connect(self.complaint.hide)
        self.hide()

    def ask(self, question: str, yes: str, answer: Callable[[str], str], name: str | None = None) -> None:
        """Ask for a name if an initial one is given, otherwise for a confirmation with the button `yes`.

        answer: called with the text; returns an error, which keeps the question open, or an empty text.
        """
        self._answer = answer
        self.no.show()
        self.question.setText(question)
        self.yes.setText(yes)
        self.complaint.hide()
        self.line.setVisible(name is not None)
        self.line.setText(name or "")
        self.line.selectAll()
        self.show()
        (self.no if name is None else self.line).setFocus()  # so that Enter does not delete anything by accident

    def tell(self, sentence: str) -> None:
        """Show an error."""
        self.ask(sentence, "OK", lambda _: "")
        self.no.hide()
        self.yes.setFocus()

    def complain(self, sentence: str) -> None:
        self.complaint.setText(sentence)
        self.complaint.show()

    def accept(self) -> None:
        if complaint := self._answer(self.line.text().strip()):
            self.complain(complaint)
        else:
            self.give_up()

    def give_up(self) -> None:
        self.hide()
        self._closed()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.line.isVisible():
            self.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.no.hasFocus():
            self.give_up()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.yes.hasFocus():
            self.accept()
        else:
            super().keyPressEvent(event)
