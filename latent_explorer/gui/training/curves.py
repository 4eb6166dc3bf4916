"""The loss curves; pyqtgraph is loaded only when they are made, with the panel."""

from typing import Any

import numpy as np
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.axis import plain_axis
from latent_explorer.gui.training.history import History
from latent_explorer.gui.training.words import term
from latent_explorer.runs.report import Report

_HEIGHT = 190
_HINT = "Thin line: while training; dots: on the test images. Point at the curves to read them."


class Curves(QWidget):
    """Train and test of each term of the loss. hidden: the terms that a person has hidden."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        import pyqtgraph

        self._graph: Any = pyqtgraph
        self.history, self.hidden = History(), set[str]()
        self._theme, self._per_epoch = theme, 1
        self._moment: float | None = None
        self._lines: dict[str, tuple[Any, Any]] = {}
        self.keys: dict[str, QToolButton] = {}
        self.plot: Any = pyqtgraph.PlotWidget(axisItems={"left": plain_axis()})
        self.log, self.reading = QCheckBox("Log"), QLabel(_HINT)
        self._here, self._seen = self._upright(), self._upright()
        self._set_up()
        self._lay_out()
        self.dress(theme)

    # -- what is shown

    def start(self, per_epoch: int, epochs: int) -> None:
        """Show another run. per_epoch: steps in each of so many epochs."""
        self.history, self._per_epoch, self._moment = History(), per_epoch, None
        self.plot.setXRange(0, epochs, padding=0.02)
        self._rebuild()

    def take(self, report: Report) -> None:
        """Show a report more."""
        self.history.take(report, self._per_epoch)
        if self.history.terms != list(self._lines):
            self._rebuild()
        self._draw()

    def show_moment(self, step: int | None) -> None:
        """Mark the step that the map shows; None where it shows the newest."""
        self._moment = None if step is None else step / self._per_epoch
        self._seen.setVisible(self._moment is not None)
        if self._moment is not None:
            self._seen.setValue(self._moment)

    def end(self) -> None:
        """Let go of what pyqtgraph keeps that is no child of the window, such as its menu."""
        self.plot.plotItem.close()

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.plot.setBackground(theme.panel)
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(theme.line)
            axis.setTextPen(theme.faint)
        self.plot.setLabel("bottom", "epoch", color=theme.faint)
        self._here.setPen(self._graph.mkPen(theme.faint, style=Qt.PenStyle.DotLine))
        self._seen.setPen(self._graph.mkPen(theme.accent, width=2))
        self._rebuild()

    # -- construction

    def _set_up(self) -> None:
        plot = self.plot
        plot.setFixedHeight(_HEIGHT)
        plot.setMouseEnabled(False, False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(y=True, alpha=0.15)
        plot.getAxis("left").setWidth(34)
        for line in (self._here, self._seen):
            line.setZValue(-1)
            line.hide()
            plot.addItem(line, ignoreBounds=True)
        plot.setAccessibleName("Loss curves")
        plot.viewport().setMouseTracking(True)
        plot.viewport().installEventFilter(self)
        self.log.setChecked(True)
        self.log.setToolTip("Show ratios rather than differences: small terms stay in sight beside large ones")
        self.log.toggled.connect(self._scale)
        plot.setLogMode(y=True)

    def _lay_out(self) -> None:
        column, self._legend = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._legend.setSpacing(4)
        self._legend.addStretch(1)
        self._legend.addWidget(self.log)
        self.reading.setProperty("role", "faint")
        self.reading.setWordWrap(True)
        self.reading.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reading.setMinimumHeight(3 * self.reading.fontMetrics().lineSpacing())
        column.addLayout(self._legend)
        column.addWidget(self.plot, 1)
        column.addWidget(self.reading)

    def _upright(self) -> Any:
        return self._graph.InfiniteLine(0, 90)

    def _rebuild(self) -> None:
        """Curves and legend anew, in the colours of the theme."""
        for pair in self._lines.values():
            for line in pair:
                self.plot.removeItem(line)
        for key in self.keys.values():
            self._legend.removeWidget(key)
            key.deleteLater()
        theme = self._theme
        colours = dict(zip(self.history.terms, (theme.accent, theme.fair, theme.good, theme.poor), strict=False))
        self._lines = {name: self._pair(colours.get(name, theme.text)) for name in self.history.terms}
        self.keys = {name: self._key(name, colours.get(name, theme.text)) for name in self.history.terms}
        for place, key in enumerate(self.keys.values()):
            self._legend.insertWidget(place, key)
        self._draw()

    def _pair(self, colour: str) -> tuple[Any, Any]:
        """The curves of train and test."""
        thin, dots = (
            self._graph.mkPen(colour, width=1.4),
            self._graph.mkPen(colour, width=1, style=Qt.PenStyle.DashLine),
        )
        train = self.plot.plot(pen=thin)
        test = self.plot.plot(pen=dots, symbol="o", symbolSize=6, symbolBrush=colour, symbolPen=None)
        return train, test

    def _key(self, name: str, colour: str) -> QToolButton:
        """A button in the colour of a term, which hides it."""
        key = QToolButton()
        key.setText(f"● {term(name)}")
        key.setCheckable(True)
        key.setChecked(name not in self.hidden)
        key.setToolTip(f"Show or hide the {term(name)}")
        key.setStyleSheet(
            "QToolButton { border: 1px solid transparent; background: transparent; padding: 1px 3px;"
            f" color: {self._theme.faint}; }} QToolButton:checked {{ color: {colour}; background: transparent; }}"
            f" QToolButton:hover, QToolButton:focus {{ border-color: {self._theme.accent}; }}"
        )
        key.toggled.connect(lambda shown: self._show_term(name, shown))
        return key

    # -- drawing

    def _draw(self) -> None:
        for name, (train, test) in self._lines.items():
            for line, split in ((train, self.history.train), (test, self.history.test)):
                if name in split:
                    line.setData(*split[name].arrays())
                line.setVisible(name not in self.hidden)
        self._fit()

    def _fit(self) -> None:
        """What is shown fills the height."""
        shown = [
            series.arrays()[1]
            for split in (self.history.train, self.history.test)
            for name, series in split.items()
            if name not in self.hidden
        ]
        values = np.concatenate(shown) if shown else np.zeros(0)
        values = values[np.isfinite(values) & ((values > 0) | (not self.log.isChecked()))]
        if len(values):
            low, high = (np.log10(values) if self.log.isChecked() else values)[[values.argmin(), values.argmax()]]
            self.plot.setYRange(low, max(high, low + 1e-6), padding=0.06)

    def _scale(self, log: bool) -> None:
        self.plot.setLogMode(y=log)
        self._draw()

    def _show_term(self, name: str, shown: bool) -> None:
        self.hidden.discard(name) if shown else self.hidden.add(name)
        self._draw()

    # -- reading

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """The values under the pointer are read out."""
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
