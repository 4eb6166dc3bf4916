"""Exports: opens the dialog and passes it the engine's answers."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from latent_explorer.engine.client import Answer, EngineClient, Event, Urgency
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.errors import UserError
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused

if TYPE_CHECKING:  # the dialog is imported on first use, so that the window opens fast
    from latent_explorer.gui.exports.dialog import ExportDialog
    from latent_explorer.session import OpenBundle

_JOIN_SECONDS = 20.0  # longer than writing the largest file


class Exporter(QObject):
    """Opens one export dialog at a time, for the active pane, and passes it the answers of that pane's engine.

    parent: the widget over which dialogs open. active: returns the active pane. link: returns the link of the maps, if
    any. panes: returns all panes. exported: the file that was written.
    """

    exported = pyqtSignal(Path)

    def __init__(
        self,
        parent: QWidget,
        active: Callable[[], MapPane],
        link: Callable[[], Link | None],
        panes: Callable[[], Sequence[MapPane]],
    ) -> None:
        super().__init__(parent)
        self._parent, self._active, self._link, self._panes = parent, active, link, panes
        self._bundles: dict[MapPane, OpenBundle | None] = {}  # of the panes with an export in progress
        self._said = ""
        self.dialog: ExportDialog | None = None

    @property
    def work(self) -> tuple[Work, ...]:
        """The export in progress."""
        if self.dialog is None or not self.dialog.footer.busy:
            return ()
        words, share = self.dialog.maker.progress
        return (Work(f"{self.dialog.subject.title}: {words.lower()}", share),)

    def serve(self, pane: MapPane) -> None:
        """Handle the export buttons of a pane's panels, and the answers of its engine."""
        pane.inspector.export_wanted.connect(lambda: self.export("picture"))
        pane.filmstrip.export_wanted.connect(lambda: self.export("filmstrip"))
        pane.filmstrip.strip.export_wanted.connect(lambda index: self.export("frame", index))
        pane.selection.export_wanted.connect(lambda: self.export("selection"))
        pane.gallery.sheet_wanted.connect(lambda: self.export("contact sheet"))
        pane.selection.sheet_wanted.connect(lambda: self.export("contact sheet"))
        pane.client.subscribe("export", partial(self.take, pane.client), Urgency.EXPORT)

    def take(self, client: EngineClient, answer: Answer) -> None:
        """Pass pictures from an engine to the export."""
        if self.dialog is not None:
            self.dialog.maker.take(client, answer)

    def export(self, what: str, *where: int) -> None:
        """Export a part of the active pane: one of `offers.OFFERS`. where: the index of a frame."""
        from latent_explorer.gui.exports.dialog import ExportDialog
        from latent_explorer.gui.exports.offers import OFFERS, ExportSource

        pane = self._active()
        source = ExportSource(pane, self._link(), next(iter(where), 0), tuple(self._panes()))
        try:
            subject = OFFERS[what](source)
        except UserError as error:
            self._said = str(error)
            pane.shared.banner.say(self._said)
            return
        if self.dialog is not None and self.dialog.footer.busy:
            self.dialog.activateWindow()
            pane.shared.say("Another export is running. Wait until it is done, or cancel it.")
            return
        if self.dialog is not None:
            self.dialog.abandon()
        if self._said and pane.shared.banner.message == self._said:
            pane.shared.banner.clear()
        self._parent.installEventFilter(self)
        self._bundles = {each: each.bundle for each in (pane, source.other) if each is not None}
        for each in self._bundles:
            each.arrived.connect(self._hear)
        self.dialog = ExportDialog(self._parent, subject, pane.shared.settings, pane.client)
        self.dialog.said.connect(pane.shared.say)
        self.dialog.exported.connect(self.exported)
        self.dialog.finished.connect(self._forget)
        self.dialog.show()

    def leave(self, pane: MapPane) -> None:
        """Abandon the export of a pane that is closed."""
        if pane in self._bundles and self.dialog is not None:
            self.dialog.abandon()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        for pane in self._bundles:
            pane.arrived.disconnect(self._hear)
        self.dialog, self._bundles = None, {}

    def _hear(self, event: Event) -> None:
        """Make requests again after opening a bundle has dropped them."""
        if self.dialog is None or not (isinstance(event, Answer) and isinstance(event.reply, Opened | Refused)):
            return
        if any(pane.bundle is not bundle for pane, bundle in self._bundles.items()):
            self.dialog.leave()
        elif event.topic is Open:
            self.dialog.maker.again()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """End the worker with the window."""
        if event is not None and event.type() == QEvent.Type.Close:
            from latent_explorer.gui.exports.worker import Worker

            if self.dialog is not None:
                self.dialog.abandon()
            for worker in self._parent.findChildren(Worker):
                worker.join(_JOIN_SECONDS)
        return False
