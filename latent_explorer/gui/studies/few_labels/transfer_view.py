"""The part of the panel about other images: which, and what as many labels of them teach."""

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.gui.studies.few_labels.figures import FigureTable
from latent_explorer.gui.widgets.controls import combo_box, hint, tool_button
from latent_explorer.gui.widgets.parts import ask_path, filled, heading, words
from latent_explorer.runs.plan import DATASETS

_WHAT = "Does this encoder help with images that it has not seen? As many labels as you gave are drawn of theirs."
_FILE, _FOLDER = "A file…", "A folder…"
_FILES = "Datasets (*.npz *.npy *.zip);;All files (*)"
_MEASURE, _STOP = "Measure", "Stop"


class TransferView(QWidget):
    """Shows; decides nothing. wanted: the source to measure on. stopped: it is not wanted any more."""

    wanted = pyqtSignal(str)
    stopped = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._own, self._sources, self._source, self._busy = "", list[str](), "", False
        self.box = combo_box((), "Other images, encoded by this model")
        self.box.setSizeAdjustPolicy(self.box.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.box.activated.connect(self._choose)
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

    @property
    def _offered(self) -> dict[str, str]:
        """What each source is called; at last a file or a folder."""
        paths = {source: source.replace("\\", "/").rstrip("/").rpartition("/")[2] for source in self._sources}
        named = {name: name for name in DATASETS if name != self._own}
        return {**named, **paths, _FILE: _FILE, _FOLDER: _FOLDER}

    def forget(self, own: str) -> None:
        """Nothing is known yet; own: the dataset of the model, which is no other."""
        self._own, self._source = own, ""
        self._list()
        self.show_found("", {}, shown=False)
        self.show_work("", None)
        self.say("")

    def show_found(self, sentence: str, figures: Mapping[tuple[str, str], str], *, shown: bool) -> None:
        """Show what was measured so far."""
        self.sentence.setText(sentence)
        self.table.show_figures(figures)
        for part in (self.sentence, self.table):
            part.setVisible(shown)

    def show_work(self, doing: str, share: float | None) -> None:
        """Say what is under way, and how much of it is done; None where nothing is."""
        self._busy = share is not None
        self.button.setText(_STOP if self._busy else _MEASURE)
        self.state.setText(doing)
        self.state.setVisible(bool(doing))
        self.progress.setVisible(self._busy)
        self.progress.setValue(round(100 * (share or 0)))

    def say(self, problem: str) -> None:
        """Say why nothing is measured."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def choose(self, source: str) -> None:
        """Choose images by their name, file or folder, and want them measured."""
        if source not in self._offered:
            self._sources.append(source)
        self._source = source
        self._list()
        self.wanted.emit(source)

    def _list(self) -> None:
        offered = list(self._offered)
        self.box.clear()
        self.box.addItems(list(self._offered.values()))
        self._source = self._source if self._source in offered else ""
        self.box.setCurrentIndex(offered.index(self._source) if self._source else 0)

    def _choose(self, row: int) -> None:
        source = list(self._offered)[row]
        if source in (_FILE, _FOLDER):
            self._list()  # until one is chosen
            ask_path(self, "Measure on", "", self.choose, _FILES if source == _FILE else "")
        else:
            self.choose(source)

    def _press(self) -> None:
        if self._busy:
            self.stopped.emit()
        else:
            self._choose(self.box.currentIndex())
