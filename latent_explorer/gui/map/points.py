"""The data points as a layer of the map."""

import math

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QColor, QPainter

from latent_explorer.gui.images import borrowed_qimage
from latent_explorer.gui.map.splat import splat
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.view import View
from latent_explorer.session import OpenBundle


class PointLayer:
    """All points of the classes that are shown, in one image, made anew only when something changed."""

    def __init__(self) -> None:
        self.visible = True
        self.opacity = 0.75
        self._uv = np.zeros((0, 2), np.float32)
        self._colours = np.zeros(0, np.uint32)
        self._made_for: object = None
        self._pixels = np.zeros((0, 0), np.uint32)

    @property
    def count(self) -> int:
        """How many points are shown."""
        return len(self._uv) if self.visible else 0

    def set_points(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        """Show the points of a bundle, but for the hidden classes."""
        label = bundle.latents.label
        if label is None:
            self._uv = bundle.uv
            self._colours = np.full(len(bundle.uv), _argb(QColor(theme.accent)), np.uint32)
        else:
            palette = [_argb(theme.class_colour(number)) for number in range(len(bundle.class_names))]
            shown = ~np.isin(label, list(hidden)) if hidden else slice(None)
            self._uv = bundle.uv[shown]
            self._colours = np.array(palette, np.uint32)[label[shown]]
        self._made_for = None

    def nearest(self, view: View, x: float, y: float, within: float) -> NDArray[np.float32] | None:
        """The plane point (2,) of the shown data nearest to a pixel, if not farther than `within` pixels."""
        if not self.count:
            return None
        u, v = view.to_plane(x, y)
        squared = (self._uv[:, 0] - u) ** 2 + (self._uv[:, 1] - v) ** 2
        best = int(squared.argmin())
        return self._uv[best] if math.sqrt(squared[best]) * view.scale <= within else None

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Draw the points."""
        if not self.visible or not len(self._uv):
            return
        if self._made_for != (view, ratio):
            self._pixels = splat(self._uv, self._colours, view, self.diameter(view, ratio), ratio)
            self._made_for = (view, ratio)
        image = borrowed_qimage(self._pixels)
        image.setDevicePixelRatio(ratio)
        painter.setOpacity(self.opacity)
        painter.drawImage(0, 0, image)
        painter.setOpacity(1.0)

    def diameter(self, view: View, ratio: float) -> int:
        """The size of a dot in device pixels: the fewer points a screen holds, the larger they are."""
        region = view.region
        inside = (self._uv >= (region.left, region.bottom)) & (self._uv <= (region.right, region.top))
        seen = max(int(inside.all(1).sum()), 1)
        share = view.width * view.height / seen  # pixels of screen per point
        return max(1, round(ratio * float(np.clip(0.55 * math.sqrt(share), 1.6, 7))))


def _argb(colour: QColor) -> int:
    return 0xFF000000 | colour.red() << 16 | colour.green() << 8 | colour.blue()
