"""Arrows from the translated places of a linked map's images to the places of the same images on this map."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF, QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.points.placing import distance_for

_APART = 24.0  # approximate pixels between two arrows
_HEAD, _HALF = 6.0, 2.6  # pixels: the length and half width of the head
_SHORT = 3.0  # pixels: shorter arrows are dots
_NEAR = 14.0  # pixels around the pointer
_FAR = 1e6  # pixels: Qt's coordinates overflow at 32 bits


@dataclass(frozen=True, eq=False)
class Arrows:
    """images: int64 (m,), of the other map. tails, heads: float64 (m, 2), in pixels of a view."""

    images: NDArray[np.int64]
    tails: NDArray[np.float64]
    heads: NDArray[np.float64]

    @property
    def lengths(self) -> NDArray[np.float64]:
        """The lengths in pixels (m,)."""
        found: NDArray[np.float64] = np.hypot(*(self.heads - self.tails).T)
        return found


class ResidualArrows(Layer):
    """One held-out image for each cell of a grid in the plane; the choice does not depend on the view."""

    def arrows(self, view: View) -> Arrows:
        """The arrows in a view; none before their images are placed."""
        linked, bundle = self.linked, self.bundle
        if linked is None or bundle is None or not len(linked.held_out) or not len(linked.places):
            return Arrows(np.zeros(0, np.int64), np.zeros((0, 2)), np.zeros((0, 2)))
        order = np.random.default_rng(0).permutation(len(linked.held_out))
        images = linked.held_out[order]
        tails = linked.places[images].astype(np.float64)
        seen, side = view.region, distance_for(view.scale, _APART)
        inside = (tails[:, 0] >= seen.left) & (tails[:, 0] <= seen.right)
        inside &= (tails[:, 1] >= seen.bottom) & (tails[:, 1] <= seen.top)
        images, tails = images[inside], tails[inside]
        _, first = np.unique(np.floor(tails / side).astype(np.int64), axis=0, return_index=True)
        images, tails = images[first], tails[first]
        heads = bundle.uv[linked.counterparts[images]].astype(np.float64)
        ends = (np.clip(view.to_screen(each), -_FAR, _FAR) for each in (tails, heads))
        return Arrows(images, *ends)

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        if not self.painted or self.theme is None:
            return
        found = self.arrows(view)
        long = found.lengths > _SHORT
        lines = [QLineF(*tail, *head) for tail, head in zip(found.tails[long], found.heads[long], strict=True)]
        heads = [_head(line) for line in lines]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(self.opacity)
        for colour, broad in ((self.theme.map, 3.2), (self.theme.text, 1.2)):
            pen = QPen(QColor(colour), broad, cap=Qt.PenCapStyle.RoundCap, join=Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(QColor(colour))
            for line, head in zip(lines, heads, strict=True):
                painter.drawLine(line)
                painter.drawPolygon(head)
            for x, y in found.tails[~long]:
                painter.drawEllipse(QPointF(x, y), 1.0, 1.0)

    def line(self, view: View, uv: tuple[float, float]) -> str:
        found = self.arrows(view)
        if self.linked is None or not len(found.images):
            return ""
        distances = _to_lines(np.array(view.to_screen_point(uv)), found.tails, found.heads)
        best = int(distances.argmin())
        if distances[best] > _NEAR:
            return ""
        number, words = int(found.images[best]), "its place here"
        off = None if self.linked.off is None else float(self.linked.off[number])
        if off is not None and math.isfinite(off):
            words += f", off by {off:.2f} of the spread"
        return f"Residual: image {number:,} of the other map, translated, and {words}"


def _head(line: QLineF) -> QPolygonF:
    """The triangle at the end of a line, at most half as long as the line."""
    length = line.length()
    share = min(_HEAD, length / 2) / length
    back = line.p2() - (line.p2() - line.p1()) * share
    across = QPointF(line.dy(), -line.dx()) * (_HALF / length)
    return QPolygonF([line.p2(), back + across, back - across])


def _to_lines(at: NDArray[np.float64], tails: NDArray[np.float64], heads: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distances of a place (2,) from the line segments between tails and heads (m, 2)."""
    along = heads - tails
    share = ((at - tails) * along).sum(1) / np.maximum(np.square(along).sum(1), 1e-12)
    nearest = tails + np.clip(share, 0, 1)[:, None] * along
    distances: NDArray[np.float64] = np.hypot(*(at - nearest).T)
    return distances


RESIDUALS = LayerSpec(
    "residuals",
    "Residual arrows",
    "From where the translator puts held-out images of the other map to where the same images are on this one: the "
    "shorter, the better it translates here.",
    ResidualArrows,
    shown=False,
    opacity=1.0,
    needs_link=True,
)
