"""Animates translated points between the source's own arrangement and their places on the target's map."""

import time

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.widgets.controls import slider, tool_button
from latent_explorer.gui.widgets.parts import filled, heading, timer, words
from latent_explorer.session import OpenBundle

_STEPS = 1000
_SECONDS = 2.5  # from one end to the other
_FRAME_MS = 16
_LAYER = "Translated points"
_WHAT = "Left end: as the left map has them. Right end: where the translator puts them."


class Morph(QWidget):
    """A slider and a button for the animation. share: the position, from 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self._link: Link | None = None
        self._laid: tuple[OpenBundle, OpenBundle] | None = None  # the bundles of the arrangement
        self._began, self._from = 0.0, 1.0  # the start of the animation: time and position
        self.slider = slider("Morph", 0, _STEPS, _STEPS, "From the source's own arrangement to its points translated")
        self.play = tool_button("▶ Play", "Let the points glide to the other end", self.play_or_stop)
        self._tick = timer(self, _FRAME_MS, self._step)
        self.slider.valueChanged.connect(self._glide)
        self.slider.sliderPressed.connect(self.stop)
        sentence = words("faint", 2)
        sentence.setText(_WHAT)
        row = filled(QHBoxLayout(), self.slider, self.play)
        row.setStretchFactor(self.slider, 1)
        filled(QVBoxLayout(self), heading("Morph"), sentence, row, spacing=4)
        self.setEnabled(False)

    @property
    def share(self) -> float:
        return self.slider.value() / _STEPS

    def open(self, link: Link | None) -> None:
        """Set the link, or None; points are at their translated places."""
        self.stop()
        if self._link is not None:
            self._link.fitted.disconnect(self._look)
            self._link.placed.disconnect(self._follow)
        self._link, self._laid = link, None
        self.slider.setValue(_STEPS)
        if link is not None:
            link.fitted.connect(self._look)
            link.placed.connect(self._follow)
        self._look()

    def play_or_stop(self) -> None:
        """Animate to the other end, or stop."""
        if self._tick.isActive():
            self.stop()
            return
        self._began, self._from = time.perf_counter(), self.share
        self.play.setText("■ Stop")
        self._tick.start()

    def stop(self) -> None:
        self._tick.stop()
        self.play.setText("▶ Play")

    def _look(self) -> None:
        """Enable the controls while there is a translator."""
        there = self._link is not None and self._link.fit is not None
        if not there:
            self.stop()
            self.slider.setValue(_STEPS)
        self.setEnabled(there)

    def _step(self) -> None:
        moved = (time.perf_counter() - self._began) / _SECONDS
        share = self._from + (-moved if self._from > 0.5 else moved)
        self.slider.setValue(round(_STEPS * min(max(share, 0.0), 1.0)))
        if not 0 < share < 1:
            self.stop()

    def _follow(self) -> None:
        """Update the arrangement after images were placed, possibly on another chart."""
        if self.share < 1:
            self._glide()

    def _glide(self) -> None:
        link = self._link
        if link is None or link.fit is None:
            return
        target = link.target
        if self._laid is None or any(a is not b for a, b in zip(self._laid, link.bundles, strict=True)):
            if (origin := arrangement(link.bundles[0].uv, target.linked.places, link.bundles[1].uv)) is None:
                return
            target.linked.origin, self._laid = origin, link.bundles
        layer = target.layers.by_title[_LAYER]
        if not layer.visible:
            target.layers.put(_LAYER, True, layer.opacity)
        target.linked.glide(self.share)


def arrangement(
    uv: NDArray[np.float32], places: NDArray[np.float32], ground: NDArray[np.float32]
) -> NDArray[np.float32] | None:
    """Plane points (n, 2) fitted to another map: rotated like `places` (n, 2), scaled to its points `ground` (m, 2).

    None if fewer than two places are known. By a Procrustes rotation or reflection (Schoenemann 1966) around the
    centres, scaled by the root mean square distance from them.
    """
    known = np.isfinite(places).all(1) if len(places) == len(uv) else np.zeros(0, bool)
    if known.sum() < 2:
        return None
    ours, theirs = uv - uv.mean(0), places[known] - places[known].mean(0)
    left, _, right = np.linalg.svd(ours[known].T.astype(np.float64) @ theirs.astype(np.float64))
    wide = _width(ground) / max(_width(uv), np.finfo(float).tiny)
    laid: NDArray[np.float32] = (wide * ours @ (left @ right) + ground.mean(0)).astype(np.float32)
    return laid


def _width(uv: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.square(uv - uv.mean(0, np.float64)).sum(1).mean()))
