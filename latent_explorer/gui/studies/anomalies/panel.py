"""The Anomalies panel: score, second set, histogram with threshold, ROC curves, the oddest images."""

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QProgressBar, QVBoxLayout

from latent_explorer.engine.handlers.tell_scores import ScoreWords
from latent_explorer.gui.studies.anomalies.histogram import ScoreHistogram
from latent_explorer.gui.studies.anomalies.judged import Scores
from latent_explorer.gui.studies.anomalies.oddest import OddestImages
from latent_explorer.gui.studies.anomalies.roc_plot import RocPlot
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import combo_box, tool_button
from latent_explorer.gui.widgets.image_source import DATASETS_BY_NAME, ImageSource
from latent_explorer.gui.widgets.parts import ScrolledColumn, filled, heading, words
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.runs.settings import Option

_FILES = "Images and datasets (*.npz *.npy *.zip *.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.gif);;All files (*)"
_SETS = (Option("", "Nothing"), *DATASETS_BY_NAME)
_ALARMS = "The share of the model's own held-out images that lie above the threshold"
_COLOUR = "Colour all points of the map by this score"


class AnomalyPanel(ScrolledColumn):
    """The widgets of the panel.

    score_chosen: by name. set_chosen: the source of a second set; empty for none. alarms_chosen: a share.
    """

    score_chosen = pyqtSignal(str)
    set_chosen = pyqtSignal(str)
    stop_wanted = pyqtSignal()
    alarms_chosen = pyqtSignal(float)
    select_wanted = pyqtSignal()
    colour_wanted = pyqtSignal()
    shown_set_chosen = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.histogram, self.roc, self.oddest = ScoreHistogram(), RocPlot(), OddestImages()
        self._scores: tuple[ScoreWords, ...] = ()
        self._make_choices()
        self._make_threshold()
        self._make_oddest()
        self._lay_out()
        self.show_work(None)
        self.show_set("", "", "")

    # -- display

    def offer(self, scores: Sequence[ScoreWords], chosen: str) -> None:
        """List the scores; those that the model does not support are disabled."""
        self._scores = tuple(scores)
        self.score.blockSignals(True)
        self.score.clear()
        self.score.addItems([each.title for each in scores])
        model = self.score.model()
        assert isinstance(model, QStandardItemModel)
        for row, each in enumerate(scores):
            item = model.item(row)
            if item is not None:
                item.setEnabled(not each.lacks)
                item.setToolTip(
                    tooltip(f"{each.sentence}\n\nNot available: {each.lacks}." if each.lacks else each.sentence)
                )
        self.score.setCurrentIndex(next((row for row, each in enumerate(scores) if each.name == chosen), 0))
        self.score.blockSignals(False)
        self._show_sentence()

    def show_work(self, share: float | None, doing: str = "") -> None:
        """Show progress; None if nothing is in progress."""
        for part in (self.progress, self.stop, self._doing):
            part.setVisible(share is not None)
        self._doing.setText(doing)
        if share is not None:
            self.progress.setValue(round(100 * share))

    def say(self, sentence: str) -> None:
        """Show why something is missing."""
        self.complaint.setText(sentence)
        self.complaint.setVisible(bool(sentence))

    def explain(self, note: str) -> None:
        """Explain the model's own images, if they are not the originals."""
        self._note.setText(f"Judged are {note}: the figures are rough." if note else "")
        self._note.setVisible(bool(note))

    def show_set(self, source: str, name: str, note: str) -> None:
        """Show the second set with a note. source: empty for none."""
        self.other.show_source(source, name)
        self._set_words.setText(note)
        self._set_words.setVisible(bool(note))
        for part in (self.roc, self._shown_set, self._told):
            part.setVisible(bool(source))
        self._shown_set.setItemText(1, name)
        if not source:
            self._shown_set.setCurrentIndex(0)
            self.warn("")

    def show_histogram(self, sets: Sequence[tuple[str, Scores, str]], unit: str, threshold: float) -> None:
        """Show the scores (n,) of sets by name, each with its colour, and the threshold."""
        self.histogram.show_sets(sets, unit)
        self.histogram.show_threshold(threshold)
        for key, (name, scores, colour) in zip(self.keys, sets, strict=True):
            key.setText(f"■ {name}")
            key.setStyleSheet(f"color: {colour};")
            key.setVisible(bool(len(scores)))

    def offer_sets(self, sets: Mapping[str, str]) -> None:
        """List the user's image sets for comparison: names by source."""
        self.other.offer((*_SETS, *(Option(source, name) for source, name in sets.items())))

    def show_alarms(self, share: float, sentence: str) -> None:
        """Show the threshold and a text on the images above it."""
        self.alarms.blockSignals(True)
        self.alarms.setValue(100 * share)
        self.alarms.blockSignals(False)
        self._above.setText(sentence)

    def warn(self, sentence: str) -> None:
        """Show a warning on a score."""
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))

    def offer_colour(self, lacking: str) -> None:
        """Enable colouring of points by the score, unless something is lacking."""
        self.colour.setEnabled(not lacking)
        self.colour.setToolTip(tooltip(f"{_COLOUR}\n\nNot available: {lacking}." if lacking else _COLOUR))

    @property
    def shows_others(self) -> bool:
        """Whether the oddest images of the second set are listed, instead of the model's own."""
        return self._shown_set.currentIndex() == 1

    def dress(self, theme: Theme) -> None:
        for part in (self.histogram, self.roc, self.oddest):
            part.dress(theme)

    def end(self) -> None:
        """Release the plots."""
        self.histogram.end()
        self.roc.end()

    # -- its parts

    def _make_choices(self) -> None:
        self.score = combo_box((), "Score by which images are judged")
        self._sentence = words("faint")
        told = "Second set, to be told from the model's own images"
        self.other = ImageSource(_SETS, told, "Compare with", _FILES)
        self._set_words, self.complaint, self._note = words("faint"), words("error"), words("faint")
        self._note.hide()
        self.keys = [PlainLabel() for _ in range(3)]
        self._doing, self.progress = PlainLabel(), QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(7)
        self.stop = tool_button("Stop", "Stop judging; what has been judged stays", self.stop_wanted.emit)
        self.complaint.hide()
        self.score.setSizeAdjustPolicy(self.score.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.score.setMinimumContentsLength(8)
        self.score.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.score.activated.connect(self._choose_score)
        self.other.chosen.connect(self.set_chosen)

    def _make_threshold(self) -> None:
        self.alarms, self._above = QDoubleSpinBox(), words()
        self.alarms.setRange(0.0, 100.0)
        self.alarms.setDecimals(1)
        self.alarms.setSingleStep(0.5)
        self.alarms.setSuffix(" %")
        self.alarms.setKeyboardTracking(False)
        self.alarms.setToolTip(tooltip(_ALARMS))
        self.alarms.setAccessibleName("False alarms")
        self.alarms.valueChanged.connect(lambda percent: self.alarms_chosen.emit(percent / 100))
        self._told, self.warning = heading("How well it tells them apart"), words("error")
        self.warning.hide()

    def _make_oddest(self) -> None:
        self._shown_set = combo_box(["The model's own", ""], "Whose oddest images are listed")
        self._shown_set.activated.connect(lambda _: self.shown_set_chosen.emit(self.shows_others))
        self.select = tool_button(
            "Select", "Select the judged images above the threshold on the map", self.select_wanted.emit
        )
        self.colour = tool_button(
            "Colour points", "Colour all points of the map by this score", self.colour_wanted.emit
        )
        self.offer_colour("no score has been computed yet")

    def _lay_out(self) -> None:
        against = filled(QHBoxLayout(), PlainLabel("Compare with"), self.other, spacing=8)
        against.setStretchFactor(self.other, 1)
        keys = filled(QHBoxLayout(), *self.keys, 1, spacing=10)
        work = filled(QHBoxLayout(), self.progress, self.stop, spacing=8)
        alarms = filled(QHBoxLayout(), PlainLabel("False alarms"), self.alarms, 1, spacing=8)
        odd = filled(QHBoxLayout(), heading("Oddest images"), 1, self._shown_set, spacing=8)
        buttons = filled(QHBoxLayout(), self.select, self.colour, 1, spacing=8)
        parts = (
            self.score, self._sentence, self._note, against, self._set_words, self.complaint, self._doing, work, keys,
            self.histogram, alarms, self._above, self._told, self.roc, self.warning, odd, self.oddest, buttons,
        )  # fmt: skip
        column = filled(QVBoxLayout(self), *parts, spacing=6, margins=(10, 8, 10, 8))
        column.setStretchFactor(self.oddest, 1)

    def _choose_score(self, row: int) -> None:
        self._show_sentence()
        self.score_chosen.emit(self._scores[row].name)

    def _show_sentence(self) -> None:
        row = self.score.currentIndex()
        self._sentence.setText(self._scores[row].sentence if 0 <= row < len(self._scores) else "")
