"""The part of the panel for learning from labels of other images."""

from collections.abc import Mapping

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.gui.studies.few_labels.figures import FigureTable
from latent_explorer.gui.widgets.controls import hint, tool_button
from latent_explorer.gui.widgets.image_source import DATASETS_BY_NAME, ImageSource
from latent_explorer.gui.widgets.parts import filled, heading, words

_WHAT = "Does this encoder help with images that it has not seen? As many of their labels are drawn as you gave here."
_MEASURE, _STOP = "Measure", "Stop"


class TransferView(QWidget):
    """The widgets. wanted: the source to measure on. stopped: cancel the measurement."""

    wanted = pyqtSignal(str)
    stopped = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._busy = False
        self.box = ImageSource(DATASETS_BY_NAME, "Other images, encoded by this model", "Measure on")
        self.box.chosen.connect(self.wanted)
        self.button = tool_button(
            _MEASURE, "Measure what labels of these images teach, on their test split", self._press
        )
        self.table, self.sentence, self.problem = FigureTable(), words(), words("error")
        self.state, self.progress = words("faint"), QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(7)
        row = filled(QHBoxLayout(), self.box, self.button)
        row.setStretchFactor(self.box, 1)
        parts = heading("On other images"), hint(_WHAT), row, self.problem, self.sentence, self.table
        filled(QVBoxLayout(self), *parts, self.progress, self.state, spacing=6)
        self.forget("")

    def forget(self, own: str) -> None:
        """Clear everything. own: the dataset of the model, which is not offered."""
        self.box.offer(option for option in DATASETS_BY_NAME if option.value != own)
        self.box.show_source("")
        self.show_found("", {}, shown=False)
        self.show_work("", None)
        self.say("")

    def show_found(self, sentence: str, figures: Mapping[tuple[str, str], str], *, shown: bool) -> None:
        """Show the results so far."""
        self.sentence.setText(sentence)
        self.table.show_figures(figures)
        for part in (self.sentence, self.table):
            part.setVisible(shown)

    def show_work(self, doing: str, share: float | None) -> None:
        """Show work in progress with its progress; None for none."""
        self._busy = share is not None
        self.button.setText(_STOP if self._busy else _MEASURE)
        self.state.setText(doing)
        self.state.setVisible(bool(doing))
        self.progress.setVisible(self._busy)
        self.progress.setValue(round(100 * (share or 0)))

    def say(self, problem: str) -> None:
        """Show why nothing is measured."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _press(self) -> None:
        if self._busy:
            self.stopped.emit()
        else:
            self.wanted.emit(self.box.source)
