"""A path on one of two linked maps, translated to the other map and decoded by the other model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from latent_explorer.alignment.translator import Translator
from latent_explorer.engine.client import Answer
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.placing import is_laid_out, roughly_placed
from latent_explorer.gui.panels.filmstrip import FIRST, STITCHED
from latent_explorer.gui.panels.strip_row import StripRow
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.session import OpenBundle, Route
from latent_explorer.session.session import as_point

TOPIC = "stitched"
_RENEW_MS = 120  # delay after a fit, as a drag causes several per second
_PATIENCE = 2.0  # seconds that closing waits for a search of places


@dataclass(frozen=True, eq=False)
class TranslatedPath:
    """A translated route. z: float32 (frames, d), in the other space. of: the other map's bundle."""

    route: Route
    latents: NDArray[np.float32]
    translator: Translator
    of: OpenBundle
    z: NDArray[np.float32]


class PathCrossing(QObject):
    """Translates the path of one map to the other: marks there, and a second row in its own filmstrip.

    path: the translated path, or None. on: whether paths are synchronised.
    """

    def __init__(self, link: Link, side: int) -> None:
        super().__init__()
        self._link, self._side = link, side
        self._pane, self._other = link.pane(side), link.pane(1 - side)
        self.path: TranslatedPath | None = None
        self._uv: NDArray[np.float64] | None = None
        self.on = True
        self._placer = LatestTask("linked path")
        self._placer.done.connect(self._show_places)
        self._renewing = timer(self, _RENEW_MS, self._look, once=True)
        self._pane.changed.connect(self._look)
        self._other.changed.connect(self._look)
        self._other.asked_again.connect(self._ask)
        self._other.crossed.connect(self._take)
        self._pane.filmstrip.moved.connect(self._mark_frame)
        self._pane.path_frames.laid_out.connect(self._look)
        link.fitted.connect(self._renew)
        self._look()

    def turn(self, on: bool) -> None:
        """Switch the synchronisation of paths."""
        self.on = on
        self._look()

    def close(self) -> None:
        """Disconnect from both maps."""
        self._renewing.stop()
        self._pane.changed.disconnect(self._look)
        self._other.changed.disconnect(self._look)
        self._other.asked_again.disconnect(self._ask)
        self._other.crossed.disconnect(self._take)
        self._pane.filmstrip.moved.disconnect(self._mark_frame)
        self._pane.path_frames.laid_out.disconnect(self._look)
        self._link.fitted.disconnect(self._renew)
        self._show(None)
        self._placer.close(_PATIENCE)

    def _renew(self) -> None:
        if self.path is None or self._link.translator(self._side) is None:
            self._look()
        elif not self._renewing.isActive():
            self._renewing.start()

    def _look(self) -> None:
        """Update after a change of the path, the translator or the other map's bundle."""
        session, other = self._pane.session, self._other.bundle
        translator = self._link.translator(self._side)
        route, latents = None if session is None else session.state.route, self._pane.path_frames.latents
        known = route is not None and len(latents) > 0  # a restored route is set before it is laid out
        if not self.on or route is None or not known or translator is None or other is None:
            if self.path is not None:
                self._show(None)
            return
        path = self.path
        if path is not None and path.latents is latents and path.translator is translator and path.of is other:
            return
        z = translator.to(latents).astype(np.float32)
        fits = z.shape[1:] == other.latents.mean.shape[1:] and bool(np.isfinite(z).all())
        self._show(TranslatedPath(route, latents, translator, other, z) if fits else None)

    def _show(self, path: TranslatedPath | None) -> None:
        before, self.path, self._uv = self.path, path, None
        if path is None or before is None or before.route != path.route:
            self._other.canvas.mark(linked_route=None, linked_frame=None)
            self._pane.filmstrip.show_row(STITCHED, None)
        self._placer.drop()
        self._ask()
        if path is None:
            return
        if is_laid_out(path.of.chart):
            self._placer.begin(lambda _: (path, roughly_placed(path.of.chart, path.z)))
        else:
            self._show_places((path, path.of.chart.to_plane(path.z)))

    def _show_places(self, placed: tuple[TranslatedPath, NDArray[np.float64]]) -> None:
        path, uv = placed
        if path is self.path:
            self._uv = uv
            self._other.canvas.mark(linked_route=uv, linked_frame=None)
            if len(self._pane.filmstrip.frames):
                self._mark_frame(self._pane.filmstrip.index)

    def _mark_frame(self, index: int) -> None:
        if self._uv is not None and index < len(self._uv):
            u, v = self._uv[index].tolist()
            self._other.canvas.mark(linked_frame=(u, v))

    def _ask(self) -> None:
        path = self.path
        wants = [] if path is None or not path.of.config.decodes else [want_pictures(path, path.z)]
        self._other.client.request(TOPIC, wants)

    def _take(self, answer: Answer) -> None:
        if answer.topic == TOPIC and answer.key is self.path and answer.pictures is not None:
            assert self.path is not None
            first = self._pane.filmstrip.row(FIRST)
            row = StripRow(curve="" if first is None else first.curve, model=self.path.of.name)
            self._pane.filmstrip.show_row(STITCHED, row.with_pictures(answer.pictures))


def translated_route(link: Link, side: int) -> Route | None:
    """The route of a side with translated places; None if there is none."""
    session, translator = link.pane(side).session, link.translator(side)
    if session is None or session.state.route is None or translator is None:
        return None
    route = session.state.route
    return route.leading([as_point(place) for place in translator.to(np.array(route.places, np.float32))])
