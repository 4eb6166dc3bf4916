"""Two maps linked: their anchors, and the translators fitted on them as the anchors change."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.alignment.protocol import (
    BothFitted,
    ErrorsMeasured,
    FitBoth,
    Fitting,
    OpenPair,
    PairOpened,
    Placed,
)
from latent_explorer.alignment.registry import translator_kind
from latent_explorer.alignment.translator import Translator
from latent_explorer.gui.alignment.aligner import Aligner
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused, path_to_text
from latent_explorer.session import OpenBundle
from latent_explorer.session.alignment import Alignment, AlignmentState, Anchor


@dataclass(frozen=True, eq=False)
class LinkFit:
    """What the aligner found. forth: from the source's space to the target's; back: the other way.

    anchors: those it was fitted on. errors: as in `ErrorsMeasured`, forth and back; None until they are measured. All
    else as in `BothFitted`.
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
    """The link between two panes that have a bundle each.

    alignment: the anchors, with undo; another one where another bundle is opened. fit: the translators; None until
    there are any. began: there is another `alignment`, or none. changed: its state is another. fitted: there is
    another `fit`, or none. placed: a Placed. said: a sentence for the person, as why nothing could be fitted.
    work: what is under way.
    """

    began = pyqtSignal()
    changed = pyqtSignal()
    fitted = pyqtSignal()
    placed = pyqtSignal(object)
    said = pyqtSignal(str)

    def __init__(self, source: MapPane, target: MapPane) -> None:
        super().__init__()
        self.source, self.target = source, target
        self.alignment: Alignment | None = None
        self.fit: LinkFit | None = None
        self.common = False
        self.work: tuple[Work, ...] = ()
        self._bundles: tuple[OpenBundle, OpenBundle] | None = None
        self._opening = self._fitting = 0
        self._wanted: tuple[Anchor, ...] = ()
        self._aligner = Aligner()
        self._aligner.answered.connect(self._take)
        for pane in (source, target):
            pane.changed.connect(self._look)
        self._look()

    def pane(self, side: int) -> MapPane:
        """The source for 0, the target for 1."""
        return (self.source, self.target)[side]

    def translator(self, side: int) -> Translator | None:
        """From the space of a side to that of the other."""
        return None if self.fit is None else (self.fit.forth, self.fit.back)[side]

    def preview(self, anchors: Iterable[Anchor]) -> None:
        """Fit on these anchors, as while one is being dragged; the state stays as it is."""
        self._fit(tuple(anchors))

    def renew(self) -> None:
        """Fit on the anchors there are."""
        if self.alignment is not None:
            self._fit(self.alignment.state.anchors)

    def close(self) -> None:
        """End the aligner; the panes go on by themselves."""
        for pane in (self.source, self.target):
            pane.changed.disconnect(self._look)
        self._aligner.close()

    def _look(self) -> None:
        """Another bundle may be open in one of the panes."""
        source, target = self.source.bundle, self.target.bundle
        bundles = None if source is None or target is None else (source, target)
        known = None if self._bundles is None else tuple(each.folder for each in self._bundles)
        self._bundles, before = bundles, known
        if bundles is None or before == tuple(each.folder for each in bundles):
            return
        self.alignment = Alignment((len(bundles[0].latents), len(bundles[1].latents)))
        self.alignment.changed.connect(self._changed)
        self.fit = None
        folders = [path_to_text(each.folder) for each in bundles]
        self._opening = self._aligner.ask(lambda number: OpenPair(number, *folders))
        self.began.emit()
        self.fitted.emit()

    def _changed(self, old: AlignmentState, new: AlignmentState) -> None:
        self.changed.emit()
        self.renew()

    def _fit(self, anchors: tuple[Anchor, ...]) -> None:
        assert self.alignment is not None
        assert self._bundles is not None
        state, (source, target) = self.alignment.state, self._bundles
        charts = source.chart_text, target.chart_text
        pairs = np.array(anchors, np.int64).reshape(-1, 2)
        make = partial(
            FitBoth, source=pairs[:, 0], target=pairs[:, 1], kind=state.translator, growth=state.growth, charts=charts
        )
        self._wanted, self._fitting = anchors, self._aligner.ask(make)

    def _take(self, reply: Any) -> None:
        match reply:
            case PairOpened(number=self._opening):
                self.common = reply.common
                if reply.note:
                    self.said.emit(reply.note)
            case Fitting(number=self._fitting):
                self.work = (Work(reply.words, reply.share),)
            case BothFitted(number=self._fitting):
                self.work = ()
                self.fit = self._made(reply)
                self.fitted.emit()
            case Placed(number=self._fitting):
                self.placed.emit(reply)
            case ErrorsMeasured(number=self._fitting) if self.fit is not None:
                self.fit = replace(self.fit, errors=(reply.forth, reply.back))
                self.fitted.emit()
            case Refused(number=self._fitting):
                self.work, self.fit = (), None
                self.fitted.emit()
                self.said.emit(reply.reason)

    def _made(self, reply: BothFitted) -> LinkFit:
        restore = translator_kind(reply.kind).restore
        return LinkFit(
            self._wanted, restore(reply.forth), restore(reply.back), reply.leave_one_out, reply.grown,
            reply.seconds, reply.note,
        )  # fmt: skip
