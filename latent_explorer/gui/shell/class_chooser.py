"""The class that the active map's model decodes: chosen in the tool bar, or by digit keys."""

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QToolBar, QWidget

from latent_explorer.gui.pane.session_pane import SessionPane
from latent_explorer.gui.widgets.controls import combo_box
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.gui.workbench import Workbench
from latent_explorer.session import OpenBundle

BY_KEY = 10
"""The maximum number of classes for digit keys; with more, classes are searched by name."""

_WIDEST = 150  # pixels, so that a long name does not displace buttons
_WORDS = "The class under which the model decodes the whole map"


class ClassChooser(QWidget):
    """Shows and changes the class of the active map; visible for conditional models only.

    actions_by_digit: the actions of the keys 0 to 9, active while the map has focus.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self._bench = bench
        self._names: tuple[str, ...] = ()
        self._on_bar: QAction | None = None
        self.box: QComboBox = combo_box((), _WORDS)
        self.box.setAccessibleName("Class to decode as")
        self.box.setMaximumWidth(_WIDEST)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.box.activated.connect(self.choose)
        label = PlainLabel("Class")
        label.setBuddy(self.box)
        filled(QHBoxLayout(self), label, self.box, spacing=6, margins=(6, 0, 6, 0))
        self.actions_by_digit = [self._action(number) for number in range(BY_KEY)]
        bench.changed.connect(self.show_class)
        bench.activated.connect(self._give_digits)
        self._give_digits()

    def put_on(self, bar: QToolBar) -> None:
        """Add this widget at the end of a tool bar."""
        self._on_bar = bar.addWidget(self)
        self.show_class()

    def choose(self, label: int) -> None:
        """Decode the active map as a class."""
        pane = self._bench.active
        if 0 <= label < len(self._names):
            pane.decode_as(label)
            pane.canvas.setFocus()
        self.show_class()

    def show_class(self) -> None:
        """Show the class of the active map, or the one being decoded; nothing if the model is not conditional."""
        session = self._bench.active.session
        names = () if session is None else names_of(session.bundle)
        if names != self._names:
            self._names = names
            self._fill(names)
        if self._on_bar is not None:
            self._on_bar.setVisible(bool(names))
        for number, action in enumerate(self.actions_by_digit):
            action.setEnabled(number < len(names) <= BY_KEY)
        if session is not None and names and self.box.currentIndex() != session.state.label:
            self.box.setCurrentIndex(session.state.label)

    def _fill(self, names: Sequence[str]) -> None:
        self.box.clear()
        self.box.addItems(names)
        searched = len(names) > BY_KEY
        self.box.setEditable(searched)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        if searched and (completer := self.box.completer()) is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        how = "Type part of a name to search" if searched else f"Keys 0 to {len(names) - 1} on the map, in this order"
        self.box.setToolTip(tooltip(f"{_WORDS}; view, pins, path and selection stay. {how}."))

    def _action(self, number: int) -> QAction:
        action = QAction(f"Decode as class {number}", self)
        action.setShortcut(QKeySequence(str(number)))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setAutoRepeat(False)
        action.triggered.connect(partial(self.choose, number))
        return action

    def _give_digits(self) -> None:
        """Give the digit keys to the active map only."""
        for pane in self._bench.panes:
            for action in self.actions_by_digit:
                pane.canvas.removeAction(action)
        self._bench.active.canvas.addActions(self.actions_by_digit)
        self.show_class()


def names_of(bundle: OpenBundle) -> tuple[str, ...]:
    """The names of the classes that a bundle can decode; none unless its model is conditional."""
    return bundle.class_names[: bundle.config.net.classes] if bundle.config.decodes else ()


def takes_digits(pane: SessionPane) -> bool:
    """Whether digits choose the class of a map, so that its layers need Alt."""
    return pane.bundle is not None and 0 < len(names_of(pane.bundle)) <= BY_KEY
