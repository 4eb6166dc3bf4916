"""The user's image sets on the map: diamonds, or shapes with a double outline, unlike images of the dataset."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRect, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF, QRegion

from latent_explorer.atlas.view import View
from latent_explorer.class_colours import Mark, mark_outline
from latent_explorer.gui.layers.layer import Layer, LayerSpec
from latent_explorer.gui.layers.splatted import Splatted, wide
from latent_explorer.gui.theme import Theme
from latent_explorer.session import OpenBundle

NO_SETS = "no images of your own are placed on this map: drop some on it"
_SIDES = (9.0, 15.0)  # pixels of a diamond, for many and for few images
_FEW, _MANY = 50, 2000
_APART = 0.4  # share of a side within which only one diamond of a colour is drawn
_NEAR = 10.0  # pixels around the pointer


@dataclass(frozen=True, eq=False)
class ShownSet:
    """A set on the map. number: in the session. name: given by the user.

    uv: float32 (n, 2). colour: int64 (n,), indices into `colours`. names, groups: of the images. error, score: (n,).
    marks: of each colour; diamonds if empty.
    """

    number: int
    name: str
    uv: NDArray[np.float32]
    colour: NDArray[np.int64]
    colours: tuple[QColor, ...]
    names: Sequence[str]
    groups: Sequence[str]
    error: NDArray[np.floating]
    score: NDArray[np.floating]
    marks: tuple[Mark, ...] = ()

    def mark(self, number: int) -> Mark:
        """The mark of images of a colour."""
        return self.marks[number] if self.marks else "diamond"

    def words(self, image: int) -> str:
        """A description of an image and how well it fits."""
        group = f" ({self.groups[image]})" if self.groups[image] else ""
        error = "" if math.isnan(self.error[image]) else f", MSE {self.error[image]:.4f}"
        return f"{self.names[image]}{group}{error}, score {self.score[image]:.2f}"


class ImageSetLayer(Layer):
    """Diamonds, drawn once per view and then copied, so that ten thousand do not slow down a pan.

    marked: the index of the set and the image under the pointer; None for none.
    """

    def __init__(self, spec: LayerSpec) -> None:
        super().__init__(spec)
        self.sets: tuple[ShownSet, ...] = ()
        self.marked: tuple[int, int] | None = None
        self._made: Splatted | None = None

    def lacks(self, bundle: OpenBundle) -> str:
        return super().lacks(bundle) or ("" if self.sets else NO_SETS)

    def show_sets(self, sets: Sequence[ShownSet]) -> None:
        """Show sets, the lowest first."""
        self.sets, self.marked, self._made = tuple(sets), None, None

    def dress(self, bundle: OpenBundle, hidden: frozenset[int], theme: Theme) -> None:
        super().dress(bundle, hidden, theme)
        self._made = None

    def covered(self, view: View, *marked: tuple[int, int] | None) -> QRegion:
        """The pixels of a view that marked images cover."""
        region, half = QRegion(), math.ceil(self._side) + 4
        for place, image in filter(None, marked):
            if place < len(self.sets) and image < len(self.sets[place].uv):
                x, y = view.to_screen_point(tuple(self.sets[place].uv[image].tolist()))
                if abs(x) < 1e6 > abs(y):
                    region += QRect(round(x) - half, round(y) - half, 2 * half, 2 * half)
        return region

    def prepare(self, view: View, ratio: float) -> None:
        if self.painted and (self._made is None or not self._made.serves(view, ratio)):
            self._made = Splatted(view, ratio, self._drawn(wide(view), ratio))

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        self.prepare(view, ratio)
        if not self.painted or self._made is None:
            return
        painter.setOpacity(self.opacity)
        self._made.draw(painter, view)
        if self.marked is not None:
            place, image = self.marked
            shown = self.sets[place]
            at = QPointF(*view.to_screen_point(tuple(shown.uv[image].tolist())))
            painter.setOpacity(1.0)
            number = int(shown.colour[image])
            self._stroke(painter, at, 1.5 * self._side, shown.colours[number], shown.mark(number))

    def nearest(self, view: View, uv: tuple[float, float], within: float = _NEAR) -> tuple[int, int] | None:
        """The index of the set, and the image nearest to a plane point, within `within` pixels."""
        best: tuple[float, int, int] | None = None
        for place, shown in enumerate(self.sets):
            if not len(shown.uv):
                continue
            away = np.square(shown.uv - np.array(uv, np.float32)).sum(1)
            image = int(away.argmin())
            far = math.sqrt(float(away[image])) * view.scale
            if far <= within and (best is None or far <= best[0]):
                best = far, place, image
        return None if best is None else best[1:]

    def line(self, view: View, uv: tuple[float, float]) -> str:
        found = self.nearest(view, uv)
        return "" if found is None else f"Own image: {self.sets[found[0]].words(found[1])}"

    @property
    def count(self) -> int:
        """The number of images shown."""
        return sum(len(shown.uv) for shown in self.sets)

    @property
    def _side(self) -> float:
        share = math.log(max(self.count, 1) / _FEW) / math.log(_MANY / _FEW)
        return _SIDES[1] + min(max(share, 0.0), 1.0) * (_SIDES[0] - _SIDES[1])

    def _drawn(self, view: View, ratio: float) -> NDArray[np.uint32]:
        image = QImage(round(view.width * ratio), round(view.height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        for shown in self.sets:
            self._draw_set(painter, shown, view, ratio)
        painter.end()
        bits = image.constBits()
        assert bits is not None
        bits.setsize(image.sizeInBytes())
        pixels = np.frombuffer(bits, np.uint32).reshape(image.height(), image.bytesPerLine() // 4)  # type: ignore[call-overload]  # voidptr
        drawn: NDArray[np.uint32] = pixels[:, : image.width()].copy()  # before the image is deleted
        return drawn

    def _draw_set(self, painter: QPainter, shown: ShownSet, view: View, ratio: float) -> None:
        at = view.to_screen(shown.uv.astype(np.float64))
        seen = ((at > -_SIDES[1]) & (at < (view.width + _SIDES[1], view.height + _SIDES[1]))).all(1)
        for number, colour in enumerate(shown.colours):
            places = at[seen & (shown.colour == number)]
            _, first = np.unique(np.floor(places / (_APART * self._side)).astype(np.int64), axis=0, return_index=True)
            stamp = self._stamp(colour, shown.mark(number), ratio)
            half = stamp.width() / ratio / 2
            whole = np.rint((places[first] - half) * ratio) / ratio  # whole pixels, as smoothing takes longer
            for x, y in whole.tolist():
                painter.drawPixmap(QPointF(x, y), stamp)

    def _stamp(self, colour: QColor, mark: Mark, ratio: float) -> QPixmap:
        side = self._side + 4
        stamp = QPixmap(math.ceil(side * ratio), math.ceil(side * ratio))
        stamp.setDevicePixelRatio(ratio)
        stamp.fill(Qt.GlobalColor.transparent)
        painter = QPainter(stamp)
        middle = QPointF(stamp.width() / ratio / 2, stamp.height() / ratio / 2)
        self._stroke(painter, middle, self._side, colour, mark)
        painter.end()
        return stamp

    def _stroke(self, painter: QPainter, at: QPointF, side: float, colour: QColor, mark: Mark) -> None:
        assert self.theme is not None
        half = side / 2
        outline = QPolygonF([at + QPointF(x * half, y * half) for x, y in mark_outline(mark)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pen in (QPen(QColor(self.theme.map), 3.0), QPen(QColor(self.theme.text), 1.2)):
            painter.setPen(pen)
            painter.setBrush(QColor(self.theme.map) if mark == "ring" else colour)
            painter.drawPolygon(outline)


IMAGE_SETS = LayerSpec(
    "image-sets",
    "Own images",
    "Images of your own, each a diamond where the model puts it; see Analysis ▸ Image sets.",
    ImageSetLayer,
    shown=False,
    opacity=1.0,
)
