"""The main window: a map that fills it, panels around, and the session they all show."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QImage
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget

from latent_explorer.atlas import Region
from latent_explorer.engine.client import Answer, EngineLost, Event, Want
from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.engine.protocol import Opened, Picture, Place, Refused
from latent_explorer.errors import UserError
from latent_explorer.gui import theme as themes
from latent_explorer.gui.banner import Banner
from latent_explorer.gui.exporting import Exporter
from latent_explorer.gui.feed import AtlasFeed
from latent_explorer.gui.film import Film
from latent_explorer.gui.images import to_qimage
from latent_explorer.gui.link import EngineLink
from latent_explorer.gui.map.canvas import MapCanvas
from latent_explorer.gui.map.points import PointLayer
from latent_explorer.gui.map.tiles import TileLayer
from latent_explorer.gui.map.tools import MapActions, PathTool, Plane, ProbeTool, Tool
from latent_explorer.gui.menus import window_menus
from latent_explorer.gui.panels.filmstrip import Filmstrip
from latent_explorer.gui.panels.inspector import Inspector
from latent_explorer.gui.panels.legend import LayerPanel, Legend
from latent_explorer.gui.panels.pins import PinPanel
from latent_explorer.gui.picture_view import PictureView
from latent_explorer.gui.prober import Prober
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.status import StatusLine
from latent_explorer.session import OpenBundle, Pin, Route, Session, State, open_bundle

_PIN_REACH, _DATA_REACH = 12.0, 9.0  # pixels within which a pin is meant, or a data point


class MainWindow(QMainWindow):
    """Shows one session at a time and speaks with one engine."""

    def __init__(self, settings: Settings, start_engine: Callable[[], Engine] = ProcessEngine) -> None:
        super().__init__()
        self.settings = settings
        self.session: Session | None = None
        self.theme = themes.DARK
        self.link = EngineLink(start_engine)
        self.link.arrived.connect(self.take)
        self.feed = AtlasFeed(self.link.client)
        self._opening: tuple[int, OpenBundle] | None = None
        self._pin_pictures: dict[tuple[float, ...], QImage] = {}
        self._make_parts()
        self._lay_out()
        self._connect()
        self.actions_by_text = window_menus(self)
        self.take_tool("Probe")
        self.choose_theme(settings.theme)
        self._restore_layout()

    # -- construction

    def _make_parts(self) -> None:
        self.tiles, self.points = TileLayer(self.feed.cache), PointLayer()
        self.canvas = MapCanvas(self.tiles, self.points)
        self.banner = Banner()
        self.inspector = Inspector()
        self.filmstrip = Filmstrip()
        self.legend = Legend()
        self.pins = PinPanel()
        self.layers = LayerPanel({"Pictures": (True, self.tiles.opacity), "Points": (True, self.points.opacity)})
        self.prober = Prober(self.link.client, self.feed, self.canvas, self.inspector)
        self.film = Film(self.link.client, self.canvas, self.filmstrip)
        self.status = StatusLine(self)
        self.exporter = Exporter(self)
        actions = MapActions(
            snap=self._snap,
            to_plane=lambda at: self.canvas.view.to_plane(at.x(), at.y()),
            pin_at=self._pin_at,
            add_pin=self._add_pin,
            drag_pin=self._drag_pin,
            drop_pin=self._drop_pin,
            show_draft=self._show_draft,
            draw_route=self._draw_route,
        )
        self.tools: dict[str, Tool] = {"Probe": ProbeTool(actions), "Path": PathTool(actions)}

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.canvas, 1)
        self.setCentralWidget(middle)
        left, right, below = (
            Qt.DockWidgetArea.LeftDockWidgetArea,
            Qt.DockWidgetArea.RightDockWidgetArea,
            Qt.DockWidgetArea.BottomDockWidgetArea,
        )
        self.docks = {
            title: self._dock(title, widget, area)
            for title, widget, area in (
                ("Layers", self.layers, left),
                ("Classes", self.legend, left),
                ("Pins", self.pins, left),
                ("Inspector", self.inspector, right),
                ("Filmstrip", self.filmstrip, below),
            )
        }
        self.setCorner(Qt.Corner.BottomLeftCorner, left)
        self.setCorner(Qt.Corner.BottomRightCorner, right)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.setAcceptDrops(True)
        self._default_geometry()
        self._default_state = self.saveState()

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _default_geometry(self) -> None:
        self.resize(1280, 800)
        docks = self.docks
        self.resizeDocks([docks["Classes"], docks["Inspector"]], [196, 316], Qt.Orientation.Horizontal)
        self.resizeDocks([docks["Layers"], docks["Classes"], docks["Pins"]], [90, 330, 220], Qt.Orientation.Vertical)
        self.resizeDocks([docks["Filmstrip"]], [138], Qt.Orientation.Vertical)

    def _connect(self) -> None:
        self.canvas.hovered.connect(self.prober.hover)
        self.canvas.looked.connect(self._look)
        self.layers.changed.connect(self._set_layer)
        self.legend.toggled.connect(self._toggle_class)
        self.legend.isolated.connect(self._isolate_class)
        self.legend.all_wanted.connect(self._show_all_classes)
        self.inspector.typed.connect(self.prober.go_to)
        self.inspector.pin_wanted.connect(self.pin_probe)
        self.inspector.picture_wanted.connect(self.open_picture)
        self.inspector.export_wanted.connect(self.exporter.picture)
        self.inspector.neighbours.chosen.connect(self._go_to_image)
        pins = self.pins.list
        pins.renamed.connect(self._rename_pin)
        pins.delete_wanted.connect(self._delete_pin)
        pins.gone_to.connect(self._go_to_pin)
        pins.path_wanted.connect(self._path_between)
        self.filmstrip.route_chosen.connect(self.draw)
        self.filmstrip.clear_wanted.connect(self.clear_route)
        self.filmstrip.export_wanted.connect(self.exporter.filmstrip)
        self.filmstrip.strip.probe_wanted.connect(self._probe_frame)
        self.filmstrip.strip.open_wanted.connect(self._open_frame)
        self.filmstrip.strip.export_wanted.connect(self.exporter.frame)

    # -- bundles

    def open(self, folder: Path) -> None:
        """Open a bundle; a broken one is refused with its reason, and what was open stays."""
        try:
            bundle = open_bundle(folder)
        except UserError as error:
            self.banner.say(f"{folder.name} was not opened: {error}")
            return
        self.feed.paused = True
        self._opening = self.link.client.open(str(folder)), bundle
        self.status.say(f"Opening {bundle.name}…")
        if self.session is None:
            self._adopt(bundle)  # the map is there before the engine is

    def _adopt(self, bundle: OpenBundle) -> None:
        self._pin_pictures.clear()
        self.session = Session(bundle)
        self.session.changed.connect(self._session_changed)
        self.setWindowTitle(f"{bundle.name} – Latent Explorer")
        self.feed.open(bundle.chart)
        self.tiles.forget()
        self.tiles.invert = self._inverts()
        self.points.set_points(bundle, frozenset(), self.theme)
        self.legend.set_bundle(bundle, self.theme, frozenset())
        self.inspector.set_bundle(bundle, self.theme)
        self.pins.show_pins((), {})
        self.film.open(bundle)
        self.prober.open(bundle)
        self.canvas.set_marks(replace(self.canvas.marks, pins=(), draft=None, neighbours=None))
        self.canvas.set_home(Region.around(bundle.home))
        self.canvas.refresh()
        self._session_changed(State(), self.session.state)

    def _opened(self, reply: Opened) -> None:
        self.status.device = f"{reply.device}, {reply.kernel}"
        if self._opening is None or reply.number != self._opening[0]:
            return  # an engine that was started again
        bundle, self._opening = self._opening[1], None
        if self.session is None or self.session.bundle is not bundle:
            self._adopt(bundle)
        self.banner.hide()
        self.settings.remember_bundle(bundle.folder)
        self.status.say(f"{bundle.name}: {len(bundle.latents):,} images")
        self._resume()

    def _refused(self, reply: Refused) -> None:
        if self._opening is None or reply.number != self._opening[0]:
            return  # a hover or batch of no consequence; the engine's log has it
        bundle, self._opening = self._opening[1], None
        self.banner.say(f"{bundle.name} was not opened: {reply.reason}")
        self._resume()

    @property
    def ready(self) -> bool:
        """Whether a bundle is open and the engine has it too."""
        return self.session is not None and self._opening is None and not self.feed.paused

    def _resume(self) -> None:
        """Ask for all that the view wants; opening a bundle has dropped it."""
        self.feed.paused = False
        self._look()
        self.film.ask()
        self._ask_pin_pictures()
        self.prober.again()

    # -- what the engine says

    def take(self, event: Event) -> None:
        """Hand an event of the engine to whom it concerns."""
        match event:
            case EngineLost(again=True):
                self.status.say("The engine stopped and was started again; nothing is lost.")
            case EngineLost():
                self.banner.say("The engine stops again and again. Choose Help ▸ Restart the engine, or see the log.")
            case Answer(topic="tiles", pictures=pictures) if pictures is not None:
                key, forgotten = self.feed.take(event)
                self.tiles.forget(forgotten)
                self.canvas.show_tile(key)
            case Answer(topic="film"):
                self.film.take(event)
            case Answer(topic="pins", key=key, pictures=pictures) if pictures is not None:
                self._pin_pictures[key] = to_qimage(pictures[0])  # type: ignore[index]
                self._show_pins()
            case Answer(topic="export"):
                self.exporter.take(event)
            case Answer(reply=Picture() as picture):
                self.prober.take_picture(picture)
            case Answer(reply=Place() as place):
                self.prober.take_place(place)
            case Answer(reply=Opened() as opened):
                self._opened(opened)
            case Answer(reply=Refused() as refused):
                self._refused(refused)

    # -- the session

    def _session_changed(self, old: State, new: State) -> None:
        assert self.session is not None
        if old.pins != new.pins:
            self._ask_pin_pictures()
            self._show_pins()
        if old.route != new.route:
            self.film.show(new.route)
        if old.hidden != new.hidden:
            self.points.set_points(self.session.bundle, new.hidden, self.theme)
            self.legend.show_hidden(new.hidden)
            self.canvas.refresh()
        self.actions_by_text["Undo"].setEnabled(self.session.can_undo)
        self.actions_by_text["Redo"].setEnabled(self.session.can_redo)

    def _show_pins(self) -> None:
        assert self.session is not None
        pins, chart = self.session.state.pins, self.session.bundle.chart
        places = tuple((pin.name, _pair(chart.to_plane(pin.latent))) for pin in pins)
        self.canvas.set_marks(replace(self.canvas.marks, pins=places))
        self.pins.show_pins(pins, self._pin_pictures)

    def _ask_pin_pictures(self) -> None:
        assert self.session is not None
        new = dict.fromkeys(pin.z for pin in self.session.state.pins if pin.z not in self._pin_pictures)
        self.link.client.wish("pins", [Want(z, np.array([z], np.float32)) for z in new])

    def pin_probe(self) -> None:
        """Pin the place that is probed."""
        if self.session is not None and self.prober.probe is not None:
            self.session.pin(self.prober.probe.z)

    def draw(self, route: Route) -> None:
        """Set the route."""
        if self.session is not None:
            self.session.draw(route)

    def clear_route(self) -> None:
        """Take the route away."""
        if self.session is not None:
            self.session.draw(None)

    def undo(self) -> None:
        """Go back to before the last change of pins or route."""
        if self.session is not None:
            self.session.undo()

    def redo(self) -> None:
        """Take back the last undo."""
        if self.session is not None:
            self.session.redo()

    # -- what tools do

    def _snap(self, at: QPointF) -> Plane:
        pin = self._pin_at(at)
        if pin is not None:
            return self.canvas.marks.pins[pin][1]
        nearest = self.points.nearest(self.canvas.view, at.x(), at.y(), _DATA_REACH)
        return self.canvas.view.to_plane(at.x(), at.y()) if nearest is None else _pair(nearest)

    def _pin_at(self, at: QPointF) -> int | None:
        if not self.canvas.marks.pins:
            return None
        places = self.canvas.view.to_screen(np.array([uv for _, uv in self.canvas.marks.pins]))
        distances = np.hypot(*(places - (at.x(), at.y())).T)
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= _PIN_REACH else None

    def _add_pin(self, uv: Plane) -> None:
        if self.session is not None:
            self.session.pin(self.session.bundle.chart.to_latent(uv))

    def _drag_pin(self, index: int, uv: Plane) -> None:
        """The pin follows the pointer; the session learns of it when it is dropped."""
        places = list(self.canvas.marks.pins)
        places[index] = places[index][0], uv
        self.canvas.set_marks(replace(self.canvas.marks, pins=tuple(places)))

    def _drop_pin(self, index: int, uv: Plane) -> None:
        if self.session is not None:
            self.session.move_pin(index, self.session.bundle.chart.to_latent(uv))

    def _show_draft(self, start: Plane | None, end: Plane | None) -> None:
        draft = None if start is None or end is None else (start, end)
        self.canvas.set_marks(replace(self.canvas.marks, draft=draft))

    def _draw_route(self, start: Plane, end: Plane) -> None:
        if self.session is not None and start != end:
            latents = self.session.bundle.chart.to_latent([start, end]).tolist()
            self.session.draw(self.filmstrip.choices(tuple(latents[0]), tuple(latents[1])))

    def take_tool(self, name: str) -> None:
        """Take another tool in hand."""
        self.canvas.take_tool(self.tools[name])
        self.canvas.setFocus()

    # -- what panels do

    def _toggle_class(self, label: int) -> None:
        if self.session is not None:
            self.session.toggle_class(label)

    def _isolate_class(self, label: int) -> None:
        if self.session is not None:
            self.session.isolate_class(label)

    def _show_all_classes(self) -> None:
        if self.session is not None:
            self.session.hide(frozenset())

    def _rename_pin(self, index: int, name: str) -> None:
        assert self.session is not None
        try:
            self.session.rename_pin(index, name)
        except UserError as error:
            self.status.say(str(error))
            self._show_pins()

    def _delete_pin(self, index: int) -> None:
        assert self.session is not None
        self.session.delete_pin(index)

    def _pin(self, index: int) -> Pin:
        assert self.session is not None
        return self.session.state.pins[index]

    def _go_to_pin(self, index: int) -> None:
        self.prober.go_to(self._pin(index).latent)

    def _path_between(self, first: int, second: int) -> None:
        self.draw(self.filmstrip.choices(self._pin(first).z, self._pin(second).z))

    def _go_to_image(self, index: int) -> None:
        assert self.session is not None
        self.prober.go_to(self.session.bundle.latents.mean[index])

    def _probe_frame(self, index: int) -> None:
        self.prober.go_to(self.film.latents[index])

    def _set_layer(self, name: str, visible: bool, opacity: float) -> None:
        layer: TileLayer | PointLayer = self.tiles if name == "Pictures" else self.points
        layer.visible, layer.opacity = visible, opacity
        self.canvas.refresh()

    def open_picture(self) -> None:
        """Open the probed picture in a window of its own."""
        probe = self.prober.probe
        if probe is not None and probe.picture is not None:
            self._open_picture(to_qimage(probe.picture), probe.z)

    def _open_frame(self, index: int) -> None:
        self._open_picture(to_qimage(self.filmstrip.frames[index]), self.film.latents[index])

    def _open_picture(self, image: QImage, z: NDArray[np.float32]) -> None:
        """Show a picture, large, in a window that stays as it is."""
        shown = QWidget(self, Qt.WindowType.Window)
        shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown.setWindowTitle("Picture at " + ", ".join(f"{value:.3f}" for value in z))
        view = PictureView()
        view.show_image(image)
        layout = QVBoxLayout(shown)
        layout.addWidget(view)
        shown.resize(460, 460)
        shown.show()

    def restart_engine(self) -> None:
        """End the engine; it is started again, and what was wanted is asked again."""
        self.link.client.restart()

    # -- the view

    def _look(self) -> None:
        """Want the tiles of the view, from the pointer outward."""
        self.feed.look(self.canvas.view, self.canvas.marks.probe)
        self.canvas.keys = self.feed.keys

    def choose_theme(self, name: str) -> None:
        """ "light", "dark", or "system" for whatever the system asks for."""
        self.settings.theme = name
        self.dress({"light": themes.LIGHT, "dark": themes.DARK}.get(name) or themes.system_theme())

    def dress(self, theme: themes.Theme) -> None:
        """Take the colours of a theme."""
        self.theme = self.canvas.theme = theme
        themes.apply(theme)
        self.banner.dress(theme)
        self.tiles.invert = self._inverts()
        self.tiles.forget()
        if self.session is not None:
            bundle, hidden = self.session.bundle, self.session.state.hidden
            self.points.set_points(bundle, hidden, theme)
            self.legend.set_bundle(bundle, theme, hidden)
            self.inspector.set_bundle(bundle, theme)
        self.canvas.refresh()

    def _inverts(self) -> bool:
        """Grey pictures are drawn in ink on a light map."""
        grey = self.session is not None and self.session.bundle.config.net.image_shape[2] == 1
        return grey and not self.theme.dark

    def toggle_loupe(self) -> None:
        """Show or hide the picture beside the pointer."""
        self.prober.loupe = not self.prober.loupe
        self.canvas.set_probe(self.canvas.marks.probe, None)

    def reset_layout(self) -> None:
        """Put all panels back where they were at first."""
        self.restoreState(self._default_state)
        self._default_geometry()

    def _restore_layout(self) -> None:
        geometry, state = self.settings.layout()
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        if not state.isEmpty():
            self.restoreState(state)

    def quit(self) -> None:
        """Close the window, and with it the program."""
        self.close()

    # -- events

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and _dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        folder = None if event is None else _dropped_folder(event)
        if folder is not None:
            self.open(folder)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.filmstrip.stop()
        self.settings.remember_layout(self.saveGeometry(), self.saveState())
        self.settings.save()
        self.status.stop()
        self.link.close()
        super().closeEvent(event)


def _pair(uv: "np.ndarray[tuple[int, ...], np.dtype[np.floating]]") -> Plane:
    u, v = uv.tolist()
    return u, v


def _dropped_folder(event: QDropEvent) -> Path | None:
    """The bundle's folder that is being dropped: itself, or a file in it."""
    mime = event.mimeData()
    paths = [Path(url.toLocalFile()) for url in mime.urls()] if mime is not None and mime.hasUrls() else []
    for path in paths:
        folder = path if path.is_dir() else path.parent
        if path.exists():
            return folder
    return None
