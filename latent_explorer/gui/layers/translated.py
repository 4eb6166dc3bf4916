"""The translated images of a linked map."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QColor, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.class_colours import Mark
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.gui.layers.points import BLENDING
from latent_explorer.gui.layers.splatted import Splatted, rgb, wide
from latent_explorer.gui.theme import Theme
from latent_explorer.points.levels import Entries
from latent_explorer.points.splat import Ink, Splatter
from latent_explorer.session import OpenBundle

_SIZES = (3.0, 11.0)  # pixels: the smallest and the largest ring
_SHAPED = 9.0  # pixels: the smallest recognisable outline of a shape
_TINT = {True: 0.45, False: 0.35}  # share of the text colour in a class's colour, by theme
_CELLS = 64  # cells per side for estimating density
_NEAR = 8.0  # pixels around the pointer
_GREY = 0x808080


class TranslatedPoints(Layer):
    """Rings in the colours of classes, mixed with the text colour to differ from this map's own points.

    With class shapes, their outlines, with a rim in the background colour.

    They move often and all at once, so they are splatted without sorting.
    """

    def __init__(self, spec: LayerSpec) -> None:
        super().__init__(spec)
        self._splatter = Splatter()
        self._made: Splatted | None = None
        self._version = -1
        self._look: tuple[Theme, frozenset[int], OpenBundle] | None = None
        self._rank: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._entries: Entries | None = None
        self._density = 1.0

    def usual(self, bundle: OpenBundle) -> tuple[bool, float]:
        _, opacity = super().usual(bundle)
        return self.linked is not None and self.linked.towards, opacity

    def prepare(self, view: View, ratio: float) -> None:
        if not self.painted or self.linked is None or self.linked.other is None or self.theme is None:
            return
        look = self.theme, self.hidden, self.linked.other
        if self._version != self.linked.version or self._look != look:
            self._version, self._look, self._made = self.linked.version, look, None
            self._entries = self._made_of(self.linked.seen(), self.linked.other)
        if self._made is None or not self._made.serves(view, ratio):
            self._made = Splatted(view, ratio, self._splat(wide(view), ratio))

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        self.prepare(view, ratio)
        if self.painted and self._made is not None and len(self):
            assert self.theme is not None
            painter.setOpacity(self.opacity)
            if not self._shapes:
                painter.setCompositionMode(BLENDING[self.theme.dark])  # as for points: strokes show through
            self._made.draw(painter, view)

    @property
    def up_to_date(self) -> bool:
        """Whether the last paint shows the current places."""
        return self.linked is not None and self._version == self.linked.version

    def __len__(self) -> int:
        """The number of images with a place."""
        return 0 if self._entries is None else len(self._entries)

    def line(self, view: View, uv: tuple[float, float]) -> str:
        number = self.nearest_image(view, uv)
        if number is None or self.linked is None or self.linked.other is None:
            return ""
        other = self.linked.other
        words = f"image {number:,} of {other.name}"
        if other.latents.label is not None:
            words += f", {other.class_names[other.latents.label[number]]}"
        return f"Translated: {words}"

    def nearest_image(self, view: View, uv: tuple[float, float], within: float = _NEAR) -> int | None:
        """The number, on the other map, of the ring nearest to a plane point, within `within` pixels."""
        entries = self._entries
        if entries is None or not len(entries):
            return None
        away = np.square(entries.u - np.float32(uv[0])) + np.square(entries.v - np.float32(uv[1]))
        best = int(away.argmin())
        return int(entries.order[best]) if math.sqrt(away[best]) * view.scale <= within else None

    def _made_of(self, uv: NDArray[np.float32], other: OpenBundle) -> Entries:
        """One entry for each image with a place and a visible class; `order` has the image numbers."""
        if len(self._rank) != len(uv):
            self._rank = np.random.default_rng(0).integers(0, 128, len(uv), np.uint8)
        label = other.latents.label
        group = np.zeros(len(uv), np.uint16) if label is None else label.astype(np.uint16)
        seen = np.isfinite(uv[:, 0]) if len(uv) else np.zeros(0, bool)
        same_classes = self.bundle is not None and self.bundle.class_names == other.class_names
        if label is not None and self.hidden and same_classes:
            seen &= ~np.isin(label, list(self.hidden))
        numbers = np.flatnonzero(seen)
        u, v = np.ascontiguousarray(uv[numbers, 0]), np.ascontiguousarray(uv[numbers, 1])
        ones = np.ones(len(numbers), np.float32)
        self._density = _density(u, v)
        return Entries(
            1, np.zeros(len(numbers), np.int64), u, v, group[numbers], self._rank[numbers], ones, numbers, numbers
        )

    def _splat(self, view: View, ratio: float) -> NDArray[np.uint32]:
        entries = self._entries
        assert entries is not None
        diameter = max(1, round(ratio * self._pixels(view)))
        usual = 2 * self._density * (diameter / (view.scale * ratio)) ** 2
        rows = np.zeros(1, np.int64), np.array([len(entries)], np.int64)
        ink = Ink(self._colours(), usual, None, _GREY)
        if (shapes := self._shapes) and self.theme is not None:
            ink = replace(ink, usual=1.0, shapes=shapes, rim=rgb(QColor(self.theme.map)))
        return self._splatter.image(entries, rows, ink, view, diameter, ratio, hollow=True)

    @property
    def _shapes(self) -> tuple[Mark, ...]:
        """The marks of the other map's classes; empty if classes have no shapes."""
        other = None if self.linked is None else self.linked.other
        if other is None or other.latents.label is None or self.theme is None or not self.theme.shapes:
            return ()
        return tuple(map(self.theme.mark_of, range(len(other.class_names))))

    def _pixels(self, view: View) -> float:
        """The diameter of a ring: it scales like the points of this map, and is larger."""
        least, largest = _SIZES
        least = _SHAPED if self._shapes else least
        return min(largest, max(least, 0.9 * view.scale / math.sqrt(max(self._density, 1e-300))))

    def _colours(self) -> NDArray[np.uint32]:
        assert self.linked is not None
        assert self.linked.other is not None
        assert self.theme is not None
        other, theme = self.linked.other, self.theme
        plain = other.latents.label is None
        colours = [QColor(theme.accent)] if plain else map(theme.class_colour, range(len(other.class_names)))
        return np.array([rgb(_mixed(each, QColor(theme.text), _TINT[theme.dark])) for each in colours], np.uint32)


