"""The link of two maps: their anchors, and the translators fitted on them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.alignment.protocol import (
    BothFitted,
    ClosureMeasured,
    ErrorsMeasured,
    FitBoth,
    Fitting,
    MeasureClosure,
    OpenPair,
    PairOpened,
    Placed,
)
from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.translator import Translator
from latent_explorer.charts import MovingChart
from latent_explorer.gui.alignment.aligner import Aligner
from latent_explorer.gui.alignment.anchor_store import AlignmentKeeper, show_same_images
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.child import Lost
from latent_explorer.service.codec import Refused, path_to_text
from latent_explorer.session import OpenBundle
from latent_explorer.session.alignment import Alignment, AlignmentState, Anchor


def _pairs(anchors: tuple[Anchor, ...]) -> NDArray[np.int64]:
    return np.array(anchors, np.int64).reshape(-1, 2)


def counterparts(source: OpenBundle, target: OpenBundle) -> NDArray[np.int64]:
    """The same image of the target for each image of the source, int64 (n,); -1 if there is none."""
    count, others = len(source.latents), len(target.latents)
    found = np.full(count, -1, np.int64)
    of_one = source.config.dataset.fingerprint == target.config.dataset.fingerprint != ""
    if of_one and not source.config.imageless and not target.config.imageless:
        place = np.full(source.config.dataset.count, -1, np.int64)
        shown = np.arange(target.latents.images_from, others)
        place[target.latents.images(shown)] = shown
        images = source.latents.images(np.arange(count))
        found[:] = np.where(images >= 0, place[images], -1)
    return found


@dataclass(frozen=True, eq=False)
class LinkFit:
    """A result of the aligner. forth: from the source's space to the target's; back: the reverse.

    anchors: those it was fitted on. errors: as in `ErrorsMeasured`, forth and back; None until measured. Other fields
    as in `BothFitted`.
    """

    anchors: tuple[Anchor, ...]
    forth: Translator
    back: Translator
    leave_one_out: NDArray[np.float64]
    grown: NDArray[np.int64]
    seconds: float
    note: str
    errors: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None


class Link(QObject):
    """The link between two panes with a bundle each.

    alignment: the anchors, with undo; replaced when another bundle is opened. fit: the translators, or None. common:
    whether image i of one is image i of the other. counterparts: int64, the same image of the target for each image of
    the source, -1 if there is none. places: whether translated images are requested on the source's and the target's
    map. began: `alignment` was replaced. changed: its state has changed. fitted: `fit` has changed. placed: a Placed.
    measured: a ClosureMeasured; unmeasured: the measurement has ended. said: a message for the user, such as why a fit
    failed. work: in progress. trouble: why there is no fit, if one was tried.
    """

    began = pyqtSignal()
    changed = pyqtSignal()
    fitted = pyqtSignal()
    placed = pyqtSignal(object)
    measured = pyqtSignal(object)
    unmeasured = pyqtSignal()
    said = pyqtSignal(str)

    def __init__(self, source: MapPane, target: MapPane, keeper: AlignmentKeeper) -> None:
        super().__init__()
        assert source.bundle is not None
        assert target.bundle is not None
        self.source, self.target, self._keeper = source, target, keeper
        self.bundles: tuple[OpenBundle, OpenBundle] = (source.bundle, target.bundle)
        self.fit: LinkFit | None = None
        self.common, self.trouble = False, ""
        self.places = False, True
        self.work: tuple[Work, ...] = ()
        self._opened = self._fitting = self._measuring = 0  # request numbers; 0 for none
        self._asked: dict[int, tuple[Anchor, ...]] = {}  # pending fits
        self._aligner = Aligner()
        self._aligner.answered.connect(self._take)
        self.alignment = self._take_up()
        self.alignment.changed.connect(self._changed)
        for pane in (source, target):
            pane.changed.connect(self._look)
        self.renew()  # there may be saved anchors

    def pane(self, side: int) -> MapPane:
        """The pane of the source (0) or the target (1)."""
        return (self.source, self.target)[side]

    def translator(self, side: int) -> Translator | None:
        """The translator from a side to the other."""
        return None if self.fit is None else (self.fit.forth, self.fit.back)[side]

    def counterparts_of(self, side: int) -> NDArray[np.int64]:
        """The same image of the other side for each image of a side, int64 (n,); -1 if there is none."""
        if side == 0:
            return self.counterparts
        back = np.full(len(self.bundles[1].latents), -1, np.int64)
        known = np.flatnonzero(self.counterparts >= 0)
        back[self.counterparts[known]] = known
        return back

    @property
    def asked(self) -> int:
        """The number of the latest requested fit; 0 for none."""
        return self._fitting

    def preview(self, anchors: Iterable[Anchor]) -> None:
        """Fit on these anchors without changing the state, as during a drag."""
        self._fit(tuple(anchors))

    def renew(self) -> None:
        """Fit on the current anchors."""
        self._fit(self.alignment.state.anchors)

    def use(self, forth: Translator, back: Translator, note: str) -> None:
        """Use loaded translators until the next fit; no images are placed with them."""
        self.cancel()
        self._fitting, self._asked = 0, {}
        none = np.zeros((0, 2), np.int64)
        self._show_fit(LinkFit(self.alignment.state.anchors, forth, back, np.zeros((2, 0)), none, 0.0, note))

    def cancel(self) -> None:
        """Cancel the fit in progress and keep the current translators."""
        if self.work:
            self._aligner.cancel(self._fitting)
            self.work, self._fitting, self._asked = (), 0, {}

    def measure_closure(self) -> None:
        """Measure the closure of the chosen translator for different numbers of anchors; emits `measured`."""
        kind, pairs = self.alignment.state.translator, _pairs(self.alignment.state.anchors)
        self._open()
        self._measuring = self._aligner.ask(lambda number: MeasureClosure(number, kind, pairs[:, 0], pairs[:, 1]))

    @property
    def measuring(self) -> bool:
        """Whether the closure is being measured."""
        return self._measuring != 0

    def cancel_measuring(self) -> None:
        """Cancel measuring the closure and keep the results so far."""
        if self._measuring:
            self._aligner.cancel(self._measuring)
            self._end_measuring()

    def _end_measuring(self) -> None:
        self._measuring = 0
        self.unmeasured.emit()

    def close(self) -> None:
        """Stop the aligner; the panes continue without a link."""
        for pane in (self.source, self.target):
            pane.changed.disconnect(self._look)
        self.alignment.changed.disconnect(self._changed)
        self._aligner.close()

    def _take_up(self) -> Alignment:
        """The saved alignment of these bundles, or a new one."""
        source, target = self.bundles
        self.trouble, self.counterparts = "", counterparts(source, target)
        self.common = show_same_images(source, target)
        return self._keeper.take_up(source, target)

    def _look(self) -> None:
        """Check for another bundle or chart in one of the panes."""
        source, target, before = self.source.bundle, self.target.bundle, self.bundles
        if source is None or target is None or (source is before[0] and target is before[1]):
            return
        if isinstance(source.chart, MovingChart) or isinstance(target.chart, MovingChart):
            return  # a chart is being fitted; this is called again after it
        self.bundles = now = (source, target)
        if [bundle.folder for bundle in now] != [bundle.folder for bundle in before]:
            self._opened, self._asked, self.fit = 0, {}, None
            self._end_measuring()
            self.fitted.emit()
            self._begin(self._take_up())
        self.renew()

    def begin(self, alignment: Alignment) -> None:
        """Replace the alignment, for restoring a session."""
        self._begin(alignment)
        self.renew()

    def _begin(self, alignment: Alignment) -> None:
        if alignment is not self.alignment:
            self.alignment.changed.disconnect(self._changed)
            self.alignment = alignment
            alignment.changed.connect(self._changed)
            self.began.emit()

    def _changed(self, old: AlignmentState, new: AlignmentState) -> None:
        self.changed.emit()
        self.renew()

    def _open(self) -> None:
        """Let the aligner read the bundles if necessary; starts it."""
        if not self._opened:
            source, target = (path_to_text(bundle.folder) for bundle in self.bundles)
            self._opened = self._aligner.ask(lambda number: OpenPair(number, source, target))

    def _fit(self, anchors: tuple[Anchor, ...]) -> None:
        state, (source, target) = self.alignment.state, self.bundles
        if not anchors and state.growth != "blind":
            self.cancel()
            self._fitting, self._asked = 0, {}
            self._show_fit(None)
            return
        charts = source.chart_text, target.chart_text
        pairs = _pairs(anchors)
        make = partial(
            FitBoth, source=pairs[:, 0], target=pairs[:, 1], kind=state.translator, growth=state.growth, charts=charts,
            places=self.places,
        )  # fmt: skip
        self._open()
        self._fitting = self._aligner.ask(make)
        self._asked[self._fitting] = anchors

    def _show_fit(self, fit: LinkFit | None) -> None:
        if fit is not None:
            self.trouble = ""
        if fit is not self.fit:
            self.fit = fit
            self.fitted.emit()

    def _take(self, reply: Any) -> None:
        match reply:
            case PairOpened(number=self._opened):
                self.common, self.counterparts = reply.common, reply.counterparts
                if reply.note:
                    self.said.emit(reply.note)
            case Fitting(number=self._fitting):
                self.work = (Work(reply.words, reply.share),)
            case BothFitted() | Placed() | ErrorsMeasured() if not self._awaits(reply.number):
                return
            case BothFitted():
                self.work = () if reply.number == self._fitting else self.work
                self._show_fit(self._made(reply))
            case Placed():
                self.placed.emit(reply)
            case ErrorsMeasured() if self.fit is not None:
                self.fit = replace(self.fit, errors=(reply.forth, reply.back))
                self.fitted.emit()
            case ClosureMeasured(number=self._measuring):
                self.measured.emit(reply)
                if reply.last:
                    self._end_measuring()
            case Refused(number=self._fitting):
                self.work, self.trouble, self.fit = (), reply.reason, None
                self.fitted.emit()
                self.said.emit(reply.reason)
            case Refused(number=self._opened | self._measuring):
                self._end_measuring()
                self.said.emit(reply.reason)
            case Lost():
                self._lose(reply.reason)

    def _awaits(self, number: int) -> bool:
        """Whether this is an answer to a pending fit; drops earlier pending fits.

        Answers that are not the newest count, or nothing would change during a continuous drag.
        """
        self._asked = {asked: anchors for asked, anchors in self._asked.items() if asked >= number}
        return number in self._asked

    def _lose(self, reason: str) -> None:
        """Handle the loss of the aligner; the next fit restarts it."""
        self.work, self._opened, self._fitting = (), 0, 0
        self._end_measuring()
        self._asked = {}
        why = f" ({reason})" if reason else ""
        self.trouble = f"The process that fits translators ended{why}. It starts again with the next change."
        self.said.emit(self.trouble)
        if self.fit is None:
            self.fitted.emit()

    def _made(self, reply: BothFitted) -> LinkFit:
        restore = translator_kind(reply.kind).restore
        return LinkFit(
            self._asked[reply.number], restore(reply.forth), restore(reply.back), reply.leave_one_out, reply.grown,
            reply.seconds, reply.note,
        )  # fmt: skip
