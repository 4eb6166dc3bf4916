"""The layers of a pane: listed in the panel, styled, shown and hidden, and their values at a place."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QRegion

from latent_explorer.gui.layers.layer import Layer
from latent_explorer.gui.layers.linked import Linked
from latent_explorer.gui.layers.point_colours import colourings
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.point_colourer import PointColourer
from latent_explorer.gui.panels.layers import LayerPanel
from latent_explorer.gui.panels.readouts import ValueLines
from latent_explorer.gui.settings import PointLook, Settings, ShownLayer
from latent_explorer.gui.widgets.choices import box_of, offer
from latent_explorer.session import OpenBundle

_SIZES = (50, 200)  # percent of the default
_COLOUR = "Colour of the points"
_SIZE = "Size of the dots. Dots also grow as you zoom in, and are more opaque where they are few."


class LayerStack(QObject):
    """Keeps canvas and layer panel in sync. changed: a layer was shown or hidden, or its opacity has changed."""

    changed = pyqtSignal()

    def __init__(
        self,
        canvas: MapCanvas,
        panel: LayerPanel,
        values: ValueLines,
        say: Callable[[str], None],
        colourer: PointColourer,
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._panel, self._values, self._say = canvas, panel, values, say
        self._colourer = colourer
        panel.changed.connect(self.show)

    @property
    def by_title(self) -> dict[str, Layer]:
        """All layers in the order of the panel: permanent layers first, then the fields."""
        canvas = self._canvas
        return {layer.spec.title: layer for layer in (canvas.tiles, *canvas.above, *canvas.fields)}

    def list(self, settings: Settings) -> None:
        """List all layers in the panel, shown as in the last session."""
        self._settings = settings
        for title, layer in self.by_title.items():
            opacity = layer.opacity if layer.spec.opacity is not None else None
            self._panel.add(title, layer.visible, opacity, layer.spec.sentence)
            if layer is self._canvas.points:
                self._list_size(settings)
                self._list_colours()
        self._panel.remember(settings)

    def _list_size(self, settings: Settings) -> None:
        points = self._canvas.points
        points.size = settings.get(PointLook).size / 100

        def choose(percent: int) -> None:
            settings.change(PointLook, size=percent)
            points.resize(percent / 100)
            self._canvas.refresh()

        self._size = self._panel.add_slider("Point size", *_SIZES, round(100 * points.size), _SIZE)
        self._size.valueChanged.connect(choose)

    def resize_points(self, percent: int) -> None:
        """Set and remember the size of points, in percent of the default."""
        self._size.setValue(percent)

    def _list_colours(self) -> None:
        known = colourings()
        box = box_of(known, _COLOUR, before="Colour by ")
        self._panel.add_choice(box)

        def show() -> None:
            offer(box, {name: self._colourer.lacks(each) for name, each in known.items()})
            box.setCurrentIndex(box.findData(self._colourer.colouring.name))

        box.activated.connect(lambda index: self._colourer.choose(box.itemData(index)))
        self._colourer.chosen.connect(show)
        show()

    def open(self, bundle: OpenBundle) -> None:
        """Offer the layers that are available for a bundle."""
        for title, layer in self.by_title.items():
            self._panel.enable(title, layer.lacks(bundle))
            if not self._settings.keeps(ShownLayer, title):
                self._panel.show_usual(title, *layer.usual(bundle))
        self._values.show_lines([])

    def offer(self, title: str) -> None:
        """Offer a layer if it has something to show, otherwise hide it from the panel."""
        layer = self.by_title[title]
        if layer.bundle is not None:
            self._panel.enable(title, layer.lacks(layer.bundle))
        self.changed.emit()

    def link(self, linked: Linked) -> None:
        """Give all layers the linked map, once there is one."""
        self._linked, self._other = linked, linked.other
        for layer in self._canvas.layers:
            layer.linked = linked
        above = [layer for layer in self._canvas.above if layer.spec.needs_link]
        linked.shown = lambda: any(layer.visible for layer in above)
        for changed in (linked.changed, linked.judged):
            changed.connect(self._offer_linked)
        linked.moved.connect(self._move_linked)

    def _offer_linked(self) -> None:
        """Offer the layers that need a linked map only while there is one."""
        linked = {title: layer for title, layer in self.by_title.items() if layer.spec.needs_link}
        begins, self._other = self._linked.other is not self._other, self._linked.other
        before = {title: self._panel.offers(title) for title in linked}
        for title, layer in linked.items():
            if layer.bundle is not None:
                self._panel.enable(title, layer.lacks(layer.bundle))
                if begins and not self._settings.keeps(ShownLayer, title):
                    self._panel.show_usual(title, *layer.usual(layer.bundle))
        if before != {title: self._panel.offers(title) for title in linked}:
            self.changed.emit()

    def _move_linked(self) -> None:
        """Repaint the translated images at their current places; the buffer below is kept."""
        if any(layer.painted for layer in self._canvas.above if layer.spec.needs_link):
            self._canvas.refresh_points(lambda view: QRegion(0, 0, view.width, view.height))

    def put(self, title: str, visible: bool, opacity: float) -> None:
        """Set the visibility and opacity of a layer, in the panel too, without remembering it."""
        self._panel.show_usual(title, visible, opacity)
        self.show(title, visible, opacity)

    def show(self, title: str, visible: bool, opacity: float) -> None:
        layer = self.by_title[title]
        switched, layer.visible, layer.opacity = layer.visible != visible, visible, opacity
        self.changed.emit()
        if switched and (notice := layer.notice(self._canvas.view)):
            self._say(notice)

    def tell(self, u: float, v: float) -> None:
        """Show the values of the visible layers at a plane point in the inspector."""
        view = self._canvas.view
        offered = (each for each in self.by_title.values() if each.bundle is not None and not each.lacks(each.bundle))
        self._values.show_lines([line for layer in offered if layer.visible and (line := layer.line(view, (u, v)))])
