"""The class shares of a generator's samples as bars, with a summary."""

from collections.abc import Mapping

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.parts import filled, words
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.runs.report import kl_to_uniform, least_share
from latent_explorer.safe_text import safe_text

_HEIGHT, _GAP = 84, 4  # pixels of the chart, and between bars
_SPAN = 1.8  # minimum height of the chart, in equal shares
_LABELLED = 20  # maximum number of labelled bars
_SMALLER = 0.85  # font size of the chart, relative
_KL_TIP = "KL: the Kullback-Leibler divergence of the shares to equal ones, in nats. 0 where all are equal."


class CoverageBars(QWidget):
    """A bar for each class; the dashed line marks equal shares."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.shares = theme, dict[str, float]()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Share of each class in samples")

    def show_shares(self, shares: Mapping[str, float]) -> None:
        """Show shares in 0..1 by class name."""
        self.shares = dict(shares)
        self.setAccessibleDescription(", ".join(map(self._words, self.shares)))
        self.update()

    def dress(self, theme: Theme) -> None:
        """Apply a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def _words(self, name: str) -> str:
        return f"{safe_text(name)}: {self.shares[name]:.1%}"

    def event(self, event: QEvent | None) -> bool:
        """Show a tooltip for the bar under the pointer."""
        if isinstance(event, QHelpEvent) and self.shares:
            place = int(event.pos().x() * len(self.shares) / max(1, self.width()))
            name = list(self.shares)[min(max(place, 0), len(self.shares) - 1)]
            QToolTip.showText(event.globalPos(), tooltip(self._words(name)), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if not self.shares:
            return
        painter, small = QPainter(self), QFont(self.font())
        small.setPointSizeF(_SMALLER * small.pointSizeF())
        painter.setFont(small)
        line = painter.fontMetrics().height()
        labelled = len(self.shares) <= _LABELLED
        edge = line if labelled else 1
        whole = QRectF(0, edge, self.width(), self.height() - 2 * edge)
        highest = max(_SPAN / len(self.shares), *self.shares.values())
        for number, (name, share) in enumerate(self.shares.items()):
            step = whole.width() / len(self.shares)
            column = QRectF(number * step, 0, step, self.height())
            self._paint_bar(painter, column, whole, share / highest)
            if labelled:
                self._paint_words(painter, column, 0, f"{100 * share:.0f}", self._theme.text)
                self._paint_words(painter, column, whole.bottom(), safe_text(name), self._theme.faint)
        painter.setPen(QPen(QColor(self._theme.text), 1, Qt.PenStyle.DashLine))
        level = round(whole.bottom() - whole.height() / len(self.shares) / highest)
        painter.drawLine(0, level, self.width(), level)
        painter.end()

    def _paint_bar(self, painter: QPainter, column: QRectF, whole: QRectF, share: float) -> None:
        gap = min(_GAP, column.width() / 4)
        height = max(1.0, share * whole.height())
        bar = QRectF(column.left() + gap / 2, whole.bottom() - height, column.width() - gap, height)
        painter.fillRect(bar, QColor(self._theme.accent))

    @staticmethod
    def _paint_words(painter: QPainter, column: QRectF, top: float, text: str, colour: str) -> None:
        line = painter.fontMetrics().height()
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(column.width()))
        painter.setPen(QColor(colour))
        painter.drawText(QRectF(column.left(), top, column.width(), line), Qt.AlignmentFlag.AlignCenter, cut)


class CoverageView(QWidget):
    """The bars with a summary, or why there are none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.bars, self.title, self.said = CoverageBars(theme), words("faint"), words("faint")
        self.title.setText("Classes of the samples, in %, as a classifier sees them; dashed: equal shares")
        self.said.setToolTip(tooltip(_KL_TIP))
        filled(QVBoxLayout(self), self.title, self.bars, self.said, spacing=2)
        self.hide()

    def show_shares(self, shares: Mapping[str, float] | None, uncovered: str = "") -> None:
        """Show the shares of classes. uncovered: a sentence on why there are none; empty to show nothing."""
        for part in (self.title, self.bars):
            part.setVisible(bool(shares))
        self.setVisible(bool(shares or uncovered))
        if not shares:
            self.said.setText(uncovered)
            return
        self.bars.show_shares(shares)
        name, least = least_share(shares)
        self.said.setText(f"Least: {safe_text(name)} with {least:.1%} · KL {kl_to_uniform(shares):.3f}")

    def dress(self, theme: Theme) -> None:
        """Apply a theme."""
        self.bars.dress(theme)
