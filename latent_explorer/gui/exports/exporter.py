"""Exporting what is seen: says what there is to export, and opens the dialog for it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QEvent, QObject

from latent_explorer.engine.client import Answer, Event
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.service.codec import Refused

if TYPE_CHECKING:  # nothing of the dialog is loaded before it is wanted: the window must open at once
    from latent_explorer.export import Provenance
    from latent_explorer.gui.exports.dialog import ExportDialog
    from latent_explorer.gui.exports.subject import Subject
    from latent_explorer.gui.exports.worker import Worker
    from latent_explorer.gui.shell.window import MainWindow
    from latent_explorer.session import OpenBundle

_NO_BUNDLE = "There is nothing to export yet: open a bundle first, with File ▸ Open bundle…"
_NO_PROBE = "There is no picture to export yet: move the pointer over the map, or click on it, and try again."
_NO_PATH = "There is no filmstrip to export yet: drag on the map from one place to another, and try again."
_NO_SELECTION = "There is nothing selected yet: take the Select tool (S), drag around points, and try again."
_DECODING = "The pictures are still being decoded. Try again in a moment."
_JOIN_SECONDS = 20.0  # a file of the largest size is written sooner


class Exporter(QObject):
    """Opens one export dialog at a time, and hands it what the engine says."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._worker: Worker | None = None
        self._bundle: OpenBundle | None = None
        self._said = ""
        self.dialog: ExportDialog | None = None
        window.link.arrived.connect(self._hear)

    def picture(self) -> None:
        """Export the probed picture."""
        bundle, probe = self._open_bundle(), self._window.prober.probe
        if bundle is None or probe is None or probe.picture is None:
            self._refuse(_NO_BUNDLE if bundle is None else _NO_PROBE if probe is None else _DECODING)
            return
        from latent_explorer.export import Provenance
        from latent_explorer.gui.exports.subjects import PictureSubject, file_name

        name = file_name(bundle.name, _place_name(probe.z.tolist()))
        self._show(bundle, PictureSubject(name, probe.picture, Provenance.at(bundle.name, probe.z)))

    def frame(self, index: int) -> None:
        """Export one frame of the filmstrip."""
        bundle, frames = self._open_bundle(), self._window.filmstrip.frames
        if bundle is None or not index < len(frames):
            self._refuse(_NO_BUNDLE if bundle is None else _NO_PATH)
            return
        from latent_explorer.gui.exports.subjects import PictureSubject, file_name

        source = self._path_source(bundle, index)
        name = file_name(bundle.name, f"frame-{index + 1}")
        self._show(bundle, PictureSubject(name, frames[index], source, title=f"Export frame {index + 1}"))

    def filmstrip(self) -> None:
        """Export the frames of the route."""
        bundle, strip = self._open_bundle(), self._window.filmstrip
        route = None if self._window.session is None else self._window.session.state.route
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
        bundle = self._open_bundle()
        if bundle is None:
            self._refuse(_NO_BUNDLE)
            return
        from latent_explorer.gui.exports.subjects import GridSubject, file_name

        region, shape = self._window.canvas.view.region, bundle.config.net.image_shape
        self._show(bundle, GridSubject(file_name(bundle.name, "grid"), bundle.name, region, bundle.chart, shape))

    def map(self) -> None:
        """Export the map as shown."""
        bundle, session = self._open_bundle(), self._window.session
        if bundle is None or session is None:
            self._refuse(_NO_BUNDLE)
            return
        from latent_explorer.gui.exports.subjects import MapSubject, file_name

        self._show(bundle, MapSubject(file_name(bundle.name, "map"), self._window.canvas, session))

    def latents(self) -> None:
        """Export the latents of the images."""
        bundle, session = self._open_bundle(), self._window.session
        if bundle is None or session is None:
            self._refuse(_NO_BUNDLE)
            return
        from latent_explorer.gui.exports.subjects import LatentsSubject, file_name

        self._show(bundle, LatentsSubject(file_name(bundle.name, "latents"), bundle, session.state.hidden))

    def selection(self) -> None:
        """Export the latents of the selected images."""
        bundle, session = self._open_bundle(), self._window.session
        selection = None if session is None else session.state.selection
        if bundle is None or selection is None:
            self._refuse(_NO_BUNDLE if bundle is None else _NO_SELECTION)
            return
        from latent_explorer.gui.exports.subjects import LatentsSubject, file_name

        name, title = file_name(bundle.name, "selection"), f"Export {selection.count:,} selected latents"
        self._show(bundle, LatentsSubject(name, bundle, frozenset(), selection.chosen, title=title))

    def contact_sheet(self) -> None:
        """Export the selected images themselves."""
        bundle, session = self._open_bundle(), self._window.session
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

        if self.dialog is not None and self.dialog.footer.busy:
            self.dialog.activateWindow()
            self._window.status.say("Another export is under way. Wait for it, or cancel it.")
            return
        if self.dialog is not None:
            self.dialog.abandon()
        if self._said and self._window.banner.text == self._said:
            self._window.banner.hide()
        window = self._window
        window.installEventFilter(self)
        self._bundle, self._worker = bundle, Worker(self)
        self.dialog = ExportDialog(window, subject, window.settings, window.link.client, self._worker)
        self.dialog.said.connect(window.status.say)
        self.dialog.finished.connect(self._forget)
        self.dialog.show()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        if self._worker is not None:
            self._worker.stop()
        self.dialog = self._bundle = self._worker = None

    def _hear(self, event: Event) -> None:
        """When a bundle was opened, or refused, the engine has dropped all that was wanted."""
        if self.dialog is None or not (isinstance(event, Answer) and isinstance(event.reply, Opened | Refused)):
            return
        if self._open_bundle() is not self._bundle:
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

    def _open_bundle(self) -> "OpenBundle | None":
        return None if self._window.session is None else self._window.session.bundle

    def _path_source(self, bundle: "OpenBundle", index: int | None = None) -> "Provenance":
        from latent_explorer.export import Provenance

        assert self._window.session is not None
        route, latents = self._window.session.state.route, self._window.film.latents
        assert route is not None
        chosen = latents if index is None else latents[index]
        source = Provenance.at(bundle.name, np.asarray(chosen), curve=route.curve, easing=route.easing)
        return source if index is None else source.and_also(frame=f"{index + 1} of {len(latents)}")

    def _refuse(self, sentence: str) -> None:
        self._said = sentence
        self._window.banner.say(sentence)


def _place_name(z: Sequence[float]) -> str:
    """The place in a file's name, where it is short."""
    return "_".join(f"{value:.2f}" for value in z) if len(z) <= 3 else "picture"
