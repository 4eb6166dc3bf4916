"""Connects a run with the map: shows new snapshots, navigates with the timeline, and makes films."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QMetaObject, QObject, pyqtSignal

from latent_explorer.charts import Turn
from latent_explorer.errors import UserError
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.training.panel import TrainingPanel
from latent_explorer.gui.training.timeline import moment_words
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.runs import RunFolder, kept_job
from latent_explorer.runs.protocol import Begun, Filmed, Progress, Reported
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle

if TYPE_CHECKING:
    from latent_explorer.gui.exports.choices import Choices
    from latent_explorer.gui.exports.film import FilmDialog
    from latent_explorer.gui.training.pages import RunPage

_BESIDE = 2.0  # degrees of a rotation that is not mentioned


class Guide(QObject):
    """Leads a pane through a current or past run: the pane that was active when the run began.

    pane: the led pane, which must be set first. shown_wanted: the panel should be shown. work: the film in progress;
    exported: the file of a finished film.
    """

    pane: MapPane

    shown_wanted = pyqtSignal()
    exported = pyqtSignal(Path)

    def __init__(self, trainer: Trainer, panel: TrainingPanel, active: Callable[[], MapPane]) -> None:
        super().__init__(panel)
        self._trainer, self.panel, self._active = trainer, panel, active
        self._links: list[QMetaObject.Connection] = []
        self._epochs, self._filming = 0, False
        self.work: tuple[Work, ...] = ()
        self.film_dialog: FilmDialog | None = None
        trainer.begun.connect(self._begin)
        trainer.reported.connect(self._add)
        trainer.filmed.connect(self._tell_of_film)
        trainer.progressed.connect(self._progress)
        panel.made.connect(self._meet)

    @property
    def _page(self) -> "RunPage | None":
        return self.panel.run if self.panel.is_made else None

    def lead(self, pane: MapPane) -> None:
        """Lead a pane, instead of the previous one."""
        for link in self._links:
            QObject.disconnect(link)
        self.pane = pane
        navigator = pane.navigator
        self._links = [
            navigator.listed.connect(self._list),
            navigator.moved.connect(self._show),
            navigator.left.connect(self._stop_playing),
            navigator.arrived.connect(self._arrive),
        ]

    def look_back(self) -> None:
        """Navigate the training of the open bundle, if its snapshots were kept."""
        pane = self._active()
        if pane.bundle is None:
            return
        self.lead(pane)
        run = RunFolder.of_bundle(pane.bundle.folder)
        if pane.navigator.shown is None:
            pane.navigator.begin(run, lambda: self._look_back(run))
        else:
            self._look_back(run)

    def _look_back(self, run: RunFolder) -> None:
        pane = self.pane
        if not self.pane.navigator.folders:
            pane.shared.say("This model has no snapshots of its training. Models trained in the window have them.")
            return
        self.shown_wanted.emit()
        self.panel.show_run(run)
        self._begin_at_the_end(run)

    def _meet(self) -> None:
        self.panel.run.timeline.wanted.connect(lambda index: self.pane.navigator.go_to(index))
        self.panel.run.timeline.film_wanted.connect(self._choose_film)
        self._list()

    def _begin(self, begun: Begun) -> None:
        """Start with a new or resumed run."""
        run = RunFolder(begun.run)
        self.lead(self._active())
        self.pane.navigator.begin(run, lambda: self._begin_at_the_end(run))

    def _begin_at_the_end(self, run: RunFolder) -> None:
        try:
            self._epochs = kept_job(run).recipe.epochs
        except UserError:
            self._epochs = 0  # the run is shown without it
        self._list()
        if self.pane.navigator.folders and self.pane.navigator.shown is None:
            self.pane.navigator.go_to(len(self.pane.navigator.folders) - 1)

    def _list(self) -> None:
        page = self._page
        if page is not None:
            page.timeline.set_moments(self.pane.navigator.moments, self._epochs)
            if self.pane.navigator.index >= 0:
                self._show(self.pane.navigator.index)

    def _add(self, reported: Reported) -> None:
        if reported.snapshot is not None:
            self.pane.navigator.add()

    def _show(self, index: int) -> None:
        """Show the current snapshot in the panel."""
        page, navigator = self._page, self.pane.navigator
        if page is None:
            return
        page.timeline.show_index(index, turned(navigator.turns[index]))
        page.show_moment(None if navigator.follows and self._trainer.busy else navigator.moments[index])

    def _stop_playing(self) -> None:
        """Stop playback, as another bundle is requested on the map."""
        if self._page is not None:
            self._page.timeline.stop()

    def _arrive(self, bundle: OpenBundle) -> None:
        moment, canvas = bundle.config.moment, self.pane.canvas
        if moment is None:  # new latents of a caller's model
            return
        caption = moment_words(moment, self._epochs, turned(bundle.config.turn))
        canvas.mark(caption=caption)

    # -- the film

    def _choose_film(self) -> None:
        """Ask for the file of a film of the current run; while a film is being made, cancel it."""
        shared, run = self._active().shared, self.pane.navigator.run
        if self._filming:
            self._trainer.stop_filming()
            return
        if run is None or self._trainer.busy:
            shared.say("To export a film, wait until the run ends, or stop it.")
            return
        from latent_explorer.gui.exports.film import FilmDialog

        now, moments = self.pane.canvas.picture(1.0), len(self.pane.navigator.folders)
        self.film_dialog = FilmDialog(self.panel, run.bundle.name, shared.settings, now, moments)
        self.film_dialog.chosen.connect(lambda file, choices: self._make_film(run, file, choices))
        self.film_dialog.show()

    def _make_film(self, run: RunFolder, file: Path, choices: "Choices") -> None:
        """Make the film; replaces an existing file, as confirmed by the user."""
        pane = self._active()
        self._show_filming(True)
        look = {"width": choices.width, "seconds": choices.length, "dark": pane.canvas.theme.dark}
        self._trainer.film(run.path, file, palette=pane.shared.palette, shapes=pane.shared.shapes, **look)

    def _show_filming(self, under_way: bool) -> None:
        self._filming, self.work = under_way, (Work("Making the film"),) if under_way else ()
        self.panel.run.timeline.show_filming(under_way)

    def _progress(self, progress: Progress) -> None:
        if self._filming and not self._trainer.busy and progress.total:
            self.work = (Work(progress.doing.capitalize(), progress.done / progress.total),)

    def _tell_of_film(self, reply: Filmed | Refused) -> None:
        self._show_filming(False)
        shared = self._active().shared
        if isinstance(reply, Filmed):
            if reply.file is None:
                shared.say("The film was cancelled")
            else:
                self.exported.emit(reply.file)
        else:
            shared.banner.say(f"The film could not be made: {reply.reason}")


def turned(turn: tuple[float, float, float, float] | None) -> str:
    """A text on how the map was rotated to align with the previous one; empty for small rotations."""
    found = Turn(*turn) if turn is not None else Turn()
    if abs(found.degrees) < _BESIDE and not found.mirrored:
        return ""
    mirrored = " and mirrored" if found.mirrored else ""
    return f"turned {found.degrees:.0f}°{mirrored} to match the previous epoch"
