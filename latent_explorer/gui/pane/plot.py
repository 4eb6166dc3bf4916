"""A plot of the plane that is exact at any zoom, and items that are painted in its pixels."""

import math
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QPoint, QPointF, QRectF, pyqtSignal
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QGraphicsItem, QGraphicsView, QStyleOptionGraphicsItem, QWidget
from pyqtgraph import PlotWidget, ViewBox, setConfigOptions

from latent_explorer.atlas import Region
from latent_explorer.atlas.view import SCALES, View
from latent_explorer.gui.pane.axes import MapAxis

setConfigOptions(mouseRateLimit=-1)  # otherwise pyqtgraph drops mouse moves

GROUND, SCALE, LIFTED, PROBE = -100.0, 100.0, 110.0, 120.0
"""Z values: the ground below, the others above everything drawn in plane coordinates, which is at 0."""


class MapPlot(PlotWidget):  # type: ignore[misc] # has no types
    """A plot with equal units on both axes and axes of fixed width; zooming stops where latents no longer differ.

    Add items in plane coordinates with `addItem`; set the range with `setRange`, link it with `setXLink`. `view` is the
    exact view of the ViewBox, kept in sync. Its pixels are those of the map, whose top left is at `origin` of the
    widget.

    ended: the user has tried to zoom beyond the limit. closest: returns the largest scale at a plane point.
    """

    ended = pyqtSignal()

    def __init__(self) -> None:
        self._box = ViewBox(lockAspect=True, enableMouse=False, enableMenu=False, defaultPadding=0)
        self._axes = {side: MapAxis(side) for side in ("left", "bottom")}
        super().__init__(viewBox=self._box, axisItems=self._axes, enableMenu=False, background=None)
        self.view = View()
        self.closest: Callable[[tuple[float, float]], float] = lambda _: math.inf
        self._home: Region | None = None
        self._follows_home = True
        plot, menu = self.plotItem, self.plotItem.ctrlMenu
        menu.setParent(self, menu.windowFlags())  # a menu without a parent would outlive the window
        plot.hideButtons()
        plot.layout.setContentsMargins(0, 0, 0, 0)
        plot.disableAutoRange()
        for side in plot.axes:
            plot.getAxis(side).enableAutoSIPrefix(False)  # otherwise a label is rewritten at each move
        self.setCacheMode(self.CacheModeFlag(0))  # the map covers the background
        self._box.sigResized.connect(self._resized)
        self._box.sigRangeChanged.connect(self._follow)

    @property
    def origin(self) -> QPointF:
        """The top left of the map on the widget, beside the axis."""
        return QPointF(self._box.pos())

    def to_plane(self, at: QPoint | QPointF) -> tuple[float, float]:
        """The plane point at a position on the widget."""
        where = QPointF(at) - self.origin
        return self.view.to_plane(where.x(), where.y())

    def to_widget(self, u: float, v: float) -> QPointF:
        return QPointF(*self.view.to_screen_point((u, v))) + self.origin

    def set_home(self, home: Region) -> None:
        """Fit the view to a region, now and at each resize until the user zooms or pans."""
        self._home = home
        self.fit()

    @property
    def zoomed(self) -> float:
        """The magnification relative to the view that fits the whole map."""
        return self.view.scale / self.fitted.scale

    def change_home(self, home: Region) -> None:
        """Change the region that the view fits; moves the view unless the user has zoomed or panned."""
        self._home = home
        if self._follows_home:
            self.fit()

    def fit(self) -> None:
        if self._home is not None:
            self._follows_home = True
            self._look(self.view.fitted(self._home))

    @property
    def fitted(self) -> View:
        return self.view if self._home is None else self.view.fitted(self._home)

    @property
    def home(self) -> Region | None:
        """The region that the view is fitted to."""
        return self._home

    @property
    def follows_home(self) -> bool:
        """Whether the view is fitted at each resize."""
        return self._follows_home

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom in by a factor, towards a pixel of the map or its centre."""
        x, y = (at.x(), at.y()) if at is not None else (self.view.width / 2, self.view.height / 2)
        self._follows_home = False
        if factor > 1:
            factor = self._as_far_as_it_goes(factor, x, y)
        self._look(self.view.zoomed(factor, x, y))

    def _as_far_as_it_goes(self, factor: float, x: float, y: float) -> float:
        """The factor, limited to the scale at which latents no longer differ."""
        left = max(1.0, min(self.closest(self.view.to_plane(x, y)), SCALES[1]) / self.view.scale)
        if left < factor:
            self.ended.emit()
        return min(factor, left)

    def pan(self, dx: float, dy: float) -> None:
        self._follows_home = False
        self._look(self.view.panned(dx, dy))

    def look_at(self, u: float, v: float, scale: float) -> None:
        """Centre the view on a plane point, at `scale` pixels per plane unit."""
        self._follows_home = False
        self._look(replace(self.view, u=u, v=v, scale=scale))

    def centre(self, u: float, v: float) -> None:
        """Centre the view on a plane point."""
        self._follows_home = False
        self._look(self.view.centred(u, v))

    @property
    def has_guests(self) -> bool:
        """Whether other code has added items or handles mouse events: asking pyqtgraph costs 0.14 ms per move."""
        scene = self.scene()
        heard = any(scene.receivers(signal) for signal in (scene.sigMouseMoved, scene.sigMouseHover))
        return heard or bool(self.plotItem.items or self._box.addedItems)

    def close(self) -> bool:
        """Close as any widget does. PlotWidget's own `close` would take it apart while its timers run."""
        return bool(QGraphicsView.close(self))

    # -- the view and the ViewBox, which are kept in sync

    def _look(self, view: View) -> None:
        if view != self.view:
            self._show(view)

    def _show(self, view: View) -> None:
        self.view, seen = view, view.region
        self._box.setRange(
            xRange=(seen.left, seen.right), yRange=(seen.bottom, seen.top), padding=0, disableAutoRange=False
        )
        self._view_changed()

    def _follow(self) -> None:
        """Follow a change of the ViewBox: made here, by a link, or by other code."""
        if (round(self._box.width()), round(self._box.height())) != (self.view.width, self.view.height):
            return  # a resize: `_resized` is called next
        view = self.view.over(*self._box.viewRange()[0], *self._box.viewRange()[1])
        if view is not self.view:
            self.view, self._follows_home = view, False
            self._view_changed()

    def _resized(self) -> None:
        view = self.view.resized(round(self._box.width()), round(self._box.height()))
        self._show(view.fitted(self._home) if self._home is not None and self._follows_home else view)
        self._size_changed()

    def _view_changed(self) -> None:
        """Called when the view has changed."""

    def _size_changed(self) -> None:
        """Called when the size of the view has changed."""


class PixelItem(QGraphicsItem):
    """A direct child of the ViewBox, whose origin is the map's top left: it paints without a transformation.

    paint: draws the exposed part, a rectangle in pixels of the map; it need not restore the painter.
    """

    def __init__(self, box: ViewBox, height: float, paint: Callable[[QPainter, QRectF], None]) -> None:
        super().__init__(box)
        self._paint, self._rect = paint, QRectF()
        self.setZValue(height)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # or all counts as exposed

    def place(self, rect: QRectF) -> None:
        """Change the pixels it covers; repaints the old and the new ones."""
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(
        self, painter: QPainter | None, option: QStyleOptionGraphicsItem | None, widget: QWidget | None = None
    ) -> None:
        assert painter is not None
        assert option is not None
        painter.save()
        self._paint(painter, option.exposedRect)
        painter.restore()
