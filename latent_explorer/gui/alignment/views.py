"""Synchronises the views of two linked maps."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from latent_explorer.alignment.translator import Translator
from latent_explorer.atlas.view import SCALES, View
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.placing import roughly_placed
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.session import OpenBundle

_FOLLOW_MS = 50
_IMAGES, _FEW = 48, 6  # visible images for estimating the relative scale of the other map; their minimum
_PATIENCE = 2.0  # seconds that closing waits for a search of a place


@dataclass(frozen=True, eq=False)
class Followed:
    """A translated view. scale: pixels per plane unit."""

    side: int
    u: float
    v: float
    scale: float


class ViewFollower(QObject):
    """Lets the view of one map follow the view of the other, which the user moves. on: whether it is active."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link, self.on = link, False
        self._leader: int | None = None
        self._busy = self._again = False
        self._task = LatestTask("view follower")
        self._task.done.connect(self._arrive)
        self._soon = timer(self, _FOLLOW_MS, self._follow, once=True)
        self._connections = []
        for side in (0, 1):
            pane = link.pane(side)
            lead, look = partial(self._lead, side), partial(self._look, side)
            for signal, heard in (
                (pane.canvas.hovered, lead),
                (pane.turned_to, lead),
                (pane.canvas.frame_scheduler.looked, look),
            ):
                signal.connect(heard)
                self._connections.append((signal, heard))

    def turn(self, on: bool) -> None:
        """Switch the synchronisation of views."""
        self.on = on

    def close(self) -> None:
        """Disconnect from both maps."""
        self._soon.stop()
        for signal, heard in self._connections:
            signal.disconnect(heard)
        self._task.close(_PATIENCE)

    def _lead(self, side: int, *_: object) -> None:
        self._leader = side

    def _look(self, side: int) -> None:
        if self.on and side == self._leader and not self._soon.isActive():
            self._soon.start()

    def _follow(self) -> None:
        """Compute the translated view; if that is in progress, repeat it afterwards."""
        side = self._leader
        if side is None or self._busy:
            self._again = self._busy
            return
        pane, translator = self._link.pane(side), self._link.translator(side)
        here, there = pane.bundle, self._link.pane(1 - side).bundle
        if translator is not None and here is not None and there is not None:
            view = pane.canvas.view
            self._busy = True
            self._task.begin(lambda _: followed(side, view, here, there, translator))

    def _arrive(self, found: Followed | None) -> None:
        self._busy = False
        if found is not None and self.on and found.side == self._leader:
            self._link.pane(1 - found.side).canvas.look_at(found.u, found.v, found.scale)
        if self._again:
            self._again = False
            self._follow()


def followed(side: int, view: View, here: OpenBundle, there: OpenBundle, translator: Translator) -> Followed | None:
    """The view of the other map that corresponds to a view of this one.

    The scale keeps the distances of visible images, or of the view's corners if there are hardly any, from the centre:
    the median ratio of translated to original distances.
    """
    middle = np.array([view.u, view.v])
    places, latents = _in_sight(view, here)
    z = translator.to(np.concatenate([here.chart.to_latent(middle)[None], latents])).astype(np.float32)
    if not np.isfinite(z).all() or z.shape[1:] != there.latents.mean.shape[1:]:
        return None
    uv = roughly_placed(there.chart, z)
    near, far = np.median(np.hypot(*(places - middle).T)), np.median(np.hypot(*(uv[1:] - uv[0]).T))
    stretch = far / near if near > 0 and far > 0 else 1.0
    return Followed(side, float(uv[0, 0]), float(uv[0, 1]), float(np.clip(view.scale / stretch, *SCALES)))


def _in_sight(view: View, bundle: OpenBundle) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Plane points (k, 2) in a view, and their latents (k, d)."""
    seen, uv = view.region, bundle.uv
    inside = (uv[:, 0] > seen.left) & (uv[:, 0] < seen.right) & (uv[:, 1] > seen.bottom) & (uv[:, 1] < seen.top)
    images = np.flatnonzero(inside)
    if len(images) >= _FEW:
        some = images[:: max(1, len(images) // _IMAGES)][:_IMAGES]
        return uv[some].astype(np.float64), bundle.latents.mean[some]
    half = np.array([seen.width, seen.height]) / 4
    corners = np.array([view.u, view.v]) + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return corners, bundle.chart.to_latent(corners)
