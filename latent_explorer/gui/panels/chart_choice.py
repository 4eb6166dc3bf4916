"""Choosing a chart: the entries of View ▸ Chart, and the dialog for parameters."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from latent_explorer.charts import ChartKind, ChartSpec, Parameter, charts_for, checked
from latent_explorer.charts.kind import text_of
from latent_explorer.errors import UserError
from latent_explorer.gui.widgets.actions import Command, Entry
from latent_explorer.gui.widgets.controls import Choice
from latent_explorer.gui.widgets.plain import PlainLabel, window_title
from latent_explorer.session import OpenBundle

Choose = Callable[[ChartSpec], object]


def chart_entries(
    bundle: OpenBundle | None, probed: NDArray[np.float32] | None, choose: Choose, owner: QWidget
) -> Iterator[Entry]:
    """Menu entries of the charts for a bundle, the current one checked; those with parameters open a dialog.

    probed: the latent (d,) for charts through a point; None for the default.
    """
    if bundle is None:
        return
    dimensions = bundle.latents.mean.shape[1]
    shown = checked(bundle.spec or bundle.usual, dimensions)
    for kind in charts_for(dimensions):
        before = shown if shown.kind == kind.name else ChartSpec(kind.name)
        ask = partial(ChartDialog, kind, before, dimensions, probed, owner, choose)
        asks = kind.parameters and not kind.made_by
        take = ask if asks else partial(choose, ChartSpec(kind.name))
        title = f"{kind.title}…" if asks else kind.title
        lacks = kind.lacks(bundle.latents.label)
        tip, ticked = f"Not available: {lacks}" if lacks else kind.sentence, partial(kind.name.__eq__, shown.kind)
        yield Command(title, take, tip=tip, checked=ticked, group="chart", enabled=partial(bool, not lacks))


class ChartDialog(QDialog):
    """A dialog for the parameters of a kind of chart, with immediate validation.

    spec: the entered spec, in its shortest form. before: the initial values.
    """

    def __init__(
        self,
        kind: ChartKind,
        before: ChartSpec,
        dimensions: int,
        probed: NDArray[np.float32] | None,
        owner: QWidget,
        choose: Choose,
    ) -> None:
        super().__init__(owner)
        self.accepted.connect(lambda: choose(self.spec))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(window_title(kind.title))
        self.setMinimumWidth(440)
        self.spec, self._kind, self._dimensions = before, kind, dimensions
        form = QFormLayout(self)
        form.addRow(_label(kind.sentence))
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        for each in kind.parameters:
            value = before.parameters.get(each.name, each.default)
            if each.kind == "vector" and probed is not None:
                value = tuple(float(str(number)) for number in probed)  # the shortest digits that identify a float32
            self.fields[each.name] = field = self._field(each, text_of(value))
            form.addRow(f"{each.name.capitalize()}:", field)
            form.addRow("", _label(each.sentence[:1].upper() + each.sentence[1:] + "."))
        self.complaint = _label("")
        form.addRow(self.complaint)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        form.addRow(self.buttons)
        self._check()
        self.open()

    def _field(self, parameter: Parameter, text: str) -> QLineEdit | QComboBox:
        if parameter.choices:
            box = Choice()
            box.addItems(parameter.choices)
            box.setCurrentText(text)
            box.currentTextChanged.connect(self._check)
            return box
        line = QLineEdit(text)
        line.setPlaceholderText(parameter.expected(self._dimensions))
        line.textChanged.connect(self._check)
        return line

    def _check(self) -> None:
        texts = {
            name: field.currentText() if isinstance(field, QComboBox) else field.text()
            for name, field in self.fields.items()
        }
        written = ",".join(f"{name}={text.strip()}" for name, text in texts.items() if text.strip())
        try:
            self.spec = checked(ChartSpec.of(f"{self._kind.name}:{written}"), self._dimensions)
            self.complaint.clear()
        except UserError as error:
            self.complaint.setText(str(error))
        accept = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        if accept is not None:
            accept.setEnabled(not self.complaint.text())


def _label(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setWordWrap(True)
    return label
