"""Shows both maps in coordinates relative to the anchors."""

from typing import Any

import numpy as np
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.alignment.protocol import RELATING, Relate
from latent_explorer.charts import ChartSpec
from latent_explorer.charts.relative import MEASURES, RELATIVE, relative_spec
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.widgets.controls import combo_box, tool_button
from latent_explorer.gui.widgets.parts import filled, heading, words
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.service.job import BackgroundJob, JobEnded
from latent_explorer.session import OpenBundle
from latent_explorer.session.fitting import fit_is_missing

_WHAT = "Places by similarity to the anchors, in the same projection for both maps."
_TIP = (
    "Each image is placed by its similarity to the anchors of its own map; both maps are then projected onto the same "
    "two axes. Where two models agree, the maps look the same."
)
_TITLES = {"cosine": "Cosine", "euclidean": "Euclidean"}
_LEAST = 3
_MODULE = "latent_explorer.alignment.relative_fit"


class RelativeMaps(QWidget):
    """Shows both maps of a link with the chart `relative`, which a process fits and keeps.

    specs: of the charts being fitted or shown, of source and target; None for none.
    """

    _heard = pyqtSignal(object, object)  # the job's token and its report

    def __init__(self) -> None:
        super().__init__()
        self._link: Link | None = None
        self._job: BackgroundJob[Relate] | None = None
        self._token: object = None
        self.specs: tuple[ChartSpec, ChartSpec] | None = None
        self._before: list[ChartSpec] = []  # the previous charts of both maps
        self._heard.connect(self._take)  # queued: emitted in a thread of the job
        self.measure = combo_box(tuple(_TITLES[each] for each in MEASURES), "How alike two images are")
        self.show_both = tool_button("Show both", "See both maps in these coordinates", self._press, wide=True)
        self.back = tool_button("Back", "See both maps as before", self.leave)
        self.words = words("faint", 1)
        self.measure.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.measure.setMinimumContentsLength(7)
        self.measure.activated.connect(self._choose)
        sentence = words("faint", 2)
        sentence.setText(_WHAT)
        sentence.setToolTip(tooltip(_TIP))
        row = filled(QHBoxLayout(), self.measure, self.show_both, self.back)
        filled(QVBoxLayout(self), heading("Relative coordinates"), sentence, row, self.words, spacing=4)
        self._look()

    def open(self, link: Link | None) -> None:
        """Set the link, or None; does not change the charts of the maps."""
        self._stop()
        if self._link is not None:
            for signal in (self._link.changed, self._link.began, *_panes_changed(self._link)):
                signal.disconnect(self._follow)
        self._link, self.specs, self._before = link, None, []
        if link is not None:
            for signal in (link.changed, link.began, *_panes_changed(link)):
                signal.connect(self._follow)
        self._look()

    @property
    def shown(self) -> bool:
        """Whether both maps are shown in relative coordinates, even of other anchors."""
        link = self._link
        return link is not None and all(_kind(pane.bundle) == RELATIVE.name for pane in (link.source, link.target))

    def leave(self) -> None:
        """Restore the previous charts."""
        link, before = self._link, self._before
        if link is None:
            return
        for number, bundle in enumerate(link.bundles):
            link.pane(number).see_through(before[number] if before else bundle.usual)
        self._before = []

    def _press(self) -> None:
        if self._job is not None:
            self._stop()
            self._look()
        else:
            self._begin()

    def _choose(self) -> None:
        if self.shown:
            self._begin()

    def _begin(self) -> None:
        link = self._link
        if link is None:
            return
        self._stop()
        source, target = link.bundles
        measure, pairs = MEASURES[self.measure.currentIndex()], self._pairs
        forth, back = list(pairs), [(other, own) for own, other in pairs]
        self.specs = (
            _spec(source.seal, target.seal, forth, measure), _spec(target.seal, source.seal, back, measure),
        )  # fmt: skip
        if not any(map(fit_is_missing, link.bundles, self.specs)):
            self._see()
            return
        token = self._token = object()
        anchors = np.array(forth, np.int64)
        request = Relate(source.folder, target.folder, anchors[:, 0].copy(), anchors[:, 1].copy(), measure)
        self._job = BackgroundJob(_MODULE, RELATING, request, lambda report: self._heard.emit(token, report))
        self._look()

    @property
    def _pairs(self) -> tuple[tuple[int, int], ...]:
        return () if self._link is None else self._link.alignment.state.anchors

    def _stop(self) -> None:
        job, self._job, self._token = self._job, None, None
        if job is not None:
            job.close()

    def _take(self, token: object, report: Any) -> None:
        if token is not self._token or not isinstance(report, JobEnded):
            return
        self._stop()
        if report.outcome == "done":
            self._see()
        self._look(f"Not shown: {report.reason}" if report.reason else "")

    def _see(self) -> None:
        link, specs = self._link, self.specs
        assert link is not None
        assert specs is not None
        if not self.shown:
            self._before = [bundle.spec or bundle.usual for bundle in link.bundles]
        for number, spec in enumerate(specs):
            link.pane(number).see_through(spec)
        self._look()

    def _follow(self) -> None:
        self._look()

    def _look(self, complaint: str = "") -> None:
        """Update the controls."""
        link, busy = self._link, self._job is not None
        count = 0 if link is None else len(link.alignment.state.anchors)
        enough = count >= _LEAST
        self.show_both.setEnabled(busy or enough)
        self.measure.setEnabled(enough)
        self.show_both.setText("Cancel" if busy else "Show anew" if self.shown else "Show both")
        self.back.setVisible(self.shown)
        if complaint or busy or not enough:
            waits = "Comparing all images with the anchors…" if busy else f"At least {_LEAST} anchors are needed."
            self.words.setText(complaint or waits)
        else:
            self.words.setText(self._said(count))
        self.words.setVisible(bool(self.words.text()))

    def _said(self, count: int) -> str:
        if not self.shown or self._link is None:
            return ""
        measure, pairs = MEASURES[self.measure.currentIndex()], list(self._pairs)
        source, target = self._link.bundles
        now = _spec(source.seal, target.seal, pairs, measure)
        fresh = source.spec is not None and source.spec.parameters.get("anchors") == now.parameters["anchors"]
        return f"Relative to the {count:,} anchors." if fresh else "The anchors have changed: show both again."


def _panes_changed(link: Link) -> tuple[Any, Any]:
    return link.source.changed, link.target.changed


def _kind(bundle: OpenBundle | None) -> str:
    return "" if bundle is None or bundle.spec is None else bundle.spec.kind


def _spec(seal: str, other: str, pairs: list[tuple[int, int]], measure: str) -> ChartSpec:
    return relative_spec(seal, other, [own for own, _ in pairs], [each for _, each in pairs], measure)
