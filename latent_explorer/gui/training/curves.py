"""The loss curves, with their values at the pointer."""

import math
from collections.abc import Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any

import pyqtgraph
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.figures import History, term
from latent_explorer.gui.widgets.parts import filled, in_order, words
from latent_explorer.gui.widgets.plain import caption, tooltip
from latent_explorer.gui.widgets.still_plot import dress_plot, still_plot, tell_values
from latent_explorer.runs.report import Report
from latent_explorer.runs.settings import competes

_HINT = "Thin line: while training; dots: on the test images. Point at the curves to see their values."
_COMPETING = (
    "The two networks compete: neither loss falls as the pictures get better. The samples and their classes show that."
)
_HEIGHT = 190  # pixels
_MOST = 7  # labels on a log scale; with more, only powers of ten are labelled


def log_ticks(low: float, high: float) -> list[float]:
    """The ticks between 10^low and 10^high, as logarithms: at 1, 2 and 5 of each power, or only at 1."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    ticks = [power + math.log10(digit) for power in powers for digit in (1, 2, 5)]
    seen = [tick for tick in ticks if low <= tick <= high]
    return seen if len(seen) <= _MOST else [tick for tick in seen if tick == round(tick)]


class _PlainAxis(pyqtgraph.AxisItem):  # type: ignore[misc] # has no types
    """An axis with plain numbers, also on a log scale."""

    def logTickValues(self, low: float, high: float, size: float, levels: Any) -> list[tuple[Any, list[float]]]:
        return [(1.0, log_ticks(low, high))]

    def logTickStrings(self, values: list[float], scale: float, spacing: Any) -> list[str]:
        return [f"{10**value * scale:.3g}" if value < 3 else f"{10**value * scale:,.0f}" for value in values]


class Curves(QWidget):
    """Train and test curves of each loss term. hidden: the terms hidden by the user."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.history, self.hidden = History(), set[str]()
        self._theme, self._per_epoch = theme, 1
        self._lines: dict[str, tuple[Any, Any]] = {}
        self.keys: dict[str, QToolButton] = {}
        self.plot = still_plot("Loss curves", _HEIGHT, left=_PlainAxis("left"))
        self.log, self.reading, self.remark = QCheckBox("Log"), words("faint", 3), words("faint")
        self._here, self._seen = pyqtgraph.InfiniteLine(0, 90), pyqtgraph.InfiniteLine(0, 90)
        self._set_up()
        self._lay_out()
        self.dress(theme)

    def start(self, per_epoch: int, epochs: int) -> None:
        """Start with a run. per_epoch: steps per epoch."""
        self.history, self._per_epoch = History(), max(1, per_epoch)
        self.plot.setXRange(0, epochs, padding=0.02)
        self._rebuild()

    def say_family(self, name: str) -> None:
        """Explain the losses of a family, if less is not better."""
        self.remark.setVisible(competes(name))

    def take(self, report: Report) -> None:
        """Add a report."""
        self.history.take(report, self._per_epoch)
        if self.history.terms != list(self._lines):
            self._rebuild()
        self._draw()

    def take_before(self, reports: Sequence[Report]) -> None:
        """Add reports from before those shown."""
        self.history = self.history.after(reports, self._per_epoch)
        self._rebuild()

    def show_moment(self, step: int | None) -> None:
        """Mark the step shown on the map; None for the newest."""
        self._seen.setVisible(step is not None)
        self._seen.setValue((step or 0) / self._per_epoch)

    def end(self) -> None:
        """Release objects of pyqtgraph that are not children of the window, such as its menu."""
        self.plot.plotItem.close()

    def dress(self, theme: Theme) -> None:
        """Apply a theme."""
        self._theme = theme
        dress_plot(self.plot, theme, bottom="epoch")
        self._here.setPen(pyqtgraph.mkPen(theme.faint, style=Qt.PenStyle.DotLine))
        self._seen.setPen(pyqtgraph.mkPen(theme.accent, width=2))
        self._rebuild()

    def _set_up(self) -> None:
        plot = self.plot
        plot.showGrid(y=True, alpha=0.15)
        plot.getAxis("left").setWidth(34)
        for line in (self._here, self._seen):
            line.setZValue(-1)
            line.hide()
            plot.addItem(line, ignoreBounds=True)
        plot.viewport().setMouseTracking(True)
        plot.viewport().installEventFilter(self)
        self.log.setChecked(True)
        self.log.setToolTip(tooltip("Logarithmic scale: small terms stay visible beside large ones"))
        self.log.toggled.connect(lambda log: plot.setLogMode(y=log))
        plot.setLogMode(y=True)

    def _lay_out(self) -> None:
        self.reading.setText(_HINT)
        self._legend = filled(QHBoxLayout(), 1, self.log, spacing=4)
        filled(QVBoxLayout(self), self._legend, self.plot, self.remark, self.reading, spacing=4)
        self.remark.setText(_COMPETING)
        self.remark.hide()

    def _rebuild(self) -> None:
        """Rebuild curves and legend in the colours of the theme."""
        for pair in self._lines.values():
            for line in pair:
                self.plot.removeItem(line)
        for key in self.keys.values():
            self._legend.removeWidget(key)
            key.hide()
            key.deleteLater()
        theme = self._theme
        colours = chain((theme.accent, theme.fair, theme.good, theme.poor), repeat(theme.text))
        self._lines, self.keys = {}, {}
        for place, (name, colour) in enumerate(zip(self.history.terms, colours, strict=False)):
            self._lines[name], self.keys[name] = self._pair(colour), self._key(name, colour)
            self._legend.insertWidget(place, self.keys[name])
        before = self.log.previousInFocusChain()
        in_order(*([] if before is None else [before]), *self.keys.values(), self.log)
        self._draw()

    def _pair(self, colour: str) -> tuple[Any, Any]:
        dashed = pyqtgraph.mkPen(colour, width=1, style=Qt.PenStyle.DashLine)
        train = self.plot.plot(pen=pyqtgraph.mkPen(colour, width=1.4))
        return train, self.plot.plot(pen=dashed, symbol="o", symbolSize=6, symbolBrush=colour, symbolPen=None)

    def _key(self, name: str, colour: str) -> QToolButton:
        """A button in the colour of a term that hides it."""
        key = QToolButton()
        key.setText(caption(f"● {term(name)}"))
        key.setCheckable(True)
        key.setChecked(name not in self.hidden)
        key.setToolTip(tooltip(f"Show or hide the {term(name)}"))
        key.setStyleSheet(
            "QToolButton { border: 1px solid transparent; background: transparent; padding: 1px 3px;"
            f" color: {self._theme.faint}; }} QToolButton:checked {{ color: {colour}; background: transparent; }}"
            f" QToolButton:hover, QToolButton:focus {{ border-color: {self._theme.accent}; }}"
        )
        key.toggled.connect(partial(self._show_term, name))
        return key

    def _draw(self) -> None:
        for name, (train, test) in self._lines.items():
            for line, split in ((train, self.history.train), (test, self.history.test)):
                if name in split:
                    line.setData(split[name].at, split[name].values)
                line.setVisible(name not in self.hidden)
        terms = [name for name in self.history.terms if name not in self.hidden]
        tell_values(self.plot, self.history.words_at(self.history.last, terms))

    def _show_term(self, name: str, shown: bool) -> None:
        self.hidden.discard(name) if shown else self.hidden.add(name)
        self._draw()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Show the values at the pointer."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            self._read(self.plot.plotItem.vb.mapSceneToView(self.plot.mapToScene(event.pos())).x())
        elif event is not None and event.type() == QEvent.Type.Leave:
            self._here.hide()
            self.reading.setText(_HINT)
        return False

    def _read(self, epoch: float) -> None:
        shown = [name for name in self.history.terms if name not in self.hidden]
        if not shown:
            return
        epoch = min(max(epoch, 0.0), self.history.last)
        self._here.setValue(epoch)
        self._here.show()
        self.reading.setText(self.history.words_at(epoch, shown))
