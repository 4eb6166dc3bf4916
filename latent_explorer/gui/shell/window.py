"""The main window: a map that fills it, panels around, and the session they all show."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QCloseEvent, QColor, QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from latent_explorer.atlas import Region
from latent_explorer.engine.process import Engine, ProcessEngine
from latent_explorer.gui import theme as themes
from latent_explorer.gui.exports.exporter import Exporter
from latent_explorer.gui.layers.field_layers import FieldLayers
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.feed import FIELD, AtlasFeed
from latent_explorer.gui.pane.gestures import Gestures
from latent_explorer.gui.pane.link import EngineLink
from latent_explorer.gui.pane.opening import Opener, dropped_folder
from latent_explorer.gui.pane.path_frames import Film
from latent_explorer.gui.pane.pinboard import Pinboard
from latent_explorer.gui.pane.prober import Prober
from latent_explorer.gui.pane.replies import Replies
from latent_explorer.gui.pane.selecting import Selecting
from latent_explorer.gui.pane.shipped import shipped_tiles
from latent_explorer.gui.pane.snapshot_navigator import Voyage
from latent_explorer.gui.pane.sorter import Sorter
from latent_explorer.gui.pane.thumbnails import Thumbnails
from latent_explorer.gui.pane.tile_store import TileStore
from latent_explorer.gui.pane.tools import PathTool, ProbeTool, Tool
from latent_explorer.gui.panels.filmstrip import Filmstrip
from latent_explorer.gui.panels.inspector import Inspector
from latent_explorer.gui.panels.layer_memory import LayerMemory
from latent_explorer.gui.panels.legend import LayerPanel, Legend
from latent_explorer.gui.panels.pins import PinPanel
from latent_explorer.gui.panels.point_look import PointLook
from latent_explorer.gui.panels.selection import SelectionPanel
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.docks import Docks
from latent_explorer.gui.shell.menus import tool_bar, window_menus
from latent_explorer.gui.shell.picture_menu import use_settings
from latent_explorer.gui.shell.status import StatusLine
from latent_explorer.gui.shell.wiring import wire
from latent_explorer.gui.training.filming import Filming
from latent_explorer.gui.training.guide import Guide
from latent_explorer.gui.training.leaving import Leaving
from latent_explorer.gui.training.panel import TrainingPanel
from latent_explorer.gui.training.trainer import StartTrainer, Trainer, start_trainer
from latent_explorer.gui.widgets.banner import Banner
from latent_explorer.gui.widgets.picture_view import open_picture_window
from latent_explorer.places import tile_folder, trained_folder
from latent_explorer.session import OpenBundle, Route, Session, State


class MainWindow(QMainWindow):
    """Shows one session at a time and speaks with one engine."""

    def __init__(
        self,
        settings: Settings,
        start_engine: Callable[[], Engine] = ProcessEngine,
        start_trainer: StartTrainer = start_trainer,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.session: Session | None = None
        self.theme = themes.DARK
        self._kept: dict[str, State] = {}  # of bundles shown before, by their seal
        self.link = EngineLink(start_engine)
        self.trainer = Trainer(self, trained_folder(), start_trainer)
        self._make_panels()
        self._make_controllers()
        self._lay_out()
        wire(self)
        self.replies = Replies(self)
        self.actions_by_text = window_menus(self)
        self.addToolBar(tool_bar(self))
        self.take_tool("Probe")
        themes.on_system_change(self._follow_system)
        self.choose_theme(settings.theme)
        use_settings(self)
        LayerMemory(self.layers, settings)
        self.docks.restore(settings)

    # -- construction

    def _make_panels(self) -> None:
        self.store = TileStore(tile_folder())
        self.feed = AtlasFeed(self.link.client, self.store)
        self.sorter = Sorter()
        self.tiles, self.points = TileLayer(self.feed.cache), PointLayer(self.sorter)
        self.canvas = MapCanvas(self.tiles, self.points)
        self.banner = Banner()
        self.inspector = Inspector()
        self.filmstrip = Filmstrip()
        self.legend = Legend()
        self.pins = PinPanel()
        self.fields = FieldLayers(self.link.client, self.store, self.canvas, self.inspector.values)
        self.selection = SelectionPanel()
        self.training = TrainingPanel(self.trainer)
        self.layers = LayerPanel({"Pictures": (True, self.tiles.opacity), "Points": (True, self.points.opacity)})
        self.point_look = PointLook(self)
        for title, layer in self.fields.by_title.items():
            self.layers.add(title, layer.visible, layer.opacity, layer.field.sentence)

    def _make_controllers(self) -> None:
        self.prober = Prober(self.link.client, self.feed, self.canvas, self.inspector)
        self.film = Film(self.link.client, self.canvas, self.filmstrip)
        self.status = StatusLine(self)
        self.thumbnails = Thumbnails(self)
        self.exporter = Exporter(self)
        self.opener = Opener(self)
        self.voyage = Voyage(self)
        self.guide = Guide(self)
        self.leaving, self.filming = Leaving(self), Filming(self)
        self.pinboard = Pinboard(self)
        self.selecting = Selecting(self)
        gestures = Gestures(self)
        self.tools: dict[str, Tool] = {
            "Probe": ProbeTool(gestures),
            "Path": PathTool(gestures),
            "Select": self.selecting.tool,
        }

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.canvas, 1)
        self.setCentralWidget(middle)
        panels = {
            "Layers": self.layers,
            "Classes": self.legend,
            "Pins": self.pins,
            "Inspector": self.inspector,
            "Selection": self.selection,
            "Training": self.training,
            "Filmstrip": self.filmstrip,
        }
        self.docks = Docks(self, panels)
        self.setAcceptDrops(True)

    # -- bundles

    def open(self, folder: Path) -> None:
        """Open the bundle in a folder; a broken one is refused with its reason, and what was open stays."""
        self.opener.open(folder)

    @property
    def ready(self) -> bool:
        """Whether a bundle is shown and the engine has it too."""
        return self.session is not None and self.opener.idle and not self.feed.paused

    def show_bundle(self, bundle: OpenBundle) -> None:
        """Begin a session on a bundle, with the pins and path that it had when it was last shown."""
        if self.session is not None:
            self._kept[self.session.bundle.seal] = self.session.state
        self.session = Session(bundle, self._kept.get(bundle.seal))
        self.session.changed.connect(self._session_changed)
        self.setWindowTitle(f"{bundle.name} – Latent Explorer")
        self.feed.open(bundle.chart, shipped_tiles(bundle, FIELD))
        self.fields.open(bundle)
        self.layers.enable("Class regions", bool(bundle.class_names))
        for title in ("Consistency", "Error"):
            self.layers.enable(title, bundle.config.family.encodes)
        if bundle.config.moment is None:
            self.store.open(bundle)
        else:
            self.store.leave()
        self.canvas.set_marks(replace(self.canvas.marks, draft=None, neighbours=None, caption=""))
        self.dress(self.theme)
        self.film.open(bundle)
        self.prober.open(bundle)
        self.pinboard.open()
        self.selecting.open()
        self.thumbnails.open(bundle)
        self.canvas.set_home(Region.around(bundle.home))
        self._session_changed(State(), self.session.state)

    def exchange(self, bundle: OpenBundle) -> None:
        """Go on with another moment of the run that is shown: pins, route, selection and view stay."""
        assert self.session is not None
        self.session.exchange(bundle)
        self.setWindowTitle(f"{bundle.name} – Latent Explorer")
        self.feed.renew(bundle.chart)
        self.fields.renew(bundle)
        self.prober.exchange(bundle)
        self.film.exchange(bundle)
        self.pinboard.open()
        self.inspector.set_bundle(bundle, self.theme)
        self.voyage.arrive(bundle)

    def ask_again(self) -> None:
        """Ask for all that the window wants; opening a bundle has dropped it."""
        self.feed.paused = False
        self.look()
        if self.session is not None:
            self.film.ask()
            self.pinboard.ask()
            self.selecting.ask()
            self.thumbnails.again()
            self.prober.again()
            self.guide.ask()

    def restart_engine(self) -> None:
        """End the engine; it is started again, and what was wanted is asked again."""
        self.banner.hide()
        self.link.client.restart()

    # -- the session

    def _session_changed(self, old: State, new: State) -> None:
        assert self.session is not None
        if old.pins != new.pins:
            self.pinboard.show()
        if old.route != new.route:
            self.film.show(new.route)
        if old.hidden != new.hidden:
            self.points.set_points(self.session.bundle, new.hidden, self.theme)
            self.legend.show_hidden(new.hidden)
            self.canvas.refresh()
        if old.selection is not new.selection:
            self.selecting.show(new.selection)
            self.selecting.bring_forward(new.selection)
        self.thumbnails.look()
        self.actions_by_text["Clear selection"].setEnabled(new.selection is not None)
        self.actions_by_text["Undo"].setEnabled(self.session.can_undo)
        self.actions_by_text["Redo"].setEnabled(self.session.can_redo)

    def undo(self) -> None:
        """Go back to before the last change of pins or route."""
        if self.session is not None:
            self.session.undo()

    def redo(self) -> None:
        """Take back the last undo."""
        if self.session is not None:
            self.session.redo()

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

    def toggle_class(self, label: int) -> None:
        """Show or hide a class."""
        if self.session is not None:
            self.session.toggle_class(label)

    def isolate_class(self, label: int) -> None:
        """Show one class alone, or all again."""
        if self.session is not None:
            self.session.isolate_class(label)

    def show_all_classes(self) -> None:
        """Hide no class."""
        if self.session is not None:
            self.session.hide(frozenset())

    # -- places and pictures

    def take_tool(self, name: str) -> None:
        """Take another tool in hand."""
        self.canvas.take_tool(self.tools[name])
        self.canvas.setFocus()

    def open_picture(self) -> None:
        """Open the probed picture in a window of its own."""
        probe = self.prober.probe
        if probe is not None and probe.picture is not None:
            self._open_picture(probe.picture, probe.z)

    def open_frame(self, index: int) -> None:
        """Open a picture of the filmstrip in a window of its own."""
        self._open_picture(self.filmstrip.frames[index], self.film.latents[index])

    def _open_picture(self, picture: NDArray[np.uint8], z: NDArray[np.float32]) -> None:
        open_picture_window(self, picture, "Picture at " + ", ".join(f"{value:.3f}" for value in z))

    def probe_frame(self, index: int) -> None:
        """Probe the place of a picture of the filmstrip."""
        self.prober.go_to(self.film.latents[index])

    def go_to_image(self, index: int) -> None:
        """Probe the place of an image of the data."""
        assert self.session is not None
        self.prober.go_to(self.session.bundle.latents.mean[index])

    # -- the view

    def look(self) -> None:
        """Want the tiles of the view, from the pointer outward."""
        self.feed.look(self.canvas.view, self.canvas.marks.probe)
        self.fields.look(asking=not self.feed.paused)
        self.thumbnails.look()

    def set_layer(self, name: str, visible: bool, opacity: float) -> None:
        """Show or hide a layer, and how strong."""
        if name in self.fields.by_title:
            self.fields.set_layer(name, visible, opacity)
            return
        layer: TileLayer | PointLayer = self.tiles if name == "Pictures" else self.points
        layer.visible, layer.opacity = visible, opacity
        self.canvas.refresh()

    def toggle_loupe(self) -> None:
        """Show or hide the picture beside the pointer."""
        self.prober.loupe = not self.prober.loupe
        self.canvas.set_probe(self.canvas.marks.probe, None)

    def choose_theme(self, name: str) -> None:
        """ "light", "dark", or "system" for whatever the system asks for."""
        self.settings.theme = name
        theme = {"light": themes.LIGHT, "dark": themes.DARK}.get(name) or themes.system_theme()
        themes.apply(theme)
        self.dress(theme)

    def _follow_system(self) -> None:
        """The system has changed between light and dark."""
        if self.settings.theme == "system":
            self.choose_theme("system")

    def dress(self, theme: themes.Theme) -> None:
        """Show everything in the colours of a theme."""
        self.theme = self.canvas.theme = theme
        self.banner.dress(theme)
        self.fields.dress(theme)
        self.training.dress(theme)
        if self.session is not None:
            bundle, hidden = self.session.bundle, self.session.state.hidden
            grey = bundle.config.net.image_shape[2] == 1
            self.tiles.dress(QColor(theme.map), invert=grey and not theme.dark)  # ink on paper
            self.thumbnails.layer.invert = self.tiles.invert
            self.guide.ask()
            self.points.set_points(bundle, hidden, theme)
            self.legend.set_bundle(bundle, theme, hidden)
            self.inspector.set_bundle(bundle, theme)
            self.selection.set_classes(bundle, theme)
        self.canvas.refresh()

    # -- events

    def quit(self) -> None:
        """Close the window, and with it the program."""
        self.close()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        folder = None if event is None else dropped_folder(event)
        if folder is not None:
            self.open(folder)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if event is not None and not self.leaving.may_close():
            event.ignore()
            return
        self.filmstrip.stop()
        self.docks.remember(self.settings)
        self.settings.save()
        self.status.stop()
        self.prober.stop()
        self.voyage.close()
        self.trainer.close()
        self.training.end()
        self.store.close()
        self.sorter.close()
        self.link.close()
        super().closeEvent(event)
