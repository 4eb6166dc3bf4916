"""The map as a pyqtgraph plot: items of one's own, links, ranges, depth, what is painted and what is left alone."""

from collections.abc import Callable, Iterator

import numpy as np
import pyqtgraph as pg
import pytest
from numpy.typing import NDArray
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF
from PyQt6.QtGui import QColor, QImage, QPaintEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latent_explorer.atlas import Region, TileCache, TileKey, tile_region, tiles_over
from latent_explorer.atlas.view import SCALES, View
from latent_explorer.bench.person import Person
from latent_explorer.fields import layer_fields
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.scale import scale_rect
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.marks import Marks, loupe_rect
from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.images import to_array

SIZE = 644, 420
HOME = Region(-3.0, -2.0, 3.0, 2.0)


class Painted(QObject):
    """Collects what is painted of a widget."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.rects: list[QRect] = []
        canvas.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(event, QPaintEvent):
            self.rects.append(event.region().boundingRect())
        return False


@pytest.fixture
def make_canvas(qtbot: QtBot) -> Iterator[Callable[[], MapCanvas]]:
    """Shows canvases with points and tiles of their own."""
    canvases = []

    def make() -> MapCanvas:
        cache, points = TileCache(), PointLayer()
        tiles = TileLayer(cache)
        canvas = MapCanvas(tiles, points)
        canvases.append(canvas)
        canvas.resize(*SIZE)
        canvas.set_home(HOME)
        points.show(np.array([[0.5, 0.25]], np.float32), None, 1, frozenset(), DARK)
        canvas.show()
        settle()
        return canvas

    yield make
    for canvas in canvases:
        sip.delete(canvas)


@pytest.fixture
def canvas(make_canvas: Callable[[], MapCanvas]) -> MapCanvas:
    return make_canvas()


def settle() -> None:
    for _ in range(5):
        QTest.qWait(5)


def seen(canvas: MapCanvas) -> NDArray[np.int64]:
    """The canvas as it looks (h, w, 3)."""
    settle()
    return to_array(canvas.grab().toImage())[..., :3].astype(int)


def coloured(picture: NDArray[np.int64], colour: str) -> NDArray[np.int64]:
    """The pixels (k, 2), x first, that are about of a colour."""
    wanted = QColor(colour)
    off = np.abs(picture - (wanted.red(), wanted.green(), wanted.blue())).max(-1)
    return np.argwhere(off < 60)[:, ::-1]


def test_a_curve_of_ones_own_is_drawn_at_its_place(canvas: MapCanvas) -> None:
    canvas.addItem(pg.PlotDataItem([-2, 2], [-1, 1], pen=pg.mkPen("#ff00ff", width=1)))
    for move in (lambda: None, lambda: canvas.zoom(2.0), lambda: canvas.pan(30, -11)):
        move()
        found = coloured(seen(canvas), "#ff00ff")
        assert len(found) > 100
        u, v = np.array([canvas.to_plane(QPoint(x, y)) for x, y in found.tolist()]).T
        assert np.abs(v - u / 2).max() * canvas.view.scale < 2
        ends = [canvas.to_widget(-2, -1), canvas.to_widget(2, 1)]
        for end in ends:
            if canvas.viewport().rect().adjusted(60, 20, -20, -40).contains(end.toPoint()):
                assert np.abs(found - (end.x(), end.y())).max(1).min() < 3


def test_it_is_in_the_picture_too_at_any_fineness(canvas: MapCanvas) -> None:
    canvas.addItem(pg.PlotDataItem([0], [0], symbol="s", symbolSize=20, symbolBrush="#ff00ff", symbolPen=None))
    at = canvas.to_widget(0, 0)
    for scale in (1.0, 2.0):
        picture = to_array(canvas.picture(scale))[..., :3].astype(int)
        assert picture.shape[:2] == (SIZE[1] * scale, SIZE[0] * scale)
        found = coloured(picture, "#ff00ff")
        np.testing.assert_allclose(found.mean(0) / scale, (at.x(), at.y()), atol=1)
        assert np.ptp(found, axis=0).max() == pytest.approx(20 * scale, abs=4)


def test_two_maps_are_linked(make_canvas: Callable[[], MapCanvas]) -> None:
    one, other = make_canvas(), make_canvas()
    other.setXLink(one)
    other.setYLink(one)
    other.frame_scheduler.looked.connect(lambda: told.append(other.view))
    told: list[View] = []
    for move in (lambda: one.zoom(3.0), lambda: one.pan(50, 20), lambda: one.centre(0.4, -0.2), one.fit):
        move()
        settle()
        assert (other.view.u, other.view.v) == pytest.approx((one.view.u, one.view.v))
        assert other.view.scale == pytest.approx(one.view.scale)
    assert len(told) >= 4
    other.pan(10, 0)
    assert one.view.u == pytest.approx(other.view.u)


def test_a_range_set_from_outside_moves_the_ground_along(canvas: MapCanvas) -> None:
    key = TileKey("picture", "", 0, 0, 0)
    canvas.tiles._cache.put(key, np.full((64, 4, 4, 1), 200, np.uint8))
    canvas.tiles.cover = lambda view: [key]
    canvas.refresh()
    for x, y in (((-1, 5), (-1, 2)), ((0, 1), (0, 0.6)), ((-20, 20), (-9, 9))):
        canvas.setRange(xRange=x, yRange=y, padding=0)
        settle()
        view = canvas.view
        shown = view.region
        assert shown.left <= x[0] + 1e-9
        assert shown.right >= x[1] - 1e-9
        (left, right), (bottom, top) = canvas.viewRange()
        assert (left, right, bottom, top) == pytest.approx((shown.left, shown.right, shown.bottom, shown.top))
        picture = seen(canvas)
        for place, tile in (((0.2, 0.1), True), ((-0.2, 0.1), False), ((0.2, -0.1), False)):
            at = canvas.to_widget(*place)
            if canvas.viewport().rect().adjusted(50, 6, -6, -30).contains(at.toPoint()):
                assert (picture[at.toPoint().y(), at.toPoint().x()].max() > 60) == tile
        dot = canvas.to_widget(0.5, 0.25).toPoint()
        around = picture[dot.y() - 2 : dot.y() + 3, dot.x() - 2 : dot.x() + 3]
        assert around.size == 0 or np.ptp(around, axis=-1).max() > 20  # the point, in its colour


@pytest.mark.parametrize("middle", [(0.1, 0.2), (-3.9999, 2.7182818)])
def test_at_the_deepest_zoom_all_lies_on_its_pixel(canvas: MapCanvas, middle: tuple[float, float]) -> None:
    canvas.tiles.opacity = 1.0
    canvas.tiles.cover = lambda view: tiles_over(view.region, 36, field="picture", chart="")
    canvas.centre(*middle)
    canvas.zoom(1e18)
    assert canvas.view.scale == SCALES[1]
    view = canvas.view
    keys = canvas.tiles.cover(view)
    for key in keys:
        shade = 90 + 100 * ((key.column + key.row) % 2)
        canvas.tiles._cache.put(key, np.full((64, 4, 4, 1), shade, np.uint8))
    canvas.refresh()
    region = tile_region(keys[0])
    curve = pg.PlotDataItem([region.left, region.right], [region.top, region.top], pen=pg.mkPen("#ff00ff", width=1))
    canvas.addItem(curve)
    for step in range(12):
        canvas.pan(*((1.0, 0.0) if step % 2 else (0.0, -1.0)))
        picture, moved, origin = seen(canvas), canvas.view, canvas.origin.toPoint()
        assert moved.scale == view.scale
        map_pixels = picture[: moved.height, origin.x() :]
        for key in keys:
            left, top = moved.to_screen_point((tile_region(key).left, tile_region(key).top))
            x, y = round(left), round(top)
            if 4 < x < moved.width - 20 and 4 < y < moved.height - 20:
                row = map_pixels[y + 10, x - 2 : x + 2, 0]
                assert row[0] == row[1] != row[2] == row[3]
        found = coloured(map_pixels, "#ff00ff")
        if len(found):
            assert abs(found[:, 1].mean() - moved.to_screen_point((region.left, region.top))[1]) < 1.01


def test_marks_far_out_of_sight_do_no_harm(canvas: MapCanvas) -> None:
    place = (0.1, 0.2)
    route = np.array([[-3.0, -2.0], place, [3.0, 2.0]])
    canvas.set_marks(
        Marks(
            pins=(("far {0} {", (2.0, 1.0)), ("here", place)),
            route=route, frame=(-2.0, 1.0), draft=((1.0, 1.0), place), neighbours=route, outline=route, probe=(3.0, 2.0)
        )
    )  # fmt: skip
    canvas.centre(*place)
    canvas.zoom(1e18)
    picture = seen(canvas)
    assert len(coloured(picture, DARK.poor)) > 20  # the pin that is in the middle
    assert len(coloured(picture, DARK.accent)) > 100  # the route through it


def test_a_hover_paints_the_probes_pixels_only(canvas: MapCanvas) -> None:
    loupe = QImage(28, 28, QImage.Format.Format_RGB32)
    loupe.fill(0)
    canvas.set_probe((0.0, 0.0), loupe)
    settle()
    painted = Painted(canvas)
    canvas.set_probe((0.5, 0.5), loupe)
    settle()
    (rect,) = painted.rects  # the smallest around both
    for place in ((0.0, 0.0), (0.5, 0.5)):
        assert rect.contains(canvas.to_widget(*place).toPoint())
    assert rect.width() < 60 + 130
    assert rect.height() < 60 + 130


@pytest.mark.parametrize("width", [100, 124, 190, 640])
def test_the_loupe_is_never_cut_by_the_edge_of_its_map(width: int) -> None:
    view = View(width=width, height=250)
    for x in range(0, width, 5):
        for y in range(0, 250, 5):
            assert QRectF(0, 0, width, 250).contains(loupe_rect(view, QPointF(x, y)).adjusted(-2, -2, 2, 2))


def test_a_move_of_the_map_is_painted_once(canvas: MapCanvas) -> None:
    canvas.set_marks(Marks(pins=(("one", (0.0, 0.0)),), route=np.array([[0.0, 0.0], [1.0, 1.0]])))
    settle()
    painted = Painted(canvas)
    canvas.pan(3, 2)
    canvas.frame_scheduler._show_move()
    first = len(painted.rects)
    assert QRectF(painted.rects[0]).contains(QRectF(canvas.rect()).adjusted(50, 5, -5, -30))
    QApplication.sendPostedEvents()
    assert painted.rects[first:] == []
    canvas.pan(-2, 1)
    settle()  # now the event loop has the scene paint before the scheduler
    assert len(painted.rects) == first + 1


def test_an_item_of_ones_own_is_dragged_by_the_mouse_and_the_tool_is_not_used(person: Person) -> None:
    target = pg.TargetItem((1.0, 1.0), size=20)
    canvas = person.canvas
    canvas.addItem(target)
    try:
        person.move(person.point(1, 1))
        person.drag(person.point(1, 1), person.point(-1, 0.5), 0.2)
        assert tuple(target.pos()) == pytest.approx((-1, 0.5), abs=2 / canvas.view.scale)
        assert person.window.pane.session.state.route is None
    finally:
        canvas.removeItem(target)
    person.drag(person.point(-2, 3.5), person.point(2, 3.5), 0.1)
    assert person.window.pane.session.state.route is not None


def test_over_an_axis_nothing_is_probed(person: Person) -> None:
    person.move(person.point(0, 0))
    person.wait_until(lambda: person.canvas.marks.loupe is not None)
    before = person.window.pane.prober.probe.uv
    for at in (QPoint(10, 100), QPoint(300, person.canvas.height() - 5)):
        person.move(at)
        assert person.window.pane.prober.probe.uv == before
        assert person.canvas.marks.loupe is None


def test_a_pin_that_is_dragged_keeps_its_item(canvas: MapCanvas) -> None:
    canvas.set_marks(Marks(pins=(("one", (0.0, 0.0)), ("two", (1.0, 1.0)))))
    (one, two), items = canvas._mark_items._pins, canvas.scene().items()
    canvas.set_marks(Marks(pins=(("one", (0.0, 0.0)), ("two", (0.5, 0.3)))))
    assert canvas._mark_items._pins == [one, two]
    assert tuple(two.pos()) == (0.5, 0.3)
    canvas.set_marks(Marks(pins=(("two", (0.5, 0.3)),)))
    assert len(canvas.scene().items()) == len(items) - 3  # a pin, its label and the text in it


def test_the_focus_is_seen(canvas: MapCanvas, qtbot: QtBot) -> None:
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus, timeout=60_000)
    assert len(coloured(seen(canvas), DARK.accent)) > 2 * SIZE[0]
    canvas.clearFocus()
    assert len(coloured(seen(canvas), DARK.accent)) < SIZE[0] / 2


TITLES = [field.title for field in layer_fields() if not (field.needs_variance or field.fleeting)]


@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize("focused", [False, True])
def test_a_layer_changes_nothing_but_its_own_pixels(person: Person, focused: bool, pinned: bool) -> None:
    """A layer that is shown but see-through may change its scale alone: so no painter leaves a brush to the next."""
    window, canvas = person.window, person.canvas
    canvas.set_marks(Marks(caption="Epoch 1", neighbours=np.array([[0.5, -0.5]]), probe=(0.4, 0.3)))
    if pinned:
        window.pane.session.pin(np.array([1.0, 1.0]))
    if not focused:
        window.pane.filmstrip.setFocus()
    for title in TITLES:
        layer = window.pane.fields.by_title[title]
        visible, opacity = layer.visible, layer.opacity
        window.pane.layers.show(title, False, 0.0)
        person.wait_until(lambda: window.pane.fields.missing == 0)
        before = seen(canvas)
        window.pane.layers.show(title, True, 0.0)
        person.wait_until(lambda: window.pane.fields.missing == 0)
        after = seen(canvas)
        legend = scale_rect(canvas.layers, canvas.view.width).translated(canvas.origin).toAlignedRect()
        differs = (before != after).any(-1)
        differs[legend.top() : legend.bottom() + 1, legend.left() : legend.right() + 1] = False
        assert not differs.any(), title
        window.pane.layers.show(title, visible, opacity)
    assert canvas.hasFocus() == focused
    for name in ("Pictures", "Points"):
        before = seen(canvas)
        window.pane.layers.show(name, False, 0.5)
        assert (seen(canvas) != before).any()
        window.pane.layers.show(name, True, 0.6 if name == "Pictures" else 0.75)


def test_a_canvas_that_is_closed_leaves_no_menu_behind(make_canvas: Callable[[], MapCanvas]) -> None:
    before = set(QApplication.topLevelWidgets())
    canvas = MapCanvas(TileLayer(TileCache()), PointLayer())
    assert set(QApplication.topLevelWidgets()) > before
    sip.delete(canvas)
    assert set(QApplication.topLevelWidgets()) == before
