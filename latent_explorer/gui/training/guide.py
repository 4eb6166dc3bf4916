"""Ties a run to the map: the newest moment is shown as it comes, the timeline goes to any other."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtBoundSignal, pyqtSignal

from latent_explorer.charts import Turn
from latent_explorer.engine.client import Answer
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.errors import UserError
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.snapshot_navigator import SnapshotNavigator
from latent_explorer.gui.training.panel import TrainingPanel
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.runs import RunFolder
from latent_explorer.runs.resume import kept_job
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle

if TYPE_CHECKING:
    from latent_explorer.gui.training.run_page import RunPage

TOPIC = "digits"
_DIGITS = 10
_BESIDE = 2.0  # degrees of a turn that need no mention


class Guide(QObject):
    """Leads one pane through the run that is trained, or was: the one that was active when the run began.

    pane: that one. shown_wanted: the panel is to be seen.
    """

    shown_wanted = pyqtSignal()

    def __init__(self, trainer: Trainer, panel: TrainingPanel, active: Callable[[], MapPane]) -> None:
        super().__init__(panel)
        self._trainer, self.panel, self._active = trainer, panel, active
        self.pane: MapPane | None = None
        self._epochs = 0
        trainer.begun.connect(self._begin)
        trainer.snapshot_taken.connect(self._add)
        panel.made.connect(self._meet)

    @property
    def _page(self) -> "RunPage | None":
        return self.panel.run if self.panel.is_made else None

    @property
    def run(self) -> RunFolder | None:
        """The run that is gone through."""
        return None if self.pane is None else self.pane.navigator.run

    @property
    def _navigator(self) -> SnapshotNavigator:
        assert self.pane is not None
        return self.pane.navigator

    def lead(self, pane: MapPane) -> None:
        """Lead this pane from now on, and no other."""
        if pane is self.pane:
            return
        if self.pane is not None:
            for signal, slot in self._connections(self.pane):
                signal.disconnect(slot)
        self.pane = pane
        for signal, slot in self._connections(pane):
            signal.connect(slot)

    def _connections(self, pane: MapPane) -> tuple[tuple[pyqtBoundSignal, Callable[..., None]], ...]:
        navigator = pane.navigator
        return (
            (navigator.listed, self._list),
            (navigator.moved, self._move),
            (navigator.arrived, self._arrive),
            (pane.asked_again, self.ask),
        )

    def look_back(self) -> None:
        """Go through the training of the bundle that is shown, where its moments were kept."""
        pane = self._active()
        if pane.bundle is None:
            return
        self.lead(pane)
        run = RunFolder.of_bundle(pane.bundle.folder)
        if self._navigator.shown is None:
            self._navigator.begin(run)
        if not self._navigator.folders:
            pane.shared.say("This bundle has no snapshots of its training: bundles trained in the window have them.")
            return
        self.shown_wanted.emit()
        self.panel.show_run(run)
        self._begin_at_the_end(run)

    def ask(self) -> None:
        """Ask for the pictures of the fixed images; opening a moment has dropped them."""
        page = self._page
        if page is None or self.pane is None or self._navigator.shown is None:
            return
        bundle = self._navigator.shown
        numbers = fixed_images(bundle)
        key = str(bundle.folder)
        wants = [want_pictures(("now", key), bundle.latents.mean[numbers])]
        if not page.digits.count:
            wants.append(want_originals(("originals", key), numbers))
        self.pane.client.request(TOPIC, wants)

    def take(self, answer: Answer) -> None:
        """Pictures of the fixed images have come; where there are no originals, the reconstructions do alone."""
        page = self._page
        if page is None or self.pane is None or isinstance(answer.reply, Refused) or answer.pictures is None:
            return
        page.digits.invert = self.pane.tiles.invert
        if isinstance(answer.key, tuple) and answer.key[0] == "originals":
            page.digits.set_originals(list(answer.pictures))
            self.ask()
        else:
            page.digits.set_reconstructions(list(answer.pictures))

    def _meet(self) -> None:
        """The panel's pages are there."""
        page = self._page
        assert page is not None
        page.timeline.wanted.connect(self._go_to)
        self._list()

    def _begin(self, run: RunFolder) -> None:
        """A run has begun, or goes on with what was seen of it before."""
        self.lead(self._active())
        self._navigator.begin(run)
        self._begin_at_the_end(run)

    def _begin_at_the_end(self, run: RunFolder) -> None:
        try:
            self._epochs = kept_job(run).recipe.epochs
        except UserError:
            self._epochs = 0  # it goes without
        self._list()
        if self._navigator.folders and self._navigator.shown is None:
            self._navigator.go_to(len(self._navigator.folders) - 1)

    def _list(self) -> None:
        """There are other moments than before."""
        page = self._page
        if page is not None and self.pane is not None:
            page.timeline.set_moments(self._navigator.moments, self._epochs)
            if self._navigator.index >= 0:
                self._show(self._navigator.index)

    def _go_to(self, index: int) -> None:
        if self.pane is not None:
            self.pane.navigator.go_to(index)

    def _add(self) -> None:
        if self.pane is not None:
            self.pane.navigator.add()

    def _move(self, index: int) -> None:
        if self._page is not None:
            self._show(index)

    def _show(self, index: int) -> None:
        """Say in the panel which moment is shown."""
        page = self._page
        assert page is not None
        page.timeline.show_index(index, turned(self._navigator.turns[index]))
        newest = index == len(self._navigator.folders) - 1
        page.curves.show_moment(None if newest and self._trainer.busy else self._navigator.moments[index].step)

    def _arrive(self, bundle: OpenBundle) -> None:
        """The map shows another moment."""
        moment = bundle.config.moment
        assert moment is not None
        of = f" of {self._epochs}" if self._epochs else ""
        parts = (f"Epoch {moment.epoch}{of}", f"step {moment.step:,}", turned(bundle.config.turn))
        assert self.pane is not None
        canvas = self.pane.canvas
        canvas.mark(caption=" · ".join(part for part in parts if part))
        self.ask()


def fixed_images(bundle: OpenBundle) -> NDArray[np.int64]:
    """The numbers of ten images to look at through a run: of each class the first, else the first ones."""
    label = bundle.latents.label
    count = min(_DIGITS, len(bundle.latents))
    if label is None:
        return np.arange(count)
    firsts = np.unique(label, return_index=True)[1]
    others = np.setdiff1d(np.arange(len(label)), firsts)
    return np.concatenate([firsts, others])[:count]


def turned(turn: tuple[float, float, float, float] | None) -> str:
    """How the map was turned to stay beside the one before, in words; nothing where it hardly was."""
    found = Turn(*turn) if turn is not None else Turn()
    if abs(found.degrees) < _BESIDE and not found.mirrored:
        return ""
    mirrored = " and mirrored" if found.mirrored else ""
    return f"turned {found.degrees:.0f}°{mirrored} to match the previous epoch"