def _mixed(colour: QColor, ink: QColor, share: float) -> QColor:
    pairs = zip(colour.getRgb()[:3], ink.getRgb()[:3], strict=True)
    return QColor(*(round((1 - share) * (own or 0) + share * (other or 0)) for own, other in pairs))


def _density(u: NDArray[np.float32], v: NDArray[np.float32]) -> float:
    """The density around the median point, in points per unit of area."""
    if len(u) < 2:
        return 1.0
    some = slice(None, None, max(1, len(u) // 10_000))
    low, high = np.quantile(np.stack([u[some], v[some]], 1), (0.01, 0.99), axis=0)
    side = np.maximum((high - low) / _CELLS, 1e-12)
    cells = np.clip(((np.stack([u[some], v[some]], 1) - low) / side), 0, _CELLS - 1).astype(np.int64)
    counts = np.sort(np.bincount(cells[:, 1] * _CELLS + cells[:, 0]))[::-1]
    typical = counts[np.searchsorted(np.cumsum(counts), len(cells) / 2)]
    return float(typical * len(u) / len(cells) / (side[0] * side[1]))


TRANSLATED = LayerSpec(
    "translated",
    "Translated points",
    "The images of the other map, each a ring where the translator puts its latent on this map, in the colour of its "
    "class.",
    TranslatedPoints,
    key="3",
    shown=False,
    opacity=0.85,
    needs_link=True,
)
