"""Hovering, on the window's side: requests the exact picture and shows an interpolated one meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QImage

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.describe import Describe, Place
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.tile_feed import AtlasFeed
from latent_explorer.gui.panels.inspector import Inspector
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.latency import Meter
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.session import Session
from latent_explorer.session.coordinates import coordinates_text, decimals_at

_PATIENCE = 0.010  # seconds that everything else may wait for an exact picture
_TELL_MS = 30
_OFF = "Outside the map: the marker shows the projection"
_REST_MS = 80  # rest of the pointer before a place is described; a wheel clicks every 50 ms
_LATE_MS = 150  # until a picture of another place is greyed out; without a delay it would flicker


@dataclass(frozen=True, eq=False)
class Probe:
    """A probed place. number: of its request, 0 for none. started: when the pointer arrived, in seconds.

    on_map: whether `z` is the latent of the map at `uv`, or only projected there. picture, place: None until known.
    """

    z: NDArray[np.float32]
    uv: tuple[float, float]
    number: int
    started: float
    on_map: bool = True
    picture: NDArray[np.uint8] | None = None
    place: Place | None = None


class Prober(QObject):
    """Shows the place under the pointer in the inspector, and the session's chosen place when the pointer is elsewhere.

    probe: the place that the inspector shows. locked: whether pointer, clicks and film leave it unchanged; the loupe
    still follows. plays: whether a film plays, which has priority over the pointer. through: returns the latent (d,) at
    a plane point that shows something else than the map. on_exact: called with each exact picture once it is painted.
    told: the place of the probe on the map, at a readable rate; not emitted off the map. looked: the Probe has changed,
    possibly to None. pictured: its exact picture has arrived. pointing: whether the pointer is over the map.
    """

    told = pyqtSignal(float, float)
    looked = pyqtSignal(object)
    pictured = pyqtSignal(object)

    def __init__(self, client: EngineClient, feed: AtlasFeed, canvas: MapCanvas, inspector: Inspector) -> None:
        super().__init__()
        self._client, self._feed, self._canvas, self._inspector = client, feed, canvas, inspector
        self._session: Session | None = None
        self.probe: Probe | None = None
        self._chosen: Probe | None = None  # the chosen place, as far as it is known
        self._described = self._peeked = 0
        self.pointing = False
        self.loupe, self.locked = True, False
        self.plays: Callable[[], bool] = lambda: False
        self.through: Callable[[tuple[float, float]], NDArray[np.float32] | None] = lambda _: None
        self.exact, self.interpolated = Meter("hover"), Meter("interpolated")
        self.on_exact: Callable[[Probe], None] = lambda _: None
        self._rest = timer(self, _REST_MS, self._describe, once=True)
        self._tell_timer = timer(self, _TELL_MS, self._tell, once=True)
        self._late = timer(self, _LATE_MS, self._grey_picture, once=True)

    def stop(self) -> None:
        for each in (self._rest, self._tell_timer, self._late):
            each.stop()

    def close(self) -> None:
        """Stop following, even a pointer that leaves because the map is closed."""
        self._session = self.probe = self._chosen = None
        self.stop()

    @property
    def place(self) -> Place | None:
        """The engine's description of the probed place; None until it has arrived."""
        return None if self.probe is None else self.probe.place

    def awaits(self) -> bool:
        """Whether an exact picture is about to arrive."""
        probe = self.probe
        if probe is None or not probe.number or probe.picture is not None:
            return False
        return time.perf_counter() - probe.started < _PATIENCE

    def text(self, z: NDArray[np.floating]) -> str:
        """The coordinates of a latent (d,), with enough decimals to distinguish neighbouring pixels of the map."""
        return coordinates_text(z, self.decimals)

    @property
    def place_text(self) -> str:
        """The place of the probe on the map; empty without a probe."""
        return "" if self.probe is None else coordinates_text(np.array(self.probe.uv), self.decimals)

    @property
    def decimals(self) -> int:
        """The number of decimals that distinguish neighbouring pixels of the map."""
        assert self._session is not None
        view = self._canvas.view
        uv = (view.u, view.v) if self.probe is None else self.probe.uv
        return decimals_at(self._session.bundle.chart, uv, view.scale)

    # -- the session

    def open(self, session: Session, seen: NDArray[np.float32] | None = None) -> None:
        """Start with a session, at its chosen place; if there is none, at the latent (d,) `seen`."""
        self._session, self.probe, self._chosen = session, None, None
        self.stop()
        self._canvas.set_probe(None, None)
        self._canvas.mark(chosen=None)
        if session.state.chosen is not None:
            self._choose(np.array(session.state.chosen, np.float32))
        elif seen is not None:
            self._look_at(seen, *self._projected(seen))
        else:
            self.looked.emit(None)

    def exchange(self) -> None:
        """Stay at the same places of the map, which now show other latents."""
        shown, chosen = self.probe, self._chosen
        self.probe = None if shown is None else self._elsewhere(shown)
        self._chosen = self.probe if chosen is shown else None if chosen is None else self._elsewhere(chosen)
        if self._session is not None and self._chosen is not None:
            self._session.choose(self._chosen.z)

    def again(self) -> None:
        """Request everything again: the engine has restarted, or has another model."""
        if self._chosen is not None and self._chosen is not self.probe:
            self._chosen = replace(self._chosen, picture=None, place=None)
        if self.probe is not None:
            self._look_at(self.probe.z, self.probe.uv, self.probe.on_map, chosen=self._chosen is self.probe)

    # -- the pointer

    def hover(self, u: float, v: float) -> None:
        if self._session is None:
            return
        self.pointing = True
        through = self.through((u, v))
        z = self._session.bundle.chart.to_latent((u, v)) if through is None else through
        if self.locked or self.plays():
            self._peek(z, (u, v))
        else:
            self._look_at(z, (u, v), on_map=through is None)

    def leave(self) -> None:
        """Called when the pointer leaves the map: show the chosen place; if there is none, keep the last one."""
        self.pointing = False
        if self._chosen is not None and self._chosen is not self.probe:
            self._return(self._chosen)
        elif self.probe is not None and self._canvas.marks.probe != self.probe.uv:
            self._canvas.mark(probe=self.probe.uv, loupe=None)

    def lock(self, on: bool) -> None:
        """Lock the inspector to its place and choose that place, or let it follow the pointer."""
        if on and self.probe is not None:
            self._choose(self.probe.z)
        self.locked = on
        self._inspector.show_locked(on)

    # -- the chosen place

    def choose(self, z: NDArray[np.floating], picture: NDArray[np.uint8] | None = None) -> None:
        """Choose a place (d,) of the map or the path, unless locked. picture: the decoded picture, if known."""
        if self._session is not None and not self.locked:
            self._choose(z, picture)

    def explore(self, z: NDArray[np.floating], picture: NDArray[np.uint8] | None = None) -> None:
        """Choose a latent (d,), on the map or not; the view stays, and the place's projection is marked.

        picture: the decoded picture, if known.
        """
        if self._session is not None:
            self._choose(z, picture)

    def go_to(self, z: NDArray[np.floating]) -> None:
        """Choose a latent (d,) and bring it into view."""
        if self._session is None:
            return
        u, v = self._session.bundle.chart.to_plane(z).tolist()
        region = self._canvas.view.region
        if not (region.left < u < region.right and region.bottom < v < region.top):
            self._canvas.centre(u, v)
        self.explore(z)

    def settle(self) -> None:
        """Show the chosen place even while the pointer is over the map, before an action on it."""
        if self._chosen is None and self.probe is not None:
            self._choose(self.probe.z)
        elif self._chosen is not None and self._chosen is not self.probe:
            self._return(self._chosen)

    # -- answers

    def take_picture(self, answer: Answer) -> None:
        """Show the exact picture; drop it if the probe has moved on."""
        reply = answer.reply
        if not isinstance(reply, Picture):
            return
        if reply.number == self._peeked:
            self._canvas.mark(loupe=to_qimage(reply.image) if self.loupe and self.pointing else None)
        elif self.probe is not None and reply.number == self.probe.number:
            self._learn(picture=reply.image)
            self._show(to_qimage(reply.image))
            self.exact.add(1000 * (time.perf_counter() - self.probe.started))
            self.on_exact(self.probe)
            self.pictured.emit(self.probe)

    def take_place(self, answer: Answer) -> None:
        reply = answer.reply
        if isinstance(reply, Place) and reply.number == self._described and self.probe is not None:
            self._learn(place=reply)
            self._show_place(reply)

    # -- showing

    def _look_at(
        self, z: NDArray[np.float32], uv: tuple[float, float], on_map: bool = True, *, chosen: bool = False
    ) -> None:
        started = time.perf_counter()
        self.probe = Probe(z, uv, self._ask_for_picture(z), started, on_map)
        if chosen:
            self._chosen = self.probe
        self._described = 0  # a description of the previous place is now stale
        self._inspector.outdate()
        stand_in = self._feed.interpolated(uv) if on_map else None
        if not self.probe.number:
            self._canvas.set_probe(uv, None)
        elif stand_in is not None:
            self._show(to_qimage(stand_in))
            self.interpolated.add(1000 * (time.perf_counter() - started))
        else:
            self._canvas.set_probe(uv, self._canvas.marks.loupe)
            self._late.start()
        self._rest.start()
        self._tell_soon()
        self.looked.emit(self.probe)

    def _ask_for_picture(self, z: NDArray[np.float32]) -> int:
        """Request the exact picture. Returns the request's number; 0 if the model has no decoder."""
        assert self._session is not None
        return self._client.ask(Hover, z) if self._session.bundle.config.decodes else 0

    def _peek(self, z: NDArray[np.float32], uv: tuple[float, float]) -> None:
        """Show the place under the pointer in the loupe only."""
        waits = self.probe is not None and self.probe.picture is None  # the engine is decoding the probe's picture
        self._peeked = 0 if waits else self._ask_for_picture(z)
        stand_in = self._feed.interpolated(uv)
        self._canvas.mark(probe=uv, loupe=to_qimage(stand_in) if stand_in is not None and self.loupe else None)

    def _choose(self, z: NDArray[np.floating], picture: NDArray[np.uint8] | None = None) -> None:
        assert self._session is not None
        z = np.asarray(z, np.float32)
        self._session.choose(z)
        shown = self.probe if self.probe is not None and np.array_equal(self.probe.z, z) else None
        if shown is not None and (picture is None or shown.picture is not None):
            self._chosen = self.probe
        else:
            uv, on_map = self._projected(z)
            self._chosen = Probe(z, uv, 0, time.perf_counter(), on_map, picture)
            self._return(self._chosen)
        assert self._chosen is not None
        self._canvas.mark(chosen=self._chosen.uv)

    def _return(self, probe: Probe) -> None:
        """Show a place that is partly known, and request the rest."""
        if probe.picture is None:
            self._look_at(probe.z, probe.uv, probe.on_map, chosen=probe is self._chosen)
            self._tell()  # at once: an action starts from here
            return
        self.probe, self._described = probe, 0
        self._late.stop()
        self._inspector.picture.show_image(to_qimage(probe.picture))
        self._canvas.mark(neighbours=None, **({} if self.pointing else {"probe": probe.uv, "loupe": None}))
        if probe.place is None:
            self._inspector.outdate()
            self._rest.start()
            self._tell_soon()
        else:
            self._show_place(probe.place)
            self._tell()
        self.looked.emit(probe)

    def _projected(self, z: NDArray[np.float32]) -> tuple[tuple[float, float], bool]:
        """The plane point of a latent (d,), and whether the map shows that latent there."""
        assert self._session is not None
        chart = self._session.bundle.chart
        u, v = chart.to_plane(z).tolist()
        return (u, v), bool(np.allclose(chart.to_latent((u, v)), z, rtol=1e-5, atol=1e-5))

    def _learn(self, **known: Any) -> None:
        assert self.probe is not None
        before, self.probe = self.probe, replace(self.probe, **known)
        if self._chosen is before:
            self._chosen = self.probe

    def _elsewhere(self, probe: Probe) -> Probe:
        assert self._session is not None
        z = self._session.bundle.chart.to_latent(probe.uv)
        return replace(probe, z=z, on_map=True, number=0, picture=None, place=None)

    def _tell_soon(self) -> None:
        if not self._tell_timer.isActive():
            self._tell_timer.start()

    def _tell(self) -> None:
        if self.probe is not None:
            self._inspector.show_coordinates(self.probe.z, self.decimals)
            if self.probe.on_map:
                self.told.emit(*self.probe.uv)
            else:
                self._inspector.values.show_lines([_OFF])  # the layers have values on the map only

    def view_changed(self) -> None:
        """Update the number of decimals after a zoom."""
        if self.probe is not None:
            self._tell_soon()

    def _show(self, image: QImage) -> None:
        assert self.probe is not None
        self._late.stop()
        self._inspector.picture.show_image(image)
        self._canvas.set_probe(self.probe.uv, image if self.loupe else None)

    def _grey_picture(self) -> None:
        self._inspector.picture.outdate()
        self._canvas.mark(loupe=None)

    def _show_place(self, place: Place) -> None:
        assert self._session is not None
        self._inspector.show_place(place)
        bundle, theme = self._session.bundle, self._canvas.theme
        label, repeats = bundle.latents.label, len(bundle.class_names) > len(theme.classes)
        classes = label[place.indices].tolist() if label is not None and repeats else []
        looks = tuple((theme.mark_of(each), theme.of_class(each)) for each in classes)
        self._canvas.mark(neighbours=bundle.uv[place.indices].astype(np.float64), looks=looks)

    def _describe(self) -> None:
        if self.probe is not None:
            self._described = self._client.ask(Describe, self.probe.z)
