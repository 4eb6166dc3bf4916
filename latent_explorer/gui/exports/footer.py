"""The lower edge of the export dialog: what is under way, what went wrong, what is asked, and the buttons."""

import time
from collections.abc import Callable

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.gui.widgets.parts import button, filled, timer, words

_EVERY_MS = 100


class Footer(QWidget):
    """One line of words, a progress bar while something is under way, and buttons. polled: time to show how far it is.

    export, overwrite, close: what the buttons do; the last is also called Cancel or Keep it.
    """

    polled = pyqtSignal()

    def __init__(
        self, export: Callable[[], object], overwrite: Callable[[], object], close: Callable[[], object]
    ) -> None:
        super().__init__()
        self.words, self.progress = words("error"), QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.export = button("E&xport", "", export)
        self.export.setDefault(True)
        self.overwrite, self.close_button = button("O&verwrite", "", overwrite), button("Close", "", close)
        self._started = 0.0
        self._timer = timer(self, _EVERY_MS, self.polled.emit)
        buttons = filled(QHBoxLayout(), 1, self.close_button, self.overwrite, self.export)
        filled(QVBoxLayout(self), self.words, self.progress, buttons)
        self.rest()

    def rest(self, words: str = "") -> None:
        """Nothing is under way; the words say why not, if need be."""
        self._timer.stop()
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.progress.hide()
        self.overwrite.hide()
        self.export.show()
        self.close_button.setText("Close")

    def ask(self, question: str) -> None:
        """Ask whether to overwrite."""
        self.rest(question)
        self.export.hide()  # and with it what Enter does: no file is overwritten by one key too many
        self.overwrite.show()
        self.close_button.setText("&Keep it")

    @property
    def asking(self) -> bool:
        return not self.overwrite.isHidden()

    @property
    def busy(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        """Something is under way, from now on."""
        self.rest(" ")
        self.export.hide()
        self.close_button.setText("Cancel")
        self._started = time.monotonic()
        self._timer.start()
        self.progress.show()

    def show_progress(self, what: str, fraction: float) -> None:
        """How far it is, in [0, 1]; 0 for unknown."""
        self.progress.setRange(0, 100 if fraction else 0)
        self.progress.setValue(round(100 * fraction))
        self.words.setText(f"{what}… {self._remaining(fraction)}")

    def _remaining(self, fraction: float) -> str:
        elapsed = time.monotonic() - self._started
        if elapsed < 1 or not 0.02 < fraction < 1:
            return ""
        seconds = elapsed * (1 - fraction) / fraction
        return f"about {seconds:.0f} seconds to go" if seconds < 90 else f"about {seconds / 60:.0f} minutes to go"
