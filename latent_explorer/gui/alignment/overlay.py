"""Fills the layers of two linked maps with translated images from the aligner."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.layers.linked import Linked
from latent_explorer.session import OpenBundle

_TRAINING = 0  # the split of training images


class Overlay(QObject):
    """Keeps `linked` of both panes up to date. Each side requests places only while a layer shows them."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._bundles: tuple[OpenBundle | None, OpenBundle | None] = (None, None)
        link.began.connect(self._look)
        link.fitted.connect(self._renew)
        link.placed.connect(self._place)
        for pane in (link.source, link.target):
            pane.changed.connect(self._look)
            pane.layers.changed.connect(self._want)
        self._look()
        self._renew()

    def close(self) -> None:
        """Clear both maps, as the link ends."""
        for pane in (self._link.source, self._link.target):
            pane.changed.disconnect(self._look)
            pane.layers.changed.disconnect(self._want)
            pane.linked.open(None)

    def _linked(self, side: int) -> Linked:
        """The linked contents on the source's (0) or the target's (1) map."""
        return self._link.pane(side).linked

    def _look(self) -> None:
        """Check for another bundle in one of the panes."""
        link = self._link
        now = link.source.bundle, link.target.bundle
        before, self._bundles = self._bundles, now
        same = all(
            one is not None and two is not None and one.latents is two.latents
            for one, two in zip(now, before, strict=True)
        )
        if same:
            return
        for side in (0, 1):
            self._linked(side).open(now[1 - side], towards=side == 1)
        self._renew()

    def _renew(self) -> None:
        """Follow a change of the fit or of its errors."""
        fit = self._link.fit
        for side in (0, 1):
            linked = self._linked(side)
            linked.renew(None if fit is None else self._held_out(side))
            if fit is not None and linked.other is not None:
                linked.counterparts = self._counterparts(side)
                self._judge(linked, side)
        self._want()

    def _judge(self, linked: Linked, side: int) -> None:
        """Set the errors on a side: those of the other side's images."""
        fit, bundle = self._link.fit, self._bundles[side]
        errors = None if fit is None else fit.errors
        if errors is None or bundle is None:
            return
        off = errors[1 - side]  # the direction to this side
        own = np.full(len(bundle.latents), np.nan, np.float32)
        known = linked.counterparts >= 0
        own[linked.counterparts[known]] = off[known]
        linked.judge(off, own if np.isfinite(own).any() else None)

    def _counterparts(self, side: int) -> NDArray[np.int64]:
        """The same image of this side for each image of the other side; -1 if there is none."""
        forth = self._link.counterparts
        source, target = self._bundles
        if source is None or target is None:
            return np.zeros(0, np.int64)
        if side == 1:
            return forth
        back = np.full(len(target.latents), -1, np.int64)
        known = np.flatnonzero(forth >= 0)
        back[forth[known]] = known
        return back

    def _held_out(self, side: int) -> NDArray[np.int64]:
        """Images of the other side with a counterpart that are neither training images nor anchors."""
        fit, other = self._link.fit, self._bundles[1 - side]
        if fit is None or other is None:
            return np.zeros(0, np.int64)
        kept = self._counterparts(side) >= 0
        kept[[anchor[1 - side] for anchor in fit.anchors]] = False
        held_out = kept & (other.latents.split != _TRAINING)
        return np.flatnonzero(held_out if held_out.any() else kept)

    def _want(self) -> None:
        """Request places on the sides where a layer shows them."""
        link = self._link
        wanted = self._linked(0).shown(), self._linked(1).shown()
        before, link.places = link.places, wanted
        if link.fit is not None and any(now and not was for now, was in zip(wanted, before, strict=True)):
            link.renew()

    def _place(self, placed: Any) -> None:
        self._linked(int(placed.forth)).place(placed.number, placed.images, placed.uv)
