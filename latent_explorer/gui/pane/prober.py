"""The life of a hover, on the window's side: ask for the exact picture, show the interpolated one meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QImage

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.describe import Describe, Place
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.feed import AtlasFeed
from latent_explorer.gui.panels.inspector import Inspector
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.latency import Meter
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.session import OpenBundle

_PATIENCE = 0.010  # seconds for which all else may wait for an exact picture
_TELL_MS = 30
_OFF = "Off the map: marked where it projects to"
_REST_MS = 80  # a place is described once the pointer has rested on it so long; a wheel clicks every 50 ms


@dataclass(frozen=True, eq=False)
class Probe:
    """The place under the pointer. number: of its request; started: when the pointer came, in seconds.

    on_map: whether it is what the map shows at `uv`, or only projected there.
    """

    z: NDArray[np.float32]
    uv: tuple[float, float]
    number: int
    started: float
    on_map: bool = True
    picture: NDArray[np.uint8] | None = None


class Prober(QObject):
    """Follows the pointer with the inspector.

    on_exact: called with each exact picture, once it is painted. told: where the probe is on the map, as often as one
    can read; not where it is off it.
    """

    told = pyqtSignal(float, float)

    def __init__(self, client: EngineClient, feed: AtlasFeed, canvas: MapCanvas, inspector: Inspector) -> None:
        super().__init__()
        self._client, self._feed, self._canvas, self._inspector = client, feed, canvas, inspector
        self._bundle: OpenBundle | None = None
        self._described = 0
        self.probe: Probe | None = None
        self.place: Place | None = None
        self.loupe = True
        self.exact, self.interpolated = Meter("hover"), Meter("interpolated")
        self.on_exact: Callable[[Probe], None] = lambda _: None
        self._rest = timer(self, _REST_MS, self._describe, once=True)
        self._tell_timer = timer(self, _TELL_MS, self._tell, once=True)

    def stop(self) -> None:
        self._rest.stop()
        self._tell_timer.stop()

    def awaits(self) -> bool:
        """Whether an exact picture is about to come."""
        probe = self.probe
        return probe is not None and probe.picture is None and time.perf_counter() - probe.started < _PATIENCE

    def open(self, bundle: OpenBundle) -> None:
        self._bundle, self.probe, self.place = bundle, None, None
        self.stop()
        self._canvas.set_probe(None, None)

    def exchange(self, bundle: OpenBundle) -> None:
        """Go on at the same place of the map, which is that of another latent now."""
        self._bundle = bundle
        if self.probe is not None:
            self.probe = replace(self.probe, z=bundle.chart.to_latent(self.probe.uv), on_map=True)

    def hover(self, u: float, v: float) -> None:
        if self._bundle is not None:
            self._probe(self._bundle.chart.to_latent((u, v)), (u, v), on_map=True)

    def explore(self, z: NDArray[np.float32]) -> None:
        """Probe a latent (d,), be it on the map or not; the map stays where it is and marks the place's projection."""
        if self._bundle is not None:
            chart = self._bundle.chart
            u, v = chart.to_plane(z).tolist()
            self._probe(z, (u, v), on_map=np.allclose(chart.to_latent((u, v)), z, rtol=1e-5, atol=1e-5))

    def go_to(self, z: NDArray[np.floating]) -> None:
        """Probe a latent (d,), and bring it into view where it is not."""
        if self._bundle is None:
            return
        u, v = self._bundle.chart.to_plane(z).tolist()
        region = self._canvas.view.region
        if not (region.left < u < region.right and region.bottom < v < region.top):
            self._canvas.centre(u, v)
        self.explore(np.asarray(z, np.float32))

    def again(self) -> None:
        if self.probe is not None:
            self._probe(self.probe.z, self.probe.uv, on_map=self.probe.on_map)

    def take_picture(self, answer: Answer) -> None:
        """The exact picture has come; one that is no longer wanted is dropped."""
        reply = answer.reply
        if self.probe is None or not isinstance(reply, Picture) or reply.number != self.probe.number:
            return
        self.probe = replace(self.probe, picture=reply.image)
        self._show(to_qimage(reply.image))
        self.exact.add(1000 * (time.perf_counter() - self.probe.started))
        self.on_exact(self.probe)

    def take_place(self, answer: Answer) -> None:
        reply = answer.reply
        if self._bundle is None or not isinstance(reply, Place) or reply.number != self._described:
            return
        self.place = reply
        self._inspector.show_place(reply)
        self._canvas.mark(neighbours=self._bundle.uv[reply.indices].astype(np.float64))

    def _probe(self, z: NDArray[np.float32], uv: tuple[float, float], *, on_map: bool) -> None:
        started = time.perf_counter()
        self.probe = Probe(z, uv, self._client.ask(Hover, z), started, on_map)
        self.place, self._described = None, 0  # what is said about the place before comes too late
        stand_in = self._feed.interpolated(uv) if on_map else None
        if stand_in is not None:
            self._show(to_qimage(stand_in))
            self.interpolated.add(1000 * (time.perf_counter() - started))
        else:
            self._canvas.set_probe(uv, self._canvas.marks.loupe)
        self._rest.start()
        if not self._tell_timer.isActive():
            self._tell_timer.start()

    def _tell(self) -> None:
        if self.probe is not None:
            self._inspector.show_coordinates(self.probe.z)
            if self.probe.on_map:
                self.told.emit(*self.probe.uv)
            else:
                self._inspector.values.show_lines([_OFF])  # the layers' values are those of the map

    def _show(self, image: QImage) -> None:
        assert self.probe is not None
        self._inspector.picture.show_image(image)
        self._canvas.set_probe(self.probe.uv, image if self.loupe else None)

    def _describe(self) -> None:
        if self.probe is not None:
            self._described = self._client.ask(Describe, self.probe.z)
