"""The place under the pointer on one map, translated to the other."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.alignment.translator import Translator
from latent_explorer.engine.client import Answer
from latent_explorer.engine.handlers.match import Match, Matched
from latent_explorer.engine.handlers.peek import Peek, Peeked
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.placing import is_laid_out, roughly_placed
from latent_explorer.gui.pane.prober import Probe
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import timer

_MARK_MS = 33  # interval of moving the mark, as placing a latent on a fitted chart takes 1 to 2 ms
_REST_MS = 80  # rest of the pointer before the nearest image is requested
_PATIENCE = 2.0  # seconds that closing waits for a search of a place


@dataclass(frozen=True, eq=False)
class Crossed:
    """A translated place.

    side: of the map under the pointer, 0 for the source. probe: the place there. z: the translated latent; None without
    a translator. picture: the exact picture of `z` by the other model, match: the image nearest to `z`; None until
    known. refusal: why one of them is not available.
    """

    side: int
    probe: Probe
    z: NDArray[np.float32] | None = None
    picture: NDArray[np.uint8] | None = None
    match: Matched | None = None
    refusal: str = ""


class Crossing(QObject):
    """Follows the prober of one map and marks its translation on the other.

    The map under the pointer has priority over the other's own probe. told: a Crossed, for each place and each new part
    of it; None when the pointer has left. on: whether it is shown.
    """

    told = pyqtSignal(object)

    def __init__(self, link: Link, side: int) -> None:
        super().__init__()
        self._link, self._side = link, side
        self._pane, self._other = link.pane(side), link.pane(1 - side)
        self.place: Crossed | None = None
        self.on = True
        self._by: Translator | None = None  # the translator of the current place
        self._peeked = self._matched = 0  # numbers of requests; 0 where there is none
        self._moving = timer(self, _MARK_MS, self._mark, once=True)
        self._resting = timer(self, _REST_MS, self._rest, once=True)
        self._placer = LatestTask("linked place")
        self._placer.done.connect(self._show_exactly)
        self._pane.prober.looked.connect(self._look)
        self._pane.prober.pictured.connect(self._take_own)
        self._other.crossed.connect(self._take)

    def again(self) -> None:
        """Translate the same place again, if the translator has changed."""
        probe = self._pane.prober.probe
        if self.place is not None and probe is not None and self._link.translator(self._side) is not self._by:
            self._cross(probe)

    def leave(self) -> None:
        """Clear the other map."""
        self._moving.stop()
        self._resting.stop()
        self._placer.drop()
        self.place, self._peeked, self._matched = None, 0, 0
        self._show(None)

    def close(self) -> None:
        """Disconnect from both maps."""
        self._pane.prober.looked.disconnect(self._look)
        self._pane.prober.pictured.disconnect(self._take_own)
        self._other.crossed.disconnect(self._take)
        self.leave()
        self._placer.close(_PATIENCE)

    def _look(self, probe: Probe | None) -> None:
        if not self.on or (self._other.prober.pointing and not self._pane.prober.pointing):
            return
        if probe is None:
            self.leave()
            self.told.emit(None)
        else:
            self._cross(probe)

    def _cross(self, probe: Probe) -> None:
        """Request the picture first; everything else can follow later."""
        z, other = self._translated(probe.z), self._other.bundle
        self._peeked = self._matched = 0
        if z is not None and other is not None and other.config.decodes:
            self._peeked = self._other.client.ask(Peek, z)
        self.place = Crossed(self._side, probe, z)
        if not self._moving.isActive():
            self._moving.start()
        self._resting.start()
        self.told.emit(self.place)

    def _translated(self, z: NDArray[np.float32]) -> NDArray[np.float32] | None:
        self._by = translator = self._link.translator(self._side)
        other = self._other.bundle
        if translator is None or other is None:
            return None
        taken = translator.to(z[None])[0].astype(np.float32)
        fits = taken.shape == other.latents.mean.shape[1:] and bool(np.isfinite(taken).all())
        return taken if fits else None

    # -- the mark

    def _mark(self) -> None:
        place, other = self.place, self._other.bundle
        if place is None or place.z is None or other is None:
            self._show(None)
        else:
            u, v = roughly_placed(other.chart, place.z[None])[0].tolist()
            self._show((u, v))

    def _rest(self) -> None:
        place, other = self.place, self._other.bundle
        if place is None or place.z is None or other is None:
            return
        self._matched = self._other.client.ask(Match, place.z)
        chart, z = other.chart, place.z
        if is_laid_out(chart):
            self._placer.begin(lambda _: (z, chart.to_plane(z)))

    def _show_exactly(self, found: tuple[NDArray[np.float32], NDArray[np.float64]]) -> None:
        z, uv = found
        if self.place is not None and self.place.z is z:
            u, v = uv.tolist()
            self._show((u, v))

    def _show(self, uv: tuple[float, float] | None) -> None:
        canvas = self._other.canvas
        if uv != canvas.marks.linked:
            canvas.mark(linked=uv)

    # -- answers

    def _take_own(self, probe: Probe) -> None:
        if self.place is not None and self.place.probe.number == probe.number:
            self._learn(probe=probe)

    def _take(self, answer: Answer) -> None:
        """Take an answer of the other engine; drops those of earlier places."""
        reply = answer.reply
        if reply.number not in (self._peeked, self._matched) or not reply.number:
            return
        if isinstance(reply, Peeked):
            self._learn(picture=reply.image)
        elif isinstance(reply, Matched):
            self._learn(match=reply)
        else:
            self._learn(refusal=getattr(reply, "reason", ""))

    def _learn(self, **known: Any) -> None:
        assert self.place is not None
        self.place = replace(self.place, **known)
        self.told.emit(self.place)
