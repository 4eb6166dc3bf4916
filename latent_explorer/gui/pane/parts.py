"""The parts of a map pane: canvas and layers, panels, and the controllers between them."""

from collections.abc import Callable

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.engine.client import EngineClient
from latent_explorer.engine.process import Engine
from latent_explorer.gui.layers.linked import Linked
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.registry import more_layers
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.attaching import Attaching
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.charting import Charting
from latent_explorer.gui.pane.class_pictures import EachClass
from latent_explorer.gui.pane.copying import Copying
from latent_explorer.gui.pane.gallery import Gallery
from latent_explorer.gui.pane.gestures import Gestures, ProbeTool
from latent_explorer.gui.pane.image_cache import ImageCache
from latent_explorer.gui.pane.layer_stack import LayerStack
from latent_explorer.gui.pane.lens import Lens
from latent_explorer.gui.pane.map_trust import MapTrust
from latent_explorer.gui.pane.opening import Opener
from latent_explorer.gui.pane.overview import Overview
from latent_explorer.gui.pane.path_frames import PathFrames
from latent_explorer.gui.pane.path_tool import PathTool
from latent_explorer.gui.pane.pins_and_path import Pinboard
from latent_explorer.gui.pane.point_colourer import PointColourer
from latent_explorer.gui.pane.prober import Prober
from latent_explorer.gui.pane.selecting import Selecting
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.pane.snapshot_navigator import SnapshotNavigator
from latent_explorer.gui.pane.state_store import StateKeeper
from latent_explorer.gui.pane.thumbnails import Thumbnails
from latent_explorer.gui.pane.tile_feed import AtlasFeed, FieldLayers
from latent_explorer.gui.pane.tile_store import TileStore
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.gui.pane.translation_error import TranslationError
from latent_explorer.gui.pane.true_neighbours import TrueNeighbours
from latent_explorer.gui.pane.view_history import ViewHistory
from latent_explorer.gui.pane.waiting import Waiting
from latent_explorer.gui.panels.chart import ChartPanel
from latent_explorer.gui.panels.filmstrip import Filmstrip
from latent_explorer.gui.panels.inspector import Inspector
from latent_explorer.gui.panels.layers import LayerPanel
from latent_explorer.gui.panels.legend import Legend
from latent_explorer.gui.panels.pins import PinPanel
from latent_explorer.gui.panels.selection import SelectionPanel
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import filled, scrolled
from latent_explorer.gui.widgets.plain import PlainLabel
from latent_explorer.places import tile_folder
from latent_explorer.session import SessionStore


class PaneTitle(QFrame):
    """The title bar of a map, shown if there are several. close_wanted: its close button was pressed."""

    close_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.name = PlainLabel("No model is open")
        close = tool_button("×", "Close this map", self.close_wanted.emit)
        close.setAccessibleName("Close this map")
        filled(QHBoxLayout(self), self.name, close, margins=(8, 2, 2, 2)).setStretchFactor(self.name, 1)
        self.hide()

    def show_active(self, active: bool, theme: Theme) -> None:
        """Show whether the panels follow this pane."""
        line = theme.accent if active else theme.line
        weight = "600" if active else "400"
        self.setStyleSheet(
            f"PaneTitle {{ border-top: 3px solid {line}; }} QLabel {{ font-weight: {weight}; }} "
            "QToolButton { border: none; padding: 0px 6px; min-height: 0px; }"
        )


