"""The data points as a layer of the map."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QColor, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.class_colours import Mark
from latent_explorer.gui.layers.layer import Layer, LayerSpec, Scale
from latent_explorer.gui.layers.point_colours import Shading
from latent_explorer.gui.layers.splatted import Splatted, rgb, wide
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.points.index import PointIndex
from latent_explorer.points.inside import marked
from latent_explorer.points.splat import Ink, Splatter, load_compiled
from latent_explorer.session import OpenBundle

_LOAD_MS = 1500
_PICKING = (1.5, 4.0)  # pixels around the pointer that are searched first
_DOTS = (1.6, 7.0, 14.0)  # pixels: the smallest dot, the size up to which it scales with the map, and the largest
_FINE = 1.0  # pixels: the smallest dot over pictures
_SHAPED = 1.3, 7.0  # size relative to dots, and smallest size in pixels at which shapes are recognisable
_THIN = 0.8  # factor on the opacity of dense dots over pictures, so that pictures dominate
BLENDING = {
    True: QPainter.CompositionMode.CompositionMode_Screen,
    False: QPainter.CompositionMode.CompositionMode_Multiply,
}
_OPACITY = 0.75  # the default
_CLEARER = 0.25  # additional opacity of isolated dots
_AT_ONCE = 200_000  # points that are sorted before the first paint
_NONE = PointIndex(np.zeros((0, 2), np.float32), np.zeros(0, np.uint16))

POINTS = LayerSpec(
    "points",
    "Points",
    "The images of the dataset, each a dot at its latent; of a generator also draws from its prior.",
    key="2",
    opacity=_OPACITY,
)


class PointLayer(Layer):
    """All points of the visible classes in one image, which is cached until something changes.

    size: of the dots, by default 1. opacity: of dense points. uv: their places (n, 2). index: all points of the bundle,
    including hidden ones; empty while they are being sorted. version: increases whenever they look different. pictures:
    the layer below; while it is visible, dots are smaller and more transparent, and bright strokes of greyscale
    pictures show through. shading: their colours, if not by class.

    sorter: sorts many points in a thread; nothing is shown until it passes them to `take`. Without one, points are
    sorted at once.
    """

    def __init__(self, sorter: LatestTask | None = None) -> None:
        super().__init__(POINTS)
        self._sorter = sorter
        self.version = 0
        self._loading = False
        self.size = 1.0
        self.pictures: TileLayer | None = None
        self.splatter = Splatter()
        if sorter is not None:
            sorter.done.connect(self.take)
        self.uv, self.index = _NONE.uv, _NONE
        self._group: NDArray[np.integer] = _NONE.group
        self._ink = Ink(np.zeros(1, np.uint32))
        self.shading: Shading | None = None
        self._shades: list[NDArray[np.uint16]] = []
        self._chosen: NDArray[np.bool_] | None = None
        self._marks: list[NDArray[np.bool_]] = []
        self._made: Splatted | None = None
        self._marks_of_classes: tuple[Mark, ...] = ()
        self._rim = 0

    @property
    def count(self) -> int:
        """The number of points shown."""
        return self._shown if self.visible else 0

    @property
    def sorting(self) -> int:
        """The number of points being sorted."""
        return 0 if self.index.uv is self.uv else len(self.uv)

    @property
    def text(self) -> str:
        """The number of points shown, or being sorted, as text."""
        return f"sorting {self.sorting:,} points…" if self.sorting else f"{self.count:,} points"

    def usual(self, bundle: OpenBundle) -> tuple[bool, float]:
        shown, opacity = super().usual(bundle)
        return shown and bundle.config.net.image_shape[2] == 1, opacity  # clutter over colours

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        super().dress(bundle, hidden, theme)
        self.show(bundle.uv, bundle.latents.label, len(bundle.class_names), hidden, theme)

    def show(
        self,
        uv: NDArray[np.float32],
        label: NDArray[np.int64] | None,
        classes: int,
        hidden: frozenset[int],
        theme: Theme,
    ) -> None:
        """Show points (n, 2) except those of hidden classes. Sorts them unless they are unchanged."""
        if self.uv is not uv:
            self.uv, self._chosen, self.shading = uv, None, None
            self._sort(np.zeros(len(uv), np.uint16) if label is None else label)
        colours = [QColor(theme.accent)] if label is None else map(theme.class_colour, range(classes))
        shown = [0 if label is not None and number in hidden else rgb(c) for number, c in enumerate(colours)]
        self._ink = Ink(np.array(shown, np.uint32), grey=rgb(QColor(theme.line)))
        self._rim = rgb(QColor(theme.map))
        self._marks_of_classes = tuple(map(theme.mark_of, range(classes))) if theme.shapes and label is not None else ()
        self._shades = []
        self._made, self.version = None, self.version + 1

    def shade(self, shading: Shading | None) -> None:
        """Set the colours of points; None colours by class."""
        self.shading, self._shades = shading, []
        self._made, self.version = None, self.version + 1

    def move(self, uv: NDArray[np.float32]) -> None:
        """Move the points to other places (n, 2)."""
        self.uv = uv
        self.take(PointIndex(uv, self._group))

    def regroup(self, label: NDArray[np.int64] | None) -> None:
        """Set other classes (n,) of the points, with the same number of classes."""
        group = np.zeros(len(self.uv), np.uint16) if label is None else label
        if not np.array_equal(group, self._group):
            self._group = group
            self.take(PointIndex(self.uv, group))

    def _sort(self, group: NDArray[np.integer]) -> None:
        self._group = group
        if self._sorter is not None:
            self._sorter.drop()
        if self._sorter is None or len(self.uv) <= _AT_ONCE:
            self.take(PointIndex(self.uv, group))
        else:
            self.take(_NONE)
            self._sorter.begin(partial(PointIndex, self.uv, group))

    def resize(self, size: float) -> None:
        """Set the size of dots, by default 1."""
        self.size, self._made = size, None

    def take(self, index: PointIndex) -> None:
        self.index, self._shades = index, []
        self.select(self._chosen)

    def select(self, chosen: NDArray[np.bool_] | None) -> None:
        """Grey out all points except the chosen ones (n,); None for no selection."""
        self._chosen = chosen
        self._marks = [] if chosen is None or not len(self.index) else marked(self.index, chosen)
        self._made, self.version = None, self.version + 1

    def nearest(self, view: View, x: float, y: float, within: float) -> NDArray[np.float32] | None:
        """The plane point (2,) of the visible point nearest to a pixel, within `within` pixels."""
        found = self.nearest_image(view, x, y, within)
        return None if found is None else self.index.uv[found]

    def nearest_image(self, view: View, x: float, y: float, within: float) -> int | None:
        """The number of the visible image nearest to a pixel, within `within` pixels."""
        if not self.count:
            return None
        u, v = view.to_plane(x, y)
        for reach in (*(pixels for pixels in _PICKING if pixels < within), within):
            near = self.index.near(u, v, reach / view.scale)
            near = near[self._ink.classes[self.index.group[near]] > 0]
            if not len(near):
                continue
            distances = np.hypot(*(self.index.uv[near].astype(np.float64) - (u, v)).T)
            best = int(distances.argmin())
            if distances[best] * view.scale <= reach:
                return int(near[best])
        return None

    def prepare(self, view: View, ratio: float) -> None:
        if self.count and (self._made is None or not self._made.serves(view, ratio)):
            self._made = Splatted(view, ratio, self._splat(wide(view), ratio))

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        if not self.count:
            return
        self.prepare(view, ratio)
        assert self._made is not None
        painter.save()
        painter.setOpacity(self.strength(view))
        grey = self._over_pictures and self.pictures is not None and self.pictures.grey
        if grey and self.theme is not None and not self.shapes:
            painter.setCompositionMode(BLENDING[self.theme.dark])
        self._made.draw(painter, view)
        painter.restore()

    def coloured(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which points, by positions in `index.points`, are neither hidden nor greyed out."""
        own: NDArray[np.bool_] = self._ink.classes[self.index.points.group[positions]] > 0
        return own & self._marks[0][positions] if self._marks else own

    def colour(self, number: int) -> QColor:
        """The colour of a visible point, by its image's number."""
        if self.shading is not None:
            return QColor(int(self.shading.colours[self.shading.shade[number]]))
        return QColor(int(self._ink.classes[self.index.group[number]]))

    @property
    def scale(self) -> Scale | None:
        return None if self.shading is None else self.shading.scale

    def line(self, view: View, uv: tuple[float, float]) -> str:
        if self.shading is None:
            return ""
        number = self.nearest_image(view, *view.to_screen_point(uv), _PICKING[-1] * 3)
        return "" if number is None else f"Nearest point: {self.shading.title.lower()} {self.shading.word(number)}"

    def room(self, view: View) -> float:
        """The pixels of screen per point in dense regions."""
        return self._gap(view) ** 2

    def after_first_paint(self) -> None:
        """Load the compiled loops soon after the first pictures."""
        if not self._loading and len(self.index):
            self._loading = True
            QTimer.singleShot(_LOAD_MS, load_compiled)

    def diameter(self, view: View, ratio: float) -> int:
        """The size of a dot in device pixels, larger the fewer points are on screen.

        On zooming in, dots scale with the map while they would touch, and then grow by a pixel per doubling.
        """
        least, usual, largest = _DOTS
        least = _FINE if self._over_pictures else least
        pixels = max(least, 0.75 * self._gap(view))
        if pixels > usual:
            pixels = min(largest, usual + math.log2(pixels / usual))
        if self.shapes:
            pixels = max(_SHAPED[0] * pixels, _SHAPED[1])
        return max(1, round(ratio * self.size * pixels))

    def strength(self, view: View) -> float:
        """The opacity in a view: overlapping dots in dense regions are more transparent than single ones.

        Shapes are opaque at the default opacity, so that they stand out over pictures.
        """
        if self.shapes:
            return min(1.0, self.opacity / _OPACITY)
        crowded = min(1.0, (self.diameter(view, 1.0) / self._gap(view)) ** 2)
        thin = _THIN if self._over_pictures else 1.0
        return min(1.0, self.opacity * (thin + (1 + _CLEARER - thin) * (1 - crowded)))

    @property
    def shapes(self) -> tuple[Mark, ...]:
        """The marks of the classes; empty if all points are dots."""
        return () if self.shading is not None else self._marks_of_classes

    @property
    def _over_pictures(self) -> bool:
        return self.pictures is not None and self.pictures.painted

    def _gap(self, view: View) -> float:
        return view.scale / math.sqrt(max(self._density, 1e-300))

    @property
    def _shown(self) -> int:
        per_class = self.index.per_class
        return int(per_class[self._ink.classes[: len(per_class)] > 0].sum())

    @property
    def _density(self) -> float:
        return self.index.density * self._shown / max(len(self.index), 1)

    def small_picture(self, view: View, ratio: float) -> NDArray[np.uint32]:
        """All points of visible classes in a small view, uint32 (h, w) in Qt's format, even if the layer is hidden."""
        return self._splat(view, ratio, Splatter())  # a separate splatter, as the map's own caches its next picture

    def _splat(self, view: View, ratio: float, splatter: Splatter | None = None) -> NDArray[np.uint32]:
        scale = view.scale * ratio
        diameter = self.diameter(view, ratio)
        rim = diameter / ratio / min(view.width, view.height)  # dots outside reach into the view
        entries, rows = self.index.level_for(view.region.grown(rim), scale)
        usual = 2 * self._density * diameter**2 / scale**2
        if entries is not self.index.points:  # the contents of a cell are on its dot
            usual *= max(1.0, self.index.cell_pixels(entries, scale) / diameter) ** 2
        number = next(n for n, level in enumerate(self.index.levels) if level is entries)
        marks, colours = self._marks[number] if self._marks else None, self._ink.classes
        if self.shading is not None and len(self.shading.shade) == len(self.index):
            entries = replace(entries, group=self._shaded(self.shading)[number])
            colours = np.append(np.uint32(0), self.shading.colours)
        shapes = self.shapes
        rim, usual = (self._rim, 1.0) if shapes else (0, usual)
        ink = Ink(colours, usual, marks, self._ink.grey, shapes, rim)
        return (splatter or self.splatter).image(entries, rows, ink, view, diameter, ratio)

    def _shaded(self, shading: Shading) -> list[NDArray[np.uint16]]:
        """The colour number of each entry of each level; 0 for hidden classes."""
        if not self._shades:
            shown = self._ink.classes[self.index.group] > 0
            self._shades = self.index.at_levels(np.where(shown, shading.shade + 1, 0).astype(np.uint16))
        return self._shades
