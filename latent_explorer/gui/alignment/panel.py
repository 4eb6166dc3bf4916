"""The Alignment panel: the translator, how pairs are found, and the anchors with their figures."""

from collections.abc import Iterable

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.gui.alignment.anchor_errors import BOUNDS, grade_colours, grade_marks
from latent_explorer.gui.alignment.anchor_list import AnchorList
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import combo_box, hint, spin_box, tool_button
from latent_explorer.gui.widgets.parts import filled, heading, words
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.session.alignment import AlignmentState, Growth

GROWTHS: dict[Growth, tuple[str, str]] = {
    "": ("The anchors alone", "The translator is fitted on the anchors alone."),
    "bootstrapped": (
        "Grown from the anchors",
        "Further pairs are found as mutual nearest neighbours, starting from the anchors; it takes seconds.",
    ),
    "blind": ("Found without anchors", "Pairs are found from the shapes of the two clouds alone; it may fail."),
}
WAYS = {
    "random": ("At random by class", "Images drawn at random, equally many of each class"),
    "farthest": ("Farthest apart", "Images as far apart as possible in the latent space on the left"),
}
_USUAL_COUNT, _MOST = 300, 5000
_SIGNS = {"disc": "●", "square": "■", "triangle": "▲"}
_LEAST_CHOICE = 100  # pixels: what does not fit of a choice is cut
_NOT_LINKED = (
    "Open a second map with View ▸ Second map. Two models of the same images can then be linked by anchors, and one "
    "translated into the other."
)
_WHAT = (
    "An anchor is a pair of images, one in each map, that mean the same; the translator between them is fitted on it."
)
_BY_HAND = {
    True: "Choose the Anchor tool (A) and click an image in either map, or begin with some at random.",
    False: "These maps show different images: choose the Anchor tool (A) and click one in each map, or read pairs from "
    "a file.",
}


