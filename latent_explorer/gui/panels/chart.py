"""The panel of the current chart: its parameters, the time of its fit, and sliders for parameters without a fit."""

from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QSlider, QVBoxLayout, QWidget

from latent_explorer.charts import CHARTS, ChartSpec, NonlinearChart, Parameter, checked
from latent_explorer.charts.kind import text_of
from latent_explorer.gui.panels.chart_trust import ChartTrust
from latent_explorer.gui.widgets.controls import hint, slider, tool_button
from latent_explorer.gui.widgets.parts import Elided, Sentence, filled, heading, timer
from latent_explorer.session import OpenBundle

_STEPS = 20  # steps of a slider
_REST_MS = 350  # of rest before a change by a slider is applied


class ChartPanel(QWidget):
    """Shows the current chart. chosen: another spec of the same kind. change_wanted: the list of charts is requested.

    sliders: for parameters that need no fit, by name. values: of the others. trust: how far the map can be trusted.
    """

    chosen = pyqtSignal(object)
    change_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._spec: ChartSpec | None = None
        self.title, self.sentence, self.took = heading("No model is open"), Sentence(), hint("")
        self.values, self.sliders = dict[str, Elided](), dict[str, QSlider]()
        self.change = tool_button("Change…", "Choose another chart, or other parameters", self.change_wanted.emit)
        self._form, self.trust = QFormLayout(), ChartTrust()
        self._form.setVerticalSpacing(5)
        self._rest = timer(self, _REST_MS, self._tell, once=True)
        parts = (self.title, self.sentence, self._form, self.took, self.change, self.trust)
        filled(QVBoxLayout(self), *parts, 1, spacing=6, margins=(9, 9, 9, 9))

    def show_bundle(self, bundle: OpenBundle) -> None:
        """Show the chart of a bundle."""
        spec = checked(bundle.spec or bundle.usual, bundle.latents.mean.shape[1])
        kind = CHARTS[spec.kind]
        self.title.setText(kind.title)
        self.sentence.setText(kind.sentence)
        if self._spec is None or self._spec.kind != spec.kind:
            self._list(kind.parameters)
        self._spec = spec
        for each in kind.parameters:
            value = spec.parameters.get(each.name, each.default)
            if each.name in self.sliders and isinstance(value, float):
                self._show(self.sliders[each.name], each, value)
            else:
                self.values[each.name].setText(text_of(value) or "found by itself")
        chart = bundle.chart
        seconds = chart.fit_seconds if isinstance(chart, NonlinearChart) else None
        self.took.setText("" if seconds is None else f"Fitted in {seconds[0]:,.0f} s ({seconds[1]:,.0f} s of CPU time)")
        self.took.setVisible(seconds is not None)

    def _list(self, parameters: tuple[Parameter, ...]) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        self.values, self.sliders = {}, {}
        for each in parameters:
            name, tip = f"{each.name.capitalize()}:", each.sentence[:1].upper() + each.sentence[1:]
            if each.refits or each.kind != "number":
                self.values[each.name] = label = Elided()
                self._form.addRow(name, label)
            else:
                made = slider(each.name.capitalize(), 0, _STEPS, 0, tip)
                made.valueChanged.connect(partial(self._slid, each))
                self.sliders[each.name] = made
                self._form.addRow(name, made)

    def _show(self, made: QSlider, parameter: Parameter, value: float) -> None:
        made.blockSignals(True)
        made.setValue(round((value - parameter.low) / (parameter.high - parameter.low) * _STEPS))
        made.blockSignals(False)

    def _slid(self, parameter: Parameter, step: int) -> None:
        if self._spec is not None:
            value = parameter.low + (parameter.high - parameter.low) * step / _STEPS
            others = {name: each for name, each in self._spec.parameters.items() if name != parameter.name}
            self._spec = ChartSpec(self._spec.kind, {**others, parameter.name: round(value, 6)})
            self._rest.start()

    def _tell(self) -> None:
        if self._spec is not None:
            self.chosen.emit(self._spec)