class PaneParts(QWidget):
    """Creates the parts of a pane and hands each what it uses. panels: its widgets for the docks, by title.

    arrived: an Answer or EngineLost from its engine, emitted into the GUI thread.
    """

    arrived = pyqtSignal(object)

    def __init__(self, shared: Shared, start_engine: Callable[[], Engine]) -> None:
        super().__init__()
        self.shared, self.theme = shared, DARK
        self.client = EngineClient(self.arrived.emit, start_engine)
        self.arrived.connect(self.client.dispatch)
        self._make_map()
        self._make_panels()
        self._make_controllers()
        self._lay_out()

    @property
    def plot(self) -> MapCanvas:
        """The map as a pyqtgraph PlotWidget: `plot.addItem(item)` draws an item in plane coordinates."""
        return self.canvas

    def _make_map(self) -> None:
        self.store = TileStore(tile_folder())
        self.feed = AtlasFeed(self.client, self.store)
        self.sorter = LatestTask("point sorter")
        self.tiles, self.points = TileLayer(self.feed.cache), PointLayer(self.sorter)
        self.points.pictures = self.tiles
        self.canvas = MapCanvas(self.tiles, self.points)
        self.fields = FieldLayers(self.client, self.store, self.canvas)

    def _make_panels(self) -> None:
        self.inspector, self.filmstrip, self.legend = Inspector(), Filmstrip(), Legend()
        self.pins, self.selection, self.layer_panel = PinPanel(), SelectionPanel(), LayerPanel()
        self.chart_panel = ChartPanel()
        self.panels: dict[str, QWidget] = {
            "Layers": self.layer_panel,
            "Classes": self.legend,
            "Pins": self.pins,
            "Inspector": scrolled(self.inspector),
            "Selection": scrolled(self.selection),
            "Chart": scrolled(self.chart_panel),
            "Filmstrip": self.filmstrip,
        }

    def _make_controllers(self) -> None:
        client, canvas, points, shared = self.client, self.canvas, self.points, self.shared
        self.waiting = Waiting(client, self._waits)
        self.prober = Prober(client, self.feed, canvas, self.inspector)
        self.each_class = EachClass(client, self.prober, self.inspector.classes)
        self.path_frames = PathFrames(client, canvas, self.filmstrip)
        self.thumbnails = Thumbnails(client, canvas, points, self.feed, shared)
        canvas.above += more_layers()
        self.colourer = PointColourer(client, points, shared.settings, shared.say)
        self.map_trust = MapTrust(client, self.chart_panel.trust)
        self.true_neighbours = TrueNeighbours(client, canvas, points, self.colourer)
        self.layers = LayerStack(canvas, self.layer_panel, self.inspector.values, shared.say, self.colourer)
        self.layers.list(shared.settings)
        self.linked = Linked()
        self.layers.link(self.linked)
        self.translation_error = TranslationError(client, self.linked, self.fields)
        self.keeper = StateKeeper(SessionStore(shared.settings.sessions), shared.say)
        self.history, self.overview = ViewHistory(canvas), Overview(canvas, points, shared.settings)
        self.gallery = Gallery(client, self)
        self.copying = Copying(canvas, self.prober, shared)
        self.images = ImageCache(client)
        self.opener, self.charting = Opener(client, shared), Charting(shared)
        self.attaching = Attaching(client, shared, self, self._ask_for_images, self._note_images)
        self.navigator = SnapshotNavigator(canvas, points, self.tiles, self.feed, shared.say)
        self.pinboard = Pinboard(client, canvas, self.pins, self.prober, self.filmstrip, shared)
        self.selecting = Selecting(client, canvas, points, self.selection, shared)
        self.lens = Lens(client, canvas, points)
        self.prober.through = self.lens.latent_at
        choose = self.prober.choose
        self._gestures = Gestures(canvas, points, self.pinboard, self.path_frames, choose, shared.say)
        self._gestures.through = self.lens.latent_at
        self.click_takers = self._gestures.takers
        self.tools: dict[str, Tool] = {
            "Probe": ProbeTool(self._gestures),
            "Path": PathTool(self._gestures),
            "Select": self.selecting.tool,
        }

    def _ask_for_images(self) -> None:
        """Called when the engine has other images."""

    def _note_images(self, note: str) -> None:
        """Show a description of the images, if they are not the originals."""
        self.gallery.note = self.selection.note = note

    def _waits(self) -> bool:
        """Whether a part waits for the engine to prepare the data."""
        probe = self.prober.probe
        return self.fields.missing > 0 or (probe is not None and probe.place is None)

    def _lay_out(self) -> None:
        self.title = PaneTitle()
        filled(QVBoxLayout(self), self.title, self.canvas, spacing=0).setStretchFactor(self.canvas, 1)
