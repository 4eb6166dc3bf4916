"""What a study is: a panel with its controller, its words, and what of a map it may use."""

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
    """What of a map pane a study may use.

    parent: the widget that dialogs belong to. menus: at a place; they can be given more entries. take_tool: takes one
    of its tools in hand, by name. clicks: of the Probe tool, as of `Gestures.takers`. look: wants anew what the map
    shows. renew_menus: has ticks and undo be asked anew.
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
    """One study of one map. A subclass makes the panel; all else may stay as it is.

    uses: of its map. session: what is open; None before anything is. tools: what a person may take in hand for it, by
    their names.
    """

    def __init__(self, uses: StudyUses, panel: QWidget) -> None:
        super().__init__(panel)
        self.uses, self.panel = uses, panel
        self.session: Session | None = None
        self.tools: dict[str, Tool] = {}

    def open(self, session: Session) -> None:
        """Another bundle is open; what was found out about the one before does not hold."""
        self.session = session

    def exchange(self, bundle: OpenBundle) -> None:
        """The same images are seen through another chart, or decoded by another moment of the run."""

    def show_change(self, old: State, new: State) -> None:
        """The session's state is another."""

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme, those of the classes included."""

    def again(self) -> None:
        """Ask the engine once more for what is wanted: it has started, has opened what is shown, or has images."""

    def stop(self) -> None:
        """End what is under way: the map is being closed."""

    @property
    def work(self) -> Iterator[Work]:
        """What is under way, for the status bar."""
        yield from ()


@dataclass(frozen=True)
class StudySpec:
    """A study's entry: its words, of which menu and dock are made, and what makes it.

    name: in settings and files. title: of dock and menu. sentence: what it answers, for a student. make: makes it when
    its panel is shown first; it imports what it needs then, so that no launch waits. key: its shortcut. lacks: what a
    bundle lacks for it, in words; empty where nothing is missing. begins: whether a state holds something of it, so
    that it is made without being shown.
    """

    name: str
    title: str
    sentence: str
    make: Callable[[StudyUses], Study]
    key: str = ""
    lacks: Callable[[OpenBundle], str] = lambda _: ""
    begins: Callable[[State], bool] = lambda _: False
