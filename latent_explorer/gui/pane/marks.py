"""The marks on the map: pins, the route, an outline, neighbours, a caption, the probe."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF
from pyqtgraph import PlotCurveItem, ScatterPlotItem, TargetItem, TextItem, ViewBox, mkBrush, mkPen

from latent_explorer.atlas.view import View
from latent_explorer.class_colours import Mark
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.images import displayed, ratio_of

LOUPE = 84  # pixels: the side of the picture beside the pointer
_EDGE = 2  # pixels of its frame
_REACH = 10  # pixels around the probe's place
_LINKED = 10  # pixels from the centre of a linked place's diamond to its corners

_SYMBOLS: dict[Mark, str] = {
    "disc": "o", "ring": "o", "diamond": "d", "square": "s", "triangle": "t1", "cross": "+", "bar": "_",
    "down": "t", "saltire": "x", "star": "star",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Marks:
    """All marks, in plane coordinates.

    pins: names and places. route: (frames, 2), or None. way: its way points (k, 2). compared: a second curve
    (frames, 2) through the same places. frame: the place of the current frame.
    draft: the places of a route being drawn, in order. probe: the place under the pointer. neighbours: (k, 2).
    looks: shapes and colours of the neighbours' classes; without classes, each neighbour is a circle.
    chosen: the place chosen last. loupe: the picture beside the probe. outline: the corners (k, 2) of a selection being
    drawn. links: a place, and the places that lines connect it to, (k + 1, 2). caption: the snapshot of a run that is
    shown, if any. linked, linked_route, linked_frame: the translations of the place under the pointer on another map,
    of the route drawn there, and of its current frame.
    """

    pins: tuple[tuple[str, tuple[float, float]], ...] = ()
    route: NDArray[np.float64] | None = None
    way: NDArray[np.float64] | None = None
    compared: NDArray[np.float64] | None = None
    frame: tuple[float, float] | None = None
    draft: tuple[tuple[float, float], ...] | None = None
    probe: tuple[float, float] | None = None
    chosen: tuple[float, float] | None = None
    neighbours: NDArray[np.float64] | None = None
    looks: tuple[tuple[Mark, str], ...] = ()
    loupe: QImage | None = None
    outline: NDArray[np.float64] | None = None
    links: NDArray[np.float64] | None = None
    caption: str = ""
    linked: tuple[float, float] | None = None
    linked_route: NDArray[np.float64] | None = None
    linked_frame: tuple[float, float] | None = None


class RimmedCurve(PlotCurveItem):  # type: ignore[misc] # has no types
    """A curve with a rim whose width does not depend on the screen: pyqtgraph's pens have widths in device pixels.

    width: of the line in logical pixels.
    """

    def __init__(self, width: float, **options: object) -> None:
        super().__init__(antialias=True, **options)
        self._width = width

    def dress(self, colour: str, rim: str | None = None, *, dashed: bool = False) -> None:
        pen = _round(colour, self._width)
        if dashed:
            pen.setDashPattern([2.5, 2.5])
        self.setPen(pen)
        self.setShadowPen(None if rim is None else _round(rim, self._width + 3))  # visible on any ground

    def paint(self, painter: QPainter, *others: object) -> None:
        """Paint with pens for the device pixel ratio of the target."""
        ratio = ratio_of(painter)
        self.opts["pen"].setWidthF(ratio * self._width)
        if self.opts["shadowPen"] is not None:
            self.opts["shadowPen"].setWidthF(ratio * (self._width + 3))
        super().paint(painter, *others)


class MarkItems:
    """The plot items of all marks except the probe. An item is updated only when its mark has changed.

    Items without content are hidden: empty ones take 0.1 ms at each paint.
    """

    def __init__(self, box: ViewBox) -> None:
        self._box, self._marks, self._theme = box, Marks(), DARK
        self._outline = self._added(RimmedCurve(1.5, fillLevel="enclosed"), 1)
        self._links = self._added(RimmedCurve(1.2, connect="pairs"), 2)
        self._compared = self._added(RimmedCurve(1.5), 2)
        self._route, self._draft = self._added(RimmedCurve(2.5), 2), self._added(RimmedCurve(2.0), 2)
        self.linked_route = self._added(RimmedCurve(2.0), 2)
        self._dots = self._added(ScatterPlotItem(), 3)
        self.linked_dots = self._added(ScatterPlotItem(), 3)
        self._pins: list[TargetItem] = []
        self.neighbours = self._added(ScatterPlotItem(), 5)
        self.chosen = self._added(ScatterPlotItem(), 6)
        self._caption, self._room = TextItem(), 0.0
        self._caption.setParentItem(box)
        self._caption.setPos(8, 8)
        lines = self._outline, self._links, self._compared, self._route, self._draft, self.linked_route
        for item in (*lines, self._dots, self.linked_dots, self.neighbours, self.chosen):
            item.hide()

    def show(self, marks: Marks) -> None:
        before, self._marks = self._marks, marks
        if marks.route is not before.route:
            _draw(self._route, marks.route)
        if marks.compared is not before.compared:
            _draw(self._compared, marks.compared)
        if marks.draft != before.draft:
            _draw(self._draft, marks.draft)
        led = marks.route is not before.route or marks.way is not before.way
        if led or (marks.draft, marks.frame) != (before.draft, before.frame):
            self._show_dots()
        if marks.linked_route is not before.linked_route:
            _draw(self.linked_route, marks.linked_route)
        if marks.linked_route is not before.linked_route or marks.linked_frame != before.linked_frame:
            self._show_linked_dots()
        if marks.outline is not before.outline:
            _draw(self._outline, None if marks.outline is None else np.concatenate([marks.outline, marks.outline[:1]]))
        if marks.links is not before.links:
            _draw(self._links, None if marks.links is None else _star(marks.links))
        if marks.neighbours is not before.neighbours:
            _draw(self.neighbours, marks.neighbours, **_spots(marks.looks))
        if [name for name, _ in marks.pins] != [name for name, _ in before.pins]:
            self._show_pins()
        elif marks.pins is not before.pins:
            for pin, (_, place) in zip(self._pins, marks.pins, strict=True):
                pin.setPos(place)
        if marks.chosen != before.chosen:
            self._show_chosen()
        if marks.caption != before.caption:
            self.lay_out(self._room)

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        fill = QColor(theme.accent)
        fill.setAlpha(40)
        self._outline.setBrush(fill)
        self._outline.dress(theme.accent)
        self._links.dress(theme.text, theme.map)
        self._route.dress(theme.accent, theme.map)
        self._compared.dress(theme.accent, theme.map, dashed=True)
        self._draft.dress(theme.text, theme.map)
        self.linked_route.dress(theme.fair, theme.map, dashed=True)
        self.neighbours.setPen(mkPen(theme.text, width=1.5))
        self._show_dots()
        self._show_linked_dots()
        self._show_chosen()
        self._show_pins()
        self.lay_out(self._room)

    def lay_out(self, room: float) -> None:
        """Place the caption at the top left, elided to `room` pixels."""
        caption, self._room = self._caption, room
        text = QFontMetricsF(QFont()).elidedText(self._marks.caption, Qt.TextElideMode.ElideRight, room - 28)
        caption.setText(text, self._theme.text)
        caption.fill = mkBrush(self._theme.plate)
        caption.setVisible(bool(text))

    def _show_dots(self) -> None:
        spots = list(self._spots())
        self._dots.setData(spots)
        self._dots.setVisible(bool(spots))

    def _spots(self) -> Iterator[dict[str, object]]:
        """The ends of the route, its way points as squares, the start of a draft, the current frame."""
        marks, theme, rim = self._marks, self._theme, mkPen(self._theme.map, width=2)
        ends = [] if marks.route is None else [marks.route[0], marks.route[-1]]
        way = [] if marks.way is None else list(marks.way)
        starts = [] if marks.draft is None else [marks.draft[0]]
        frames = [] if marks.frame is None else [marks.frame]
        for places, size, colour, symbol in (
            (way, 11, theme.accent, "s"),
            (ends, 11, theme.accent, "o"),
            (starts, 10, theme.text, "o"),
            (frames, 16, theme.fair, "o"),
        ):
            look = {"size": size, "pen": rim, "brush": mkBrush(colour), "symbol": symbol}
            yield from ({"pos": place, **look} for place in places)

    def _show_linked_dots(self) -> None:
        """Show the ends and the current frame of a route on the other map, as diamonds."""
        route, frame, theme = self._marks.linked_route, self._marks.linked_frame, self._theme
        ends = [] if route is None else [route[0], route[-1]]
        sized = [(place, 11) for place in ends] + ([] if frame is None else [(np.asarray(frame), 17)])
        pen, brush = mkPen(theme.map, width=2), mkBrush(theme.fair)
        look = {"symbol": "d", "pen": pen, "brush": brush}
        self.linked_dots.setData([{"pos": place, "size": size, **look} for place, size in sized])
        self.linked_dots.setVisible(bool(sized))

    def _show_chosen(self) -> None:
        """Show a ring around the chosen place, wide enough for a pin, with a rim that is visible on any ground."""
        at, rings = self._marks.chosen, ((self._theme.map, 5), (self._theme.accent, 2))
        pens = [] if at is None else [mkPen(colour, width=width) for colour, width in rings]
        self.chosen.setData([{"pos": at, "size": 22, "pen": pen, "brush": None} for pen in pens])
        self.chosen.setVisible(at is not None)

    def _show_pins(self) -> None:
        theme = self._theme
        for pin in self._pins:
            self._box.removeItem(pin)
        look = {"color": theme.text, "fill": theme.plate, "offset": (9, 0)}
        self._pins = [
            TargetItem(
                place, 12, "o", mkPen(theme.map, width=2), brush=theme.poor, movable=False,
                label=lambda x, y, name=name: name,  # a function, as braces in a string would be format fields
                labelOpts=look,
            )
            for name, place in self._marks.pins
        ]  # fmt: skip
        font = QFont()
        font.setWeight(QFont.Weight.DemiBold)
        for pin in self._pins:
            self._added(pin, 4).label().setFont(font)

    def _added(self, item: Any, height: float) -> Any:
        """Add an item to the plot that does not affect the range of `autoRange`."""
        item.setZValue(height)
        self._box.addItem(item, ignoreBounds=True)
        return item


def probe_rect(view: View, marks: Marks) -> QRectF:
    """The pixels that the probe and its loupe cover."""
    if marks.probe is None:
        return QRectF()
    at = _at(view, marks.probe)
    rect = QRectF(at.x() - _REACH, at.y() - _REACH, 2 * _REACH, 2 * _REACH)
    return rect if marks.loupe is None else rect.united(loupe_rect(view, at).adjusted(-3, -3, 3, 3))


def paint_probe(painter: QPainter, view: View, marks: Marks, theme: Theme) -> None:
    """Draw a ring around the place under the pointer and the loupe beside it."""
    if marks.probe is None:
        return
    at = _at(view, marks.probe)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for ink, broad in ((theme.map, 4.0), (theme.text, 2.0)):
        painter.setPen(QPen(QColor(ink), broad))
        painter.drawEllipse(at, 7, 7)
    if marks.loupe is not None:
        where = loupe_rect(view, at)
        painter.fillRect(where.adjusted(-2, -2, 2, 2), QColor(theme.accent))
        painter.drawImage(where, displayed(marks.loupe, light=not theme.dark))
    painter.restore()


def linked_rect(view: View, marks: Marks) -> QRectF:
    """The pixels of the translated place of the pointer on another map."""
    if marks.linked is None:
        return QRectF()
    at = _at(view, marks.linked)
    return QRectF(at.x() - _LINKED - 3, at.y() - _LINKED - 3, 2 * _LINKED + 6, 2 * _LINKED + 6)


def paint_linked(painter: QPainter, view: View, marks: Marks, theme: Theme) -> None:
    """Draw a diamond with a dot at the translated place."""
    if marks.linked is None:
        return
    at = _at(view, marks.linked)
    corners = [at + QPointF(x, y) for x, y in ((0, -_LINKED), (_LINKED, 0), (0, _LINKED), (-_LINKED, 0))]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, broad in ((theme.map, 5.0), (theme.fair, 2.5)):
        painter.setPen(QPen(QColor(ink), broad, join=Qt.PenJoinStyle.MiterJoin))
        painter.drawPolygon(QPolygonF(corners))
        painter.setPen(QPen(QColor(ink), broad + 2, cap=Qt.PenCapStyle.RoundCap))
        painter.drawPoint(at)


def loupe_rect(view: View, at: QPointF) -> QRectF:
    """The rectangle of the loupe: above right of the pointer, but inside the map, also one too narrow for it beside."""
    x, y = round(at.x()), round(at.y())
    left = x + 18 if x + 18 + LOUPE < view.width else x - 18 - LOUPE
    top = y - 18 - LOUPE if y - 18 - LOUPE > 0 else y + 18
    left, top = (
        max(_EDGE, min(start, side - LOUPE - _EDGE)) for start, side in ((left, view.width), (top, view.height))
    )
    return QRectF(left, top, LOUPE, LOUPE)


def _at(view: View, uv: tuple[float, float]) -> QPointF:
    """The pixel of a place; clamped, as Qt's coordinates overflow at 32 bits."""
    x, y = np.clip(view.to_screen_point(uv), -1e6, 1e6).tolist()
    return QPointF(x, y)


def _draw(item: Any, places: Any, **looks: Any) -> None:
    """Set the places (k, 2) of a curve or of dots, or hide them."""
    if places is not None:
        x, y = np.asarray(places, np.float64).T
        item.setData(x, y, **looks)
    item.setVisible(places is not None)


def _star(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ends (2k, 2), in pairs, of lines from the first of places (k + 1, 2) to each of the others."""
    ends = np.empty((2 * (len(places) - 1), 2))
    ends[::2], ends[1::2] = places[0], places[1:]
    return ends


def _spots(looks: tuple[tuple[Mark, str], ...]) -> dict[str, Any]:
    """pyqtgraph's arguments for spots in the shapes and colours of classes; a ring is not filled."""
    if not looks:
        return {}
    brushes = [mkBrush(None if mark == "ring" else colour) for mark, colour in looks]
    return {"symbol": [_SYMBOLS[mark] for mark, _ in looks], "brush": brushes, "size": 11}


def _round(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width, cap=Qt.PenCapStyle.RoundCap, join=Qt.PenJoinStyle.RoundJoin)
    pen.setCosmetic(True)
    return pen
