"""Hovering on two linked maps: the mark on the other map, and the Compare panel."""

import numpy as np
from PyQt6.QtCore import QObject

from latent_explorer.alignment.registry import translator_kind
from latent_explorer.errors import UserError
from latent_explorer.gui.alignment.compare import RANDOM, ComparePanel
from latent_explorer.gui.alignment.finding import random_anchors
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.translated_probe import Crossed, Crossing

ONE_MAP = "Open a second map (View ▸ Second map): what is under the pointer on one is compared here with the other."
NOT_LINKED = "The maps are not linked: choose View ▸ Link the maps."


class Hovering(QObject):
    """Shows the results of both crossings in the panel."""

    def __init__(self, link: Link, panel: ComparePanel) -> None:
        super().__init__()
        self._link, self._panel = link, panel
        self.ways = Crossing(link, 0), Crossing(link, 1)
        for way in self.ways:
            way.told.connect(self._show)
        link.fitted.connect(self._renew)
        link.began.connect(self._renew)
        link.changed.connect(self._explain)
        panel.random_wanted.connect(self._use_random)
        self._panel.clear()
        self._explain()

    def turn(self, on: bool) -> None:
        """Switch the display on the other map on or off."""
        for way in self.ways:
            way.on = on
            if not on:
                way.leave()

    def close(self) -> None:
        """Disconnect from the maps and the panel."""
        self._link.fitted.disconnect(self._renew)
        self._link.began.disconnect(self._renew)
        self._link.changed.disconnect(self._explain)
        self._panel.random_wanted.disconnect(self._use_random)
        for way in self.ways:
            way.close()

    def _show(self, place: Crossed | None) -> None:
        if place is None:
            self._panel.clear()
            return
        before = self.ways[1 - place.side]
        if before.place is not None:
            before.leave()
            self._panel.clear()
        here, there = (self._link.pane(side).bundle for side in (place.side, 1 - place.side))
        if place.z is not None and here is not None and there is not None:
            self._panel.show_place(place, here, there)

    def _renew(self) -> None:
        self._explain()
        for way in self.ways:
            way.again()

    def _explain(self) -> None:
        """Explain what is lacking for a translator."""
        lacking = "" if self._link.fit is not None else lacking_words(self._link)
        anchors = self._link.alignment.state.anchors
        self._panel.explain(lacking, random=bool(lacking) and not anchors and bool(common_pairs(self._link)))

    def _use_random(self) -> None:
        try:
            self._link.alignment.replace(random_anchors(self._link, RANDOM))
        except UserError as error:
            self._link.said.emit(str(error))


def lacking_words(link: Link) -> str:
    """A text on why there is no translator, and what to do."""
    state, (source, target) = link.alignment.state, link.bundles
    try:
        dimensions = source.latents.mean.shape[1], target.latents.mean.shape[1]
        least = translator_kind(state.translator).least(*dimensions)
    except UserError:
        least = 1
    found = len(state.anchors)
    if state.growth != "blind" and found < least:
        placed = f" ({found} placed so far)" if found else ""
        how = "choose the Anchor tool (A) and click an image in either map"
        if not common_pairs(link):
            how = "these models have no images in common, so tie them by hand, or choose Blind in the Alignment panel"
        return f"Place at least {least} anchors{placed}: {how}."
    return link.trouble or "The translator is being fitted…"


def common_pairs(link: Link) -> int:
    """The number of images that both models have."""
    return int(np.count_nonzero(link.counterparts >= 0))
