"""Exporting what is seen: says what there is to export, and opens the dialog for it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QWidget

from latent_explorer.engine.client import Answer, Event
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.service.codec import Refused

if TYPE_CHECKING:  # nothing of the dialog is loaded before it is wanted: the window must open at once
    from latent_explorer.export import Provenance
    from latent_explorer.gui.exports.dialog import ExportDialog
    from latent_explorer.gui.exports.subject import Subject
    from latent_explorer.gui.exports.worker import Worker
    from latent_explorer.session import OpenBundle

_NO_BUNDLE = "There is nothing to export yet: open a bundle first, with File ▸ Open bundle…"
_NO_PROBE = "There is no picture to export yet: move the pointer over the map, or click on it, and try again."
_NO_PATH = "There is no filmstrip to export yet: drag on the map from one place to another, and try again."
_NO_SELECTION = "There is nothing selected yet: take the Select tool (S), drag around points, and try again."
_DECODING = "The pictures are still being decoded. Try again in a moment."
_JOIN_SECONDS = 20.0  # a file of the largest size is written sooner


class Exporter(QObject):
    """Opens one export dialog at a time, for the pane that is active then, and hands it what its engine says.

    parent: the widget over which dialogs open. active: the pane that a person works with.
    """

    def __init__(self, parent: QWidget, active: Callable[[], MapPane]) -> None:
        super().__init__(parent)
        self._parent, self._active = parent, active
        self._pane: MapPane | None = None  # whose export is under way
        self._worker: Worker | None = None
        self._bundle: OpenBundle | None = None
        self._said = ""
        self.dialog: ExportDialog | None = None

    def picture(self) -> None:
        """Export the probed picture."""
        bundle, probe = self._active().bundle, self._active().prober.probe
        if bundle is None or probe is None or probe.picture is None:
            self._refuse(_NO_BUNDLE if bundle is None else _NO_PROBE if probe is None else _DECODING)
            return
        from latent_explorer.export import Provenance
        from latent_explorer.gui.exports.subjects import PictureSubject, file_name

        name = file_name(bundle.name, _place_name(probe.z.tolist()))
        self._show(bundle, PictureSubject(name, probe.picture, Provenance.at(bundle.name, probe.z)))

    def frame(self, index: int) -> None:
        """Export one frame of the filmstrip."""
        bundle, frames = self._active().bundle, self._active().filmstrip.frames
        if bundle is None or not index < len(frames):
            self._refuse(_NO_BUNDLE if bundle is None else _NO_PATH)
            return
        from latent_explorer.gui.exports.subjects import PictureSubject, file_name

        source = self._path_source(bundle, index)
        name = file_name(bundle.name, f"frame-{index + 1}")
        self._show(bundle, PictureSubject(name, frames[index], source, title=f"Export frame {index + 1}"))

    def filmstrip(self) -> None:
        """Export the frames of the route."""
        pane = self._active()
        bundle, strip = pane.bundle, pane.filmstrip
        route = None if pane.session is None else pane.session.state.route
        if bundle is None or route is None or not len(strip.frames):
            self._refuse(_NO_BUNDLE if bundle is None else _NO_PATH if route is None else _DECODING)
            return
        from latent_explorer.gui.exports.choices import Choices
        from latent_explorer.gui.exports.subjects import FilmstripSubject, file_name

        seconds = max(0.02, round(1 / strip.frames_per_second, 2))
        default = Choices("gif", scale=8, seconds=seconds, ping_pong=strip.ping_pong)
        name = file_name(bundle.name, "path")
        self._show(bundle, FilmstripSubject(name, strip.frames, self._path_source(bundle), default))

    def grid(self) -> None:
        """Export the region seen as a grid of pictures."""
        bundle = self._active().bundle
        if bundle is None:
            self._refuse(_NO_BUNDLE)
            return
        from latent_explorer.gui.exports.subjects import GridSubject, file_name

        region, shape = self._active().canvas.view.region, bundle.config.net.image_shape
        self._show(bundle, GridSubject(file_name(bundle.name, "grid"), bundle.name, region, bundle.chart, shape))

    def map(self) -> None:
        """Export the map as shown."""
        bundle, session = self._active().bundle, self._active().session
        if bundle is None or session is None:
            self._refuse(_NO_BUNDLE)
            return
        from latent_explorer.gui.exports.subjects import MapSubject, file_name

        self._show(bundle, MapSubject(file_name(bundle.name, "map"), self._active().canvas, session))

    def latents(self) -> None:
        """Export the latents of the images."""
        bundle, session = self._active().bundle, self._active().session
        if bundle is None or session is None:
            self._refuse(_NO_BUNDLE)
            return
        from latent_explorer.gui.exports.subjects import LatentsSubject, file_name

        self._show(bundle, LatentsSubject(file_name(bundle.name, "latents"), bundle, session.state.hidden))

    def selection(self) -> None:
        """Export the latents of the selected images."""
        bundle, session = self._active().bundle, self._active().session
        selection = None if session is None else session.state.selection
        if bundle is None or selection is None:
            self._refuse(_NO_BUNDLE if bundle is None else _NO_SELECTION)
            return
        from latent_explorer.gui.exports.subjects import LatentsSubject, file_name

        name, title = file_name(bundle.name, "selection"), f"Export {selection.count:,} selected latents"
        self._show(bundle, LatentsSubject(name, bundle, frozenset(), selection.chosen, title=title))

    def contact_sheet(self) -> None:
        """Export the selected images themselves."""
        bundle, session = self._active().bundle, self._active().session
        selection = None if session is None else session.state.selection
        if bundle is None or selection is None:
            self._refuse(_NO_BUNDLE if bundle is None else _NO_SELECTION)
            return
        from latent_explorer.gui.exports.contact_sheet import SheetSubject
        from latent_explorer.gui.exports.subjects import file_name

        self._show(bundle, SheetSubject(file_name(bundle.name, "contact-sheet"), bundle, selection.chosen))

    def take(self, answer: Answer) -> None:
        """Pictures wanted for an export have come."""
        if self.dialog is not None:
            self.dialog.maker.take(answer)

    # -- the dialog

    def _show(self, bundle: "OpenBundle", subject: "Subject") -> None:
        from latent_explorer.gui.exports.dialog import ExportDialog
        from latent_explorer.gui.exports.worker import Worker

        pane = self._active()
        if self.dialog is not None and self.dialog.footer.busy:
            self.dialog.activateWindow()
            pane.shared.say("Another export is under way. Wait for it, or cancel it.")
            return
        if self.dialog is not None:
            self.dialog.abandon()
        if self._said and pane.shared.banner.text == self._said:
            pane.shared.banner.hide()
        self._parent.installEventFilter(self)
        self._pane, self._bundle, self._worker = pane, bundle, Worker(self)
        pane.arrived.connect(self._hear)
        self.dialog = ExportDialog(self._parent, subject, pane.shared.settings, pane.client, self._worker)
        self.dialog.said.connect(pane.shared.say)
        self.dialog.finished.connect(self._forget)
        self.dialog.show()

    def leave(self, pane: MapPane) -> None:
        """A pane is closed: an export of it is abandoned."""
        if self._pane is pane and self.dialog is not None:
            self.dialog.abandon()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        if self._worker is not None:
            self._worker.stop()
        if self._pane is not None:
            self._pane.arrived.disconnect(self._hear)
        self.dialog = self._bundle = self._worker = self._pane = None

    def _hear(self, event: Event) -> None:
        """When a bundle was opened, or refused, the engine has dropped all that was wanted."""
        if self.dialog is None or not (isinstance(event, Answer) and isinstance(event.reply, Opened | Refused)):
            return
        if self._pane is None or self._pane.bundle is not self._bundle:
            self.dialog.leave()
        elif event.topic is Open:
            self.dialog.maker.again()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """No thread outlives the window."""
        if event is not None and event.type() == QEvent.Type.Close:
            from latent_explorer.gui.exports.worker import Worker

            if self.dialog is not None:
                self.dialog.abandon()
            for worker in self.findChildren(Worker):
                worker.join(_JOIN_SECONDS)
        return False

    def _path_source(self, bundle: "OpenBundle", index: int | None = None) -> "Provenance":
        from latent_explorer.export import Provenance

        pane = self._active()
        assert pane.session is not None
        assert pane.session.state.route is not None
        route, latents = pane.session.state.route, pane.path_frames.latents
        chosen = latents if index is None else latents[index]
        source = Provenance.at(bundle.name, np.asarray(chosen), curve=route.curve, easing=route.easing)
        return source if index is None else source.and_also(frame=f"{index + 1} of {len(latents)}")

    def _refuse(self, sentence: str) -> None:
        self._said = sentence
        self._active().shared.banner.say(sentence)


def _place_name(z: Sequence[float]) -> str:
    """The place in a file's name, where it is short."""
    return "_".join(f"{value:.2f}" for value in z) if len(z) <= 3 else "picture"
