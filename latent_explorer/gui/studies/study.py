"""The base class of studies: a panel with its controller, its texts, and the parts of a map it can use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PyQt6.QtCore import QObject, QPointF
from PyQt6.QtWidgets import QWidget

from latent_explorer.engine.client import EngineClient
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.context_menus import ContextMenus
from latent_explorer.gui.pane.gallery import Gallery
from latent_explorer.gui.pane.image_cache import ImageCache
from latent_explorer.gui.pane.layer_stack import LayerStack
from latent_explorer.gui.pane.path_frames import PathFrames
from latent_explorer.gui.pane.pins_and_path import Pinboard
from latent_explorer.gui.pane.point_colourer import PointColourer
from latent_explorer.gui.pane.prober import Prober
from latent_explorer.gui.pane.selecting import Selecting
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.pane.tile_feed import FieldLayers
from latent_explorer.gui.pane.tools import Tool
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.session import OpenBundle, Session, State


@dataclass(frozen=True, eq=False)
class StudyUses:
    """The parts of a map pane that a study can use.

    parent: the parent of dialogs. menus: the context menus, which can get more entries. take_tool: makes a tool
    current, by name. clicks: handlers of clicks of the Probe tool, as in `Gestures.takers`. look: requests the contents
    of the map again. renew_menus: updates check marks and undo.
    """

    parent: QWidget
    client: EngineClient
    canvas: MapCanvas
    points: PointLayer
    prober: Prober
    selecting: Selecting
    gallery: Gallery
    images: ImageCache
    layers: LayerStack
    fields: FieldLayers
    colourer: PointColourer
    pinboard: Pinboard
    path_frames: PathFrames
    menus: ContextMenus
    shared: Shared
    take_tool: Callable[[str], None]
    clicks: list[Callable[[QPointF], bool]]
    look: Callable[[], None]
    renew_menus: Callable[[], None]


class Study(QObject):
    """A study of one map. Subclasses create the panel; everything else is optional.

    uses: the parts of its map. session: the current one; None before a bundle is open. tools: its tools by name.
    """

    def __init__(self, uses: StudyUses, panel: QWidget) -> None:
        super().__init__(panel)
        self.uses, self.panel = uses, panel
        self.session: Session | None = None
        self.tools: dict[str, Tool] = {}

    def open(self, session: Session) -> None:
        """Start with the session of another bundle; drop all results."""
        self.session = session

    def exchange(self, bundle: OpenBundle) -> None:
        """Follow a change of the chart or the snapshot with the same images."""

    def show_change(self, old: State, new: State) -> None:
        """Follow a change of the session's state."""

    def dress(self, theme: Theme) -> None:
        """Apply a theme, including class colours."""

    def again(self) -> None:
        """Make requests again: the engine has restarted, opened the bundle, or has images."""

    def stop(self) -> None:
        """Stop work in progress, as the map is closing."""

    @property
    def work(self) -> Iterator[Work]:
        """The work in progress, for the status bar."""
        yield from ()


@dataclass(frozen=True)
class StudySpec:
    """A study's entry: its texts for menu and dock, and its factory.

    name: in settings and files. title: of dock and menu. sentence: an explanation for students. make: creates it when
    its panel is first shown; imports happen there, to keep the launch fast. key: its shortcut. lacks: what a bundle
    lacks for it, as text; empty for nothing. begins: whether a state contains something of it, so that it is created
    without being shown.
    """

    name: str
    title: str
    sentence: str
    make: Callable[[StudyUses], Study]
    key: str = ""
    lacks: Callable[[OpenBundle], str] = lambda _: ""
    begins: Callable[[State], bool] = lambda _: False
