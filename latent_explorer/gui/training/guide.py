"""Ties a run to the map: the newest moment is shown as it comes, the timeline goes to any other."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from latent_explorer.charts import Turn
from latent_explorer.engine.client import Answer
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.errors import UserError
from latent_explorer.runs import RunFolder
from latent_explorer.runs.resume import kept_job
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow
    from latent_explorer.gui.training.run_page import RunPage

TOPIC = "digits"
_DIGITS = 10
_BESIDE = 2.0  # degrees of a turn that need no mention


class Guide(QObject):
    """Leads a window through the run that is trained, or was."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._voyage = window.voyage
        self._epochs = 0
        trainer = window.trainer
        trainer.begun.connect(self._begin)
        trainer.snapshot_taken.connect(self._voyage.add)
        window.training.made.connect(self._meet)
        self._voyage.listed.connect(self._list)
        self._voyage.moved.connect(self._move)
        self._voyage.arrived.connect(self._arrive)

    @property
    def _page(self) -> "RunPage | None":
        return self._window.training.run if self._window.training.is_made else None

    def look_back(self) -> None:
        """Go through the training of the bundle that is shown, where its moments were kept."""
        window = self._window
        if window.session is None:
            return
        run = RunFolder.of_bundle(window.session.bundle.folder)
        if self._voyage.shown is None:
            self._voyage.begin(run)
        if not self._voyage.folders:
            window.status.say("No moments of this bundle's training were kept: those trained in the window have them.")
            return
        window.docks.bring("Training")
        window.training.show_run(run)
        self._begin_at_the_end(run)

    def ask(self) -> None:
        """Ask for the pictures of the fixed images; opening a moment has dropped them."""
        page, bundle = self._page, self._voyage.shown
        if page is None or bundle is None:
            return
        numbers = fixed_images(bundle)
        key = str(bundle.folder)
        wants = [want_pictures(("now", key), bundle.latents.mean[numbers])]
        if not page.digits.count:
            wants.append(want_originals(("originals", key), numbers))
        self._window.link.client.request(TOPIC, wants)

    def take(self, answer: Answer) -> None:
        """Pictures of the fixed images have come; where there are no originals, the reconstructions do alone."""
        page = self._page
        if page is None or isinstance(answer.reply, Refused) or answer.pictures is None:
            return
        page.digits.invert = self._window.tiles.invert
        if isinstance(answer.key, tuple) and answer.key[0] == "originals":
            page.digits.set_originals(list(answer.pictures))
            self.ask()
        else:
            page.digits.set_reconstructions(list(answer.pictures))

    def _meet(self) -> None:
        """The panel's pages are there."""
        page = self._page
        assert page is not None
        page.timeline.wanted.connect(self._voyage.go_to)
        self._list()

    def _begin(self, run: RunFolder) -> None:
        """A run has begun, or goes on with what was seen of it before."""
        self._voyage.begin(run)
        self._begin_at_the_end(run)

    def _begin_at_the_end(self, run: RunFolder) -> None:
        try:
            self._epochs = kept_job(run).recipe.epochs
        except UserError:
            self._epochs = 0  # it goes without
        self._list()
        if self._voyage.folders and self._voyage.shown is None:
            self._voyage.go_to(len(self._voyage.folders) - 1)

    def _list(self) -> None:
        """There are other moments than before."""
        page = self._page
        if page is not None:
            page.timeline.set_moments(self._voyage.moments, self._epochs)
            if self._voyage.index >= 0:
                self._show(self._voyage.index)

    def _move(self, index: int) -> None:
        if self._page is not None:
            self._show(index)

    def _show(self, index: int) -> None:
        """Say in the panel which moment is shown."""
        page = self._page
        assert page is not None
        page.timeline.show_index(index, turned(self._voyage.turns[index]))
        newest = index == len(self._voyage.folders) - 1
        page.curves.show_moment(None if newest and self._window.trainer.busy else self._voyage.moments[index].step)

    def _arrive(self, bundle: OpenBundle) -> None:
        """The map shows another moment."""
        moment = bundle.config.moment
        assert moment is not None
        of = f" of {self._epochs}" if self._epochs else ""
        parts = (f"Epoch {moment.epoch}{of}", f"step {moment.step:,}", turned(bundle.config.turn))
        canvas = self._window.canvas
        canvas.set_marks(replace(canvas.marks, caption=" · ".join(part for part in parts if part)))
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
    return f"axes turned {found.degrees:.0f}°{mirrored} to lie as before"
