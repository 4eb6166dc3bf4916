"""What to train: the few choices that matter, the others folded away, and at each what is wrong with it."""

from pathlib import Path
from typing import Any

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from latent_explorer.gui.exports.rows import Row
from latent_explorer.gui.training.editors import editor_of, sentence_of
from latent_explorer.runs.checks import problems
from latent_explorer.runs.plan import Plan
from latent_explorer.runs.settings import Setting, defaults_for, find_setting, settings

_LABELS = 92  # pixels, so that both halves of the form align
_FOLD = (
    "QToolButton { border: 1px solid transparent; background: transparent; font-weight: 600; text-align: left;"
    " padding: 3px 0; color: palette(placeholder-text); }"
    "QToolButton:checked { background: transparent; color: palette(placeholder-text); }"
    "QToolButton:focus, QToolButton:hover { border-color: palette(highlight); }"
)


class PlanForm(QWidget):
    """Edits a plan. folder: where bundles go. changed: anything was chosen anew. helped: a sentence on what has focus.

    What a person has not touched follows the dataset: another one brings its own sensible values.
    """

    changed = pyqtSignal()
    helped = pyqtSignal(str)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._touched: set[str] = set()
        self._putting = False
        self.rows: dict[str, Row] = {}
        self.complaints: dict[str, QLabel] = {}
        self._labels: dict[str, QLabel] = {}
        self.more_button, self._more = QToolButton(), QWidget()
        self._lay_out()
        self._put(defaults_for("mnist").named(folder))

    @property
    def plan(self) -> Plan:
        """What is chosen now."""
        return Plan().changed({name: row.get() for name, row in self.rows.items()})

    def problems(self) -> dict[str, str]:
        """What cannot work, by the name of the setting."""
        return problems(self.plan, self._folder)

    def offer_name(self) -> None:
        """Offer a free name, unless the person has typed one that is free."""
        if "name" not in self._touched or "name" in self.problems():
            self._touched.discard("name")
        self._follow()

    def choose(self, **values: Any) -> None:
        """Choose for the person, as if they had."""
        self._touched.update(values)
        self._put(self.plan.changed(values))
        self._follow()

    def unfold(self, unfolded: bool) -> None:
        """Show or hide the settings that matter less."""
        self.more_button.setChecked(unfolded)

    # -- construction

    def _lay_out(self) -> None:
        first, more = QWidget(), self._more
        for half in (first, more):
            grid = QGridLayout(half)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setHorizontalSpacing(8)
            grid.setVerticalSpacing(6)
            grid.setColumnMinimumWidth(0, _LABELS)
            grid.setColumnStretch(1, 1)
            for setting in settings():
                if setting.first == (half is first):
                    self._add(grid, setting)
        button = self.more_button
        button.setText("More settings")
        button.setToolTip("Network, its settings, batch, learning rate, seed, device and moments")
        button.setCheckable(True)
        button.setStyleSheet(_FOLD)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.toggled.connect(self._fold)
        self._fold(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (first, button, more):
            column.addWidget(widget)

    def _add(self, grid: QGridLayout, setting: Setting) -> None:
        row, label, complaint = editor_of(setting), QLabel(setting.label), QLabel()
        label.setBuddy(row.editor)
        label.setToolTip(setting.sentence)
        complaint.setProperty("role", "error")
        complaint.setWordWrap(True)
        complaint.hide()
        line = grid.rowCount()
        grid.addWidget(label, line, 0)
        grid.addWidget(row.editor, line, 1)
        grid.addWidget(complaint, line + 1, 1)
        row.editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.editor.setObjectName(setting.name)
        row.editor.installEventFilter(self)
        row.changed.connect(self._choose)
        self.rows[setting.name], self._labels[setting.name], self.complaints[setting.name] = row, label, complaint

    def _fold(self, unfolded: bool) -> None:
        self._more.setVisible(unfolded)
        arrow = Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow
        self.more_button.setArrowType(arrow)

    # -- what changes

    def _choose(self) -> None:
        """A person has changed the editor that tells of it."""
        if self._putting:
            return
        row = self.sender()
        name = next(name for name, each in self.rows.items() if each is row)
        self._touched.add(name)
        if name == "name" and not self.plan.name:
            self._touched.discard("name")  # but it is not filled in again under the person's fingers
            self._show(self.plan)
            return
        self._follow()
        self._help(name)

    def _follow(self) -> None:
        """Let what was not touched follow the dataset and the other choices."""
        plan = self.plan
        plan = defaults_for(plan.source).changed({name: plan.value(name) for name in self._touched | {"source"}})
        self._put(plan if "name" in self._touched else plan.named(self._folder))

    def _put(self, plan: Plan) -> None:
        self._putting = True
        for name, row in self.rows.items():
            if row.get() != plan.value(name) and not (row.get() != row.get() and name in self._touched):
                row.put(plan.value(name))
        self._putting = False
        self._show(plan)

    def _show(self, plan: Plan) -> None:
        """Show what means anything in this plan, and what is wrong with it."""
        wrong = problems(plan, self._folder)
        for setting in settings():
            name, heeded = setting.name, setting.heeded(plan)
            for widget in (self._labels[name], self.rows[name].editor):
                widget.setVisible(heeded)
            self.complaints[name].setText(wrong.get(name, ""))
            self.complaints[name].setVisible(heeded and name in wrong)
            if name in wrong and not setting.first:
                self.unfold(True)  # what is wrong must be in sight
        self.changed.emit()

    def _help(self, name: str) -> None:
        setting = find_setting(name)
        self.helped.emit(sentence_of(setting, self.rows[name]))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Whatever has focus is explained."""
        if event is not None and watched is not None and event.type() == QEvent.Type.FocusIn:
            self._help(watched.objectName())
        return False
