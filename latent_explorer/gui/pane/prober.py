"""The life of a hover, on the window's side: ask for the exact picture, show the interpolated one meanwhile."""

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

_PATIENCE = 0.010  # seconds for which all else may wait for an exact picture
_TELL_MS = 30
_OFF = "Outside the map: the marker shows the projection"
_REST_MS = 80  # a place is described once the pointer has rested on it so long; a wheel clicks every 50 ms
_LATE_MS = 150  # after which a picture of another place is greyed; at once, each move would make it flicker


@dataclass(frozen=True, eq=False)
class Probe:
    """A place that is looked at. number: of its request, 0 for none; started: when the pointer came, in seconds.

    on_map: whether it is what the map shows at `uv`, or only projected there. picture, place: once they are known.
    """

    z: NDArray[np.float32]
    uv: tuple[float, float]
    number: int
    started: float
    on_map: bool = True
    picture: NDArray[np.uint8] | None = None
    place: Place | None = None


class Prober(QObject):
    """Follows the pointer with the inspector, and returns to the place chosen in the session when it leaves the map.

    probe: what the inspector shows. locked: whether neither pointer, clicks nor film change that; the loupe goes on.
    plays: whether a film does, which goes before the pointer. through: the latent (d,) at a plane point where
    something else than the map is seen. on_exact: called with each exact picture, once it is
    painted. told: where the probe is on the map, as often as one can read; not where it is off it.
    looked: another Probe is shown, or None. pictured: its exact picture is there. pointing: whether the pointer is over
    the map.
    """

    told = pyqtSignal(float, float)
    looked = pyqtSignal(object)
    pictured = pyqtSignal(object)

    def __init__(self, client: EngineClient, feed: AtlasFeed, canvas: MapCanvas, inspector: Inspector) -> None:
        super().__init__()
        self._client, self._feed, self._canvas, self._inspector = client, feed, canvas, inspector
        self._session: Session | None = None
        self.probe: Probe | None = None
        self._chosen: Probe | None = None  # what is known of the place chosen
        self._described = self._peeked = 0
        self.pointing = False  # whether the pointer is over the map
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
        """Follow nothing any more, not even a pointer that leaves because the map is gone."""
        self._session = self.probe = self._chosen = None
        self.stop()

    @property
    def place(self) -> Place | None:
        """What the data say about what is shown; None while that is not known."""
        return None if self.probe is None else self.probe.place

    def awaits(self) -> bool:
        """Whether an exact picture is about to come."""
        probe = self.probe
        if probe is None or not probe.number or probe.picture is not None:
            return False
        return time.perf_counter() - probe.started < _PATIENCE

    def text(self, z: NDArray[np.floating]) -> str:
        """The coordinates of a latent (d,), with as many decimals as tell neighbouring pixels of the map apart."""
        return coordinates_text(z, self.decimals)

    @property
    def place_text(self) -> str:
        """Where the probe is on the map; empty where it is nowhere."""
        return "" if self.probe is None else coordinates_text(np.array(self.probe.uv), self.decimals)

    @property
    def decimals(self) -> int:
        """How many decimals tell neighbouring pixels of the map apart."""
        assert self._session is not None
        view = self._canvas.view
        uv = (view.u, view.v) if self.probe is None else self.probe.uv
        return decimals_at(self._session.bundle.chart, uv, view.scale)

    # -- the session

    def open(self, session: Session, seen: NDArray[np.float32] | None = None) -> None:
        """Begin anew at the place chosen in the session; where none is, at a latent (d,) that was seen before."""
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
        """Go on at the same places of the map, which are those of other latents now."""
        shown, chosen = self.probe, self._chosen
        self.probe = None if shown is None else self._elsewhere(shown)
        self._chosen = self.probe if chosen is shown else None if chosen is None else self._elsewhere(chosen)
        if self._session is not None and self._chosen is not None:
            self._session.choose(self._chosen.z)

    def again(self) -> None:
        """Ask once more: the engine has been started, or shows something else."""
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
        """The pointer has left the map: the inspector shows the place chosen, or where none is, what it showed last."""
        self.pointing = False
        if self._chosen is not None and self._chosen is not self.probe:
            self._return(self._chosen)
        elif self.probe is not None and self._canvas.marks.probe != self.probe.uv:
            self._canvas.mark(probe=self.probe.uv, loupe=None)

    def lock(self, on: bool) -> None:
        """Keep the inspector where it is, which is the place chosen from now on; or let it follow the pointer."""
        if on and self.probe is not None:
            self._choose(self.probe.z)
        self.locked = on
        self._inspector.show_locked(on)

    # -- places chosen

    def choose(self, z: NDArray[np.floating], picture: NDArray[np.uint8] | None = None) -> None:
        """A place (d,) has been chosen on the map or on the path, whose picture may be known. Not while locked."""
        if self._session is not None and not self.locked:
            self._choose(z, picture)

    def explore(self, z: NDArray[np.floating], picture: NDArray[np.uint8] | None = None) -> None:
        """Choose a latent (d,), be it on the map or not; the map stays where it is and marks the place's projection.

        picture: the one there, where it is known.
        """
        if self._session is not None:
            self._choose(z, picture)

    def go_to(self, z: NDArray[np.floating]) -> None:
        """Choose a latent (d,), and bring it into view where it is not."""
        if self._session is None:
            return
        u, v = self._session.bundle.chart.to_plane(z).tolist()
        region = self._canvas.view.region
        if not (region.left < u < region.right and region.bottom < v < region.top):
            self._canvas.centre(u, v)
        self.explore(z)

    def settle(self) -> None:
        """Show the place chosen, also while the pointer is over the map: something is about to be done to it."""
        if self._chosen is None and self.probe is not None:
            self._choose(self.probe.z)
        elif self._chosen is not None and self._chosen is not self.probe:
            self._return(self._chosen)

    # -- what comes

    def take_picture(self, answer: Answer) -> None:
        """The exact picture has come; one that is no longer wanted is dropped."""
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
        self._described = 0  # what is said about the place before comes too late
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
        """The number of the request; 0 where the model makes no pictures."""
        assert self._session is not None
        return self._client.ask(Hover, z) if self._session.bundle.config.decodes else 0

    def _peek(self, z: NDArray[np.float32], uv: tuple[float, float]) -> None:
        """Show what is under the pointer in the loupe alone."""
        waits = self.probe is not None and self.probe.picture is None  # for the one picture that the engine works on
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
        """Show a place of which something is known, and ask for the rest."""
        if probe.picture is None:
            self._look_at(probe.z, probe.uv, probe.on_map, chosen=probe is self._chosen)
            self._tell()  # at once: what is about to be done begins here
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
        """The plane point of a latent (d,), and whether it is what the map shows there."""
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
                self._inspector.values.show_lines([_OFF])  # the layers' values are those of the map

    def view_changed(self) -> None:
        """Another zoom shows other decimals."""
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