class AlignmentPanel(QWidget):
    """Shows the alignment of two linked maps, with controls.

    translator_chosen, growth_chosen: by name. add_wanted: a way to find anchors, and a count. worst_wanted: drop the
    worst anchor. more: a layout for further widgets.
    """

    translator_chosen = pyqtSignal(str)
    growth_chosen = pyqtSignal(str)
    cancel_wanted = pyqtSignal()
    add_wanted = pyqtSignal(str, int)
    read_wanted = pyqtSignal()
    write_wanted = pyqtSignal()
    clear_wanted = pyqtSignal()
    worst_wanted = pyqtSignal()
    save_wanted = pyqtSignal()
    load_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.list = AnchorList()
        self.more = filled(QVBoxLayout(), spacing=8)
        self._none = hint(_NOT_LINKED)
        self._linked = QWidget()
        self._make_translator()
        self._make_anchors()
        self._lay_out()
        self.show_none()

    # -- display

    def show_none(self) -> None:
        """Show that no maps are linked."""
        self._none.show()
        self._linked.hide()

    def show_link(self, common: bool) -> None:
        """Show the controls of a link. common: whether both maps have the same images."""
        self._none.hide()
        self._linked.show()
        self.add.setVisible(common)
        self.way.setVisible(common)
        self.count.setVisible(common)
        self.begin.setVisible(common)
        self._by_hand.setText(_BY_HAND[common])

    def show_state(self, state: AlignmentState) -> None:
        """Show the choices and the number of anchors."""
        self._choose(self.translator, state.translator)
        self._choose(self.growth, state.growth)
        kind = TRANSLATORS.get(state.translator)
        self._translator_words.setText("" if kind is None else kind.sentence)
        self._growth_words.setText(GROWTHS[state.growth][1])
        count = len(state.anchors)
        self._first.setVisible(not count)
        self._heading.setText(f"Anchors ({count:,})" if count else "Anchors")
        for part in (self.list, self._legend, self.worst, self.clear, self.write):
            part.setVisible(bool(count))

    def show_figures(self, lines: Iterable[str]) -> None:
        """Show figures of the translator, one sentence per line."""
        self.figures.setText("\n".join(lines))
        self.figures.setVisible(bool(self.figures.text()))

    def say(self, note: str, wrong: bool = False) -> None:
        """Show a note on the fit, or why there is none."""
        self.note.setProperty("role", "error" if wrong else "")
        if (style := self.note.style()) is not None:
            style.polish(self.note)  # applies the role
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def show_work(self, work: Work | None) -> None:
        """Show the progress of a long fit."""
        self._working.setVisible(work is not None)
        if work is not None:
            self._work_words.setText(f"{work.words[:1].upper()}{work.words[1:]}")
            self.share.setRange(0, 0 if work.share is None else 100)
            self.share.setValue(round(100 * (work.share or 0)))

    def offer_worst(self, text: str, offered: bool) -> None:
        """Show which anchor is the worst."""
        self.worst.setToolTip(tooltip(text))
        self.worst.setEnabled(offered)

    def dress(self, theme: Theme) -> None:
        self.list.dress(theme)
        self._legend.dress(theme)

    # -- its parts

    def _make_translator(self) -> None:
        self.translator = combo_box((), "Kind of translator")
        for name, kind in TRANSLATORS.items():
            self.translator.addItem(kind.title, name)
        self.translator.setMinimumWidth(_LEAST_CHOICE)
        self.growth = combo_box((), "How to find the pairs that the translator is fitted on")
        for growth, (title, _) in GROWTHS.items():
            self.growth.addItem(title, growth)
        self.translator.activated.connect(lambda: self.translator_chosen.emit(self.translator.currentData()))
        self.growth.activated.connect(lambda: self.growth_chosen.emit(self.growth.currentData()))
        self._translator_words, self._growth_words = hint(""), hint("")
        self.figures, self.note = words(), words()
        self._working, self._work_words, self.share = QWidget(), words("faint"), QProgressBar()
        self.share.setTextVisible(False)
        self.share.setFixedHeight(7)
        self.cancel = tool_button("Cancel", "Stop finding pairs; the present translator stays", self.cancel_wanted.emit)
        row = filled(QHBoxLayout(), self.share, self.cancel)
        row.setStretchFactor(self.share, 1)
        filled(QVBoxLayout(self._working), self._work_words, row)
        self._working.hide()
        self.save = tool_button("Save…", "Save the translator both ways in a file", self.save_wanted.emit)
        self.load = tool_button(
            "Load…", "Use a translator that was saved, until the anchors change", self.load_wanted.emit
        )

    def _make_anchors(self) -> None:
        self._heading, self._first = heading("Anchors"), QWidget()
        self._by_hand = hint("")
        self.begin = tool_button(
            f"Use {_USUAL_COUNT} random anchors",
            "Images drawn at random, equally many of each class",
            lambda: self.add_wanted.emit("random", _USUAL_COUNT),
            wide=True,
        )
        filled(QVBoxLayout(self._first), hint(_WHAT), self._by_hand, self.begin, spacing=6)
        self.way, self.count = combo_box((), "How anchors are chosen"), spin_box(1, _MOST, 100, "", "How many to add")
        for name, (title, _) in WAYS.items():
            self.way.addItem(title, name)
        self.add = tool_button("Add", "Add this many anchors", self._add)
        self.read = tool_button(
            "From a file…", "Add the pairs of images in a file: .csv, .json or .npy", self.read_wanted.emit
        )
        self.write = tool_button(
            "Export…", "Write the anchors to a file that can be read again", self.write_wanted.emit
        )
        self.worst = tool_button("Drop the worst", "", self.worst_wanted.emit)
        self.clear = tool_button("Clear", "Delete all anchors; Ctrl+Z restores them", self.clear_wanted.emit)
        self._legend = _Legend()

    def _add(self) -> None:
        self.add_wanted.emit(self.way.currentData(), self.count.value())

    def _lay_out(self) -> None:
        adding = filled(QHBoxLayout(), self.way, self.count, self.add)
        adding.setStretchFactor(self.way, 1)
        files = filled(QHBoxLayout(), self.read, self.write, 1)
        dropping = filled(QHBoxLayout(), self.worst, self.clear, 1)
        translator = filled(QHBoxLayout(), self.translator, self.save, self.load)
        translator.setStretchFactor(self.translator, 1)
        parts = (
            heading("Translator"), translator, self._translator_words, heading("Pairs"), self.growth,
            self._growth_words, self._working, self.figures, self.note, self._heading, self._first, adding, files,
            self.list, self._legend, dropping, self.more,
        )  # fmt: skip
        filled(QVBoxLayout(self._linked), *parts, spacing=6)
        filled(QVBoxLayout(self), self._none, self._linked, 1, spacing=6, margins=(9, 9, 9, 9))

    def _choose(self, box: QComboBox, name: str) -> None:
        if (index := box.findData(name)) >= 0:
            box.setCurrentIndex(index)


class _Legend(QWidget):
    """The meaning of the anchors' colours."""

    def __init__(self) -> None:
        super().__init__()
        low, high = BOUNDS
        self._words = (f"below {low:g}", f"to {high:g}", "above")
        self._labels = [PlainLabel(f"● {each}") for each in self._words]
        filled(QHBoxLayout(self), hint("Error:"), *self._labels, 1, spacing=8)
        self.setToolTip(
            tooltip(
                "How far the translator is off at an anchor when it is fitted without it, the mean of forth and back, "
                "in units of the spread of the anchors: 0 is exact, 1 about as good as their mean"
            )
        )

    def dress(self, theme: Theme) -> None:
        looks = zip(self._labels, self._words, grade_colours(theme)[1:], grade_marks(theme)[1:], strict=True)
        for label, told, colour, mark in looks:
            label.setText(f"{_SIGNS[mark]} {told}")
            label.setStyleSheet(f"color: {colour}")
