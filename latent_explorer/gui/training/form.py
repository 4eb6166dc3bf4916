"""The training form: main settings, folded advanced settings, and errors beside each."""

from pathlib import Path
from typing import Any

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from latent_explorer.gui.exports.form import Row
from latent_explorer.gui.training.editors import editor_of
from latent_explorer.gui.widgets.parts import filled, words
from latent_explorer.gui.widgets.plain import PlainLabel, tooltip
from latent_explorer.runs.plan import Plan
from latent_explorer.runs.settings import Setting, defaults_for, find_setting, problems, settings

_LABELS = 92  # pixels, so that both halves of the form align


class PlanForm(QWidget):
    """Edits a plan. folder: for bundles. changed: a setting has changed. helped: help for the focused setting.

    Settings that the user has not changed follow the defaults for the dataset.
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
        """The current plan."""
        return Plan().changed({name: row.get() for name, row in self.rows.items()})

    def problems(self) -> dict[str, str]:
        """Errors by setting name."""
        return problems(self.plan, self._folder)

    def offer_name(self) -> None:
        """Offer a free name, unless the user has entered a free one."""
        if "name" in self.problems():
            self._touched.discard("name")
        self._follow()

    def choose(self, **values: Any) -> None:
        """Set values as if the user had chosen them."""
        self._touched.update(values)
        self._put(self.plan.changed(values))
        self._follow()

    def _lay_out(self) -> None:
        first, more = QWidget(), self._more
        for half in (first, more):
            form = QFormLayout(half)
            form.setContentsMargins(0, 0, 0, 0)
            form.setSpacing(6)
            for setting in settings():
                if setting.first == (half is first):
                    self._add(form, setting)
        button = self.more_button
        button.setText("More settings")
        button.setToolTip(tooltip("Network, its settings, batch size, learning rate, seed, device and snapshots"))
        button.setCheckable(True)
        button.setProperty("role", "fold")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.toggled.connect(self._fold)
        self._fold(False)
        filled(QVBoxLayout(self), first, button, more, spacing=8)

    def _add(self, form: QFormLayout, setting: Setting) -> None:
        row, label, complaint = editor_of(setting), PlainLabel(setting.label), words("error")
        label.setBuddy(row.editor)
        label.setToolTip(tooltip(setting.sentence))
        label.setMinimumWidth(_LABELS)
        form.addRow(label, row.editor)
        form.addRow("", complaint)
        row.editor.installEventFilter(self)
        row.changed.connect(lambda *_: self._choose(setting.name))
        self.rows[setting.name], self._labels[setting.name], self.complaints[setting.name] = row, label, complaint

    def _fold(self, unfolded: bool) -> None:
        self._more.setVisible(unfolded)
        self.more_button.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)

    # -- changes

    def _choose(self, name: str) -> None:
        if self._putting:
            return
        self._touched.add(name)
        if name == "name" and not self.plan.name:
            self._touched.discard("name")  # but not filled in while the user is typing
            self._show(self.plan)
            return
        self._follow()
        self._help(name)

    def _follow(self) -> None:
        """Update untouched settings to the defaults for the dataset and the other settings."""
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
        """Show the settings that apply to a plan, and its errors."""
        wrong = problems(plan, self._folder)
        for setting in settings():
            name, heeded = setting.name, setting.heeded(plan)
            for widget in (self._labels[name], self.rows[name].editor):
                widget.setVisible(heeded)
            self.complaints[name].setText(wrong.get(name, ""))
            self.complaints[name].setVisible(heeded and name in wrong)
            if name in wrong and not setting.first:
                self.more_button.setChecked(True)  # errors must be visible
        self.changed.emit()

    def _help(self, name: str) -> None:
        """Emit help on a setting and its current value."""
        setting, value = find_setting(name), self.rows[name].get()
        chosen = next((choice.sentence for choice in setting.choices if choice.value == value), "")
        self.helped.emit(f"{setting.sentence} {chosen}".strip())

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Explain the focused setting; let the wheel scroll the form instead of changing editors."""
        if watched is None or event is None:
            return False
        if event.type() == QEvent.Type.FocusIn:
            self._help(watched.objectName())
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
        return event.type() == QEvent.Type.Wheel
