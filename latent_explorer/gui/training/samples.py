"""Samples during a run: the same draws or test images decoded, and the class shares of a generator."""

from pathlib import Path

from PyQt6.QtCore import QRect, QSize
from PyQt6.QtGui import QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from latent_explorer.bundles import Moment
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.training.coverage import CoverageView
from latent_explorer.gui.widgets.images import displayed, is_light, to_qimage
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import filled, heading
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.runs import Report, RunFolder
from latent_explorer.runs.strip import SampleStrip, read_strip, strips_of

_GAP, _MOST, _LEAST = 3, 64, 8  # pixels between pictures, and their largest and smallest side
_PATIENCE = 1.0  # seconds that closing waits for a disk
_TITLES = {True: "Samples", False: "Test images and reconstructions"}
_TIPS = {
    True: "Pictures of the same latents all through the run, drawn at random",
    False: "Above, test images, which the network was not trained on; below, their reconstructions",
}


class StripView(QWidget):
    """Rows of pictures, as large as the width allows."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[list[QImage]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def count(self) -> int:
        """The number of pictures in a row."""
        return max(map(len, self._rows), default=0)

    def show_strip(self, strip: SampleStrip | None) -> None:
        """Show pictures, or none."""
        self._rows = [] if strip is None else [[to_qimage(each) for each in row] for row in strip.pictures]
        tip = "" if strip is None else _TIPS[strip.samples]
        self.setToolTip(tooltip(tip))
        self.setAccessibleName(tip)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(10 * 26, self.heightForWidth(10 * 26))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return len(self._rows) * (self._side(width) + _GAP)

    def _side(self, width: int) -> int:
        return min(_MOST, max(_LEAST, (width + _GAP) // max(1, self.count) - _GAP))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter, side = QPainter(self), self._side(self.width())
        for row, images in enumerate(self._rows):
            for column, image in enumerate(images):
                place = QRect(column * (side + _GAP), row * (side + _GAP), side, side)
                painter.drawImage(place, displayed(image, light=is_light(self)))
        painter.end()


class SamplesView(QWidget):
    """Follows a run, or shows it at a snapshot; reads the run's folder in a thread."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title, self.strip, self.coverage = heading(""), StripView(), CoverageView(theme)
        self._run: RunFolder | None = None
        self._newest: Report | None = None
        self._shares: dict[str, float] | None = None  # the latest class shares
        self._moment: Moment | None = None  # the snapshot shown; None for the newest report
        self._uncovered = ""
        self._reader = LatestTask("strip of samples")
        self._reader.done.connect(self._show_strip)
        filled(QVBoxLayout(self), self.title, self.strip, self.coverage, spacing=4)
        self.begin(None)

    def begin(self, run: Path | None, uncovered: str = "") -> None:
        """Follow a run; None for none. uncovered: a sentence on why there are no class shares."""
        self._reader.drop()
        self._run = None if run is None else RunFolder(run)
        self._newest = self._shares = self._moment = None
        self._uncovered = uncovered
        self.strip.show_strip(None)
        self.coverage.show_shares(None, uncovered)
        self._show_what_there_is()
        if (folder := self._run) is not None:
            self._reader.begin(lambda _: _last_strip(folder))

    def say_uncovered(self, words: str) -> None:
        """Set the reason why there are no class shares."""
        self._uncovered = words
        shares = self._shares if self._moment is None else self._moment.coverage
        self.coverage.show_shares(shares, words)
        self._show_what_there_is()

    def take(self, report: Report) -> None:
        """Add a report."""
        self._newest, self._shares = report, report.coverage or self._shares
        if self._moment is None:
            self._show(report.step, self._shares)

    def show_moment(self, moment: Moment | None) -> None:
        """Show the run at a snapshot; None for the newest."""
        self._moment = moment
        if moment is not None:
            self._show(moment.step, moment.coverage)
        elif self._newest is not None:
            self._show(self._newest.step, self._shares)

    def dress(self, theme: Theme) -> None:
        """Apply a theme."""
        self.strip.update()
        self.coverage.dress(theme)

    def end(self) -> None:
        """Stop threads, as the window closes."""
        self._reader.close(_PATIENCE)

    def _show(self, step: int, shares: dict[str, float] | None) -> None:
        self.coverage.show_shares(shares, self._uncovered)
        self._show_what_there_is()
        run = self._run
        if run is not None:
            self._reader.begin(lambda _: read_strip(run, step))

    def _show_strip(self, strip: SampleStrip | None) -> None:
        if strip is None and self._moment is None:
            return  # a newer one has arrived
        self.strip.show_strip(strip)
        self.title.setText("" if strip is None else _TITLES[strip.samples])
        self._show_what_there_is()

    def _show_what_there_is(self) -> None:
        pictured = self.strip.count > 0
        self.title.setVisible(pictured)
        self.strip.setVisible(pictured)
        self.setVisible(pictured or not self.coverage.isHidden())


def _last_strip(run: RunFolder) -> SampleStrip | None:
    steps = strips_of(run)
    return read_strip(run, steps[-1]) if steps else None
