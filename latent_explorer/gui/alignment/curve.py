"""The closure of a translator as a curve over the number of anchors, with the current state marked."""

import math
from typing import Any

import pyqtgraph
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.alignment.protocol import ClosureMeasured
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.parts import filled, heading, words
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.gui.widgets.still_plot import dress_plot, still_plot, tell_values

_WHAT = "1: as good as the target's own encoder. 0: no better than without a translation."
_TIP = (
    "Closure: how well the target's decoder draws what the source has encoded and the translator has translated, "
    "(naive - stitched) / (naive - own) by the mean squared errors of the pictures of held-out images"
)
_HEIGHT, _SLACK = 170, 10  # pixels: the height of the plot, and the room for a scroll bar
_LEAST = -0.05, 1.05  # range of the axis, extended only if necessary
_COUNTS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)  # labels below the curve
_USUAL = 10, 1000
_MEASURE, _CANCEL = "Measure", "Cancel"


class ClosureCurve(QWidget):
    """Requests the closure of a link's translator and draws results as they arrive.

    measured: closures with anchors chosen at random by class, by their number. own: the number of the user's anchors
    and their closure; None until measured.
    """

    def __init__(self) -> None:
        super().__init__()
        self.measured: dict[int, float] = {}
        self.own: tuple[int, float] | None = None
        self._outdated = False
        self._link: Link | None = None
        self._theme = DARK
        self.plot = still_plot("Closure against the number of anchors", _HEIGHT)
        self._curve = self.plot.plot()
        self._here, self._now = pyqtgraph.ScatterPlotItem(), pyqtgraph.InfiniteLine(0, 90)
        self.words = words("faint", 2)
        self.button = tool_button(
            _MEASURE, "Fit the translator on more and more anchors, and measure each", self._press
        )
        self._set_up()
        row = filled(QHBoxLayout(), heading("Closure"), 1, self.button)
        sentence = words("faint", 2)
        sentence.setText(_WHAT)
        sentence.setToolTip(tooltip(_TIP))
        filled(QVBoxLayout(self), row, sentence, self.plot, self.words, spacing=4)
        self.setMinimumHeight(self.sizeHint().height() + _SLACK)
        self.dress(DARK)

    def open(self, link: Link | None) -> None:
        """Set the link, or None."""
        if self._link is not None:
            for signal, slot in self._heard(self._link):
                signal.disconnect(slot)
        self._link = link
        if link is not None:
            for signal, slot in self._heard(link):
                signal.connect(slot)
        self._forget()

    def end(self) -> None:
        """Release objects of pyqtgraph that are not children of the window, such as its menu."""
        self.open(None)
        self.plot.plotItem.close()

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        dress_plot(self.plot, theme, "closure", "anchors")
        self._curve.setPen(pyqtgraph.mkPen(theme.accent, width=2))
        self._curve.setSymbolBrush(theme.accent)
        self._now.setPen(pyqtgraph.mkPen(theme.fair, width=1, style=Qt.PenStyle.DashLine))
        self._draw()

    @property
    def busy(self) -> bool:
        """Whether a measurement is in progress."""
        return self._link is not None and self._link.measuring

    def _heard(self, link: Link) -> tuple[tuple[Any, Any], ...]:
        return (
            (link.measured, self._take), (link.unmeasured, self._draw), (link.changed, self._change),
            (link.began, self._forget),
        )  # fmt: skip

    def _set_up(self) -> None:
        plot = self.plot
        plot.showGrid(y=True, alpha=0.15)
        plot.setLogMode(x=True)
        plot.getAxis("left").setWidth(44)
        plot.getAxis("bottom").setTicks([[(math.log10(count), f"{count:,}") for count in _COUNTS]])
        self._curve.setSymbol("o")
        self._curve.setSymbolSize(6)
        self._curve.setSymbolPen(None)
        self._here.setZValue(2)
        self._now.setZValue(1)
        plot.addItem(self._here)
        plot.addItem(self._now, ignoreBounds=True)

    def _press(self) -> None:
        if self._link is None:
            return
        if self.busy:
            self._link.cancel_measuring()
        else:
            self.measured, self.own, self._outdated = {}, None, False
            self._link.measure_closure()
        self._draw()

    def _forget(self) -> None:
        """Clear the curve for other images."""
        self.measured, self.own, self._outdated = {}, None, False
        self._draw()

    def _change(self) -> None:
        """Mark the results as outdated after a change of anchors or translator."""
        self._outdated = self.own is not None
        self._draw()

    def _take(self, found: ClosureMeasured) -> None:
        if found.own:
            self.own, self._outdated = (found.anchors, found.closure), False
        else:
            self.measured[found.anchors] = found.closure
        self._draw(found.note)

    def _draw(self, note: str = "") -> None:
        count = 0 if self._link is None else len(self._link.alignment.state.anchors)
        counts = sorted(self.measured)
        self._curve.setData(counts, [self.measured[each] for each in counts])
        self._now.setVisible(count > 0)
        self._now.setValue(math.log10(max(count, 1)))
        theme, own = self._theme, self.own
        spots = [] if own is None else [{"pos": (math.log10(max(own[0], 1)), own[1])}]
        fill = None if self._outdated else theme.fair
        self._here.setData(spots, symbol="d", size=13, pen=pyqtgraph.mkPen(theme.fair, width=2), brush=fill)
        self._fit(counts, count)
        self.button.setText(_CANCEL if self.busy else _MEASURE)
        self.button.setEnabled(self._link is not None)
        self.words.setText(self._said(count, note))
        measured = (f"{self.measured[each]:.3f} with {each:,} anchors" for each in counts)
        tell_values(self.plot, f"{self.words.text()} {', '.join(measured)}".strip())

    def _fit(self, counts: list[int], count: int) -> None:
        values = [*self.measured.values(), *([] if self.own is None else [self.own[1]])]
        across = [each for each in (*counts, count, *_USUAL) if each > 0]
        low, high = math.log10(min(across)), math.log10(max(across))
        self.plot.setXRange(low - 0.1, high + 0.1, padding=0)
        self.plot.setYRange(max(-1.0, min([_LEAST[0], *values])), max([_LEAST[1], *values]), padding=0)

    def _said(self, count: int, note: str) -> str:
        """A text on the current number of anchors and its closure."""
        if self.own is None:
            said = "Being measured…" if self.busy else "Not measured yet."
        elif self._outdated:
            said = f"Now {count:,} anchors, not measured yet; with {self.own[0]:,} it was {self.own[1]:.3f}."
        else:
            said = f"Now {self.own[0]:,} anchors: closure {self.own[1]:.3f} (◆)."
        if self.measured:
            said += " Curve: anchors at random, equally many of each class."
        return f"{said} {note}".strip()
