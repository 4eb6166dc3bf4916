"""When two maps are linked: as long as both have a bundle, unless a person does not want it; and what then travels."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.gui.alignment.anchor_store import AlignmentKeeper
from latent_explorer.gui.alignment.compare import ComparePanel
from latent_explorer.gui.alignment.hovering import NOT_LINKED, ONE_MAP, Hovering
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.overlay import Overlay
from latent_explorer.gui.alignment.paths import PathCrossing, translated_route
from latent_explorer.gui.alignment.selection_transfer import Travelling
from latent_explorer.gui.alignment.views import ViewFollower
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.session import OpenBundle, Route, SessionStore
from latent_explorer.session.alignment import Alignment, AlignmentState

TRAVELS = {
    "pointer": ("Pointer", "Mark on one map where the other's pointer is taken to, and compare"),
    "selection": ("Selection", "Select on one map what is selected on the other"),
    "classes": ("Hidden classes", "Hide on one map the classes hidden on the other, where their names are the same"),
    "paths": ("Paths", "Show a path drawn on one map on the other, and a second row in the filmstrip"),
    "view": ("Views follow", "Look on one map at where the other's view is taken to"),
}
"""What may travel from one map to the other, with title and tip."""

USUAL = frozenset(TRAVELS) - {"view"}


class Closable(Protocol):
    """What works for a link, and ends with it."""

    def close(self) -> None:
        """Let go of both maps; it is not used afterwards."""


class Linking(QObject):
    """Makes and closes the link between the two maps of a window.

    link: the one there is, or None. on: whether maps are linked. travels: what goes from one to the other, of
    `TRAVELS`. hovering: what is under the pointer, while there is a link. changed: there is another link, or none.
    chosen: `on` or `travels` is another. panel: which compares.
    The anchors between the images of two bundles are kept as long as the window is, whether the maps are linked or not.
    """

    changed = pyqtSignal()
    chosen = pyqtSignal()

    def __init__(self, store: SessionStore, say: Callable[[str], None]) -> None:
        super().__init__()
        self.link: Link | None = None
        self.on, self.travels = True, USUAL
        self.panel = ComparePanel()
        self._say, self.keeper = say, AlignmentKeeper(store, say)
        self._panes: list[MapPane] = []
        self._parts: list[Closable] = []  # what works for the link
        self.hovering: Hovering | None = None
        self._turns: dict[str, Callable[[bool], object]] = {}  # by what travels
        self._closing = False
        self._explain()

    def look(self, panes: Sequence[MapPane]) -> None:
        """These are the maps there are; what is open in them may be another than before."""
        if self._closing:
            return  # a map that loses its overlay tells that it has changed
        self._panes = list(panes)
        pair = [pane for pane in panes if pane.bundle is not None] if self.on else []
        if self.link is not None and (len(pair) < 2 or [self.link.source, self.link.target] != pair[:2]):
            self.close()
        if self.link is None and len(pair) == 2:
            self._begin(Link(pair[0], pair[1], self.keeper))

    @property
    def possible(self) -> bool:
        """Whether there are two maps to be linked."""
        return len(self._panes) == 2

    def toggle(self) -> None:
        """Link the maps, or let each go its own way."""
        self.on = not self.on
        self.look(self._panes)
        self.chosen.emit()

    def toggle_travel(self, name: str) -> None:
        """Let something of `TRAVELS` go from one map to the other, or not."""
        self.let_travel(self.travels ^ {name})

    def let_travel(self, names: frozenset[str]) -> None:
        """Let these of `TRAVELS` go from one map to the other, and nothing else."""
        self.travels = names & frozenset(TRAVELS)
        self._turn()
        self.chosen.emit()

    def alignment_of(self, source: MapPane, target: MapPane) -> Alignment | None:
        """What ties two maps, linked or not; None unless both have a bundle."""
        if source.bundle is None or target.bundle is None:
            return None
        return self.keeper.take_up(source.bundle, target.bundle)

    def begin(self, source: OpenBundle, target: OpenBundle, state: AlignmentState) -> None:
        """Have two bundles tied so, with nothing to be undone, linked or not."""
        alignment = self.keeper.begin(source, target, state)
        if self.link is not None:
            self.link.begin(alignment)

    def route_for(self, pane: MapPane) -> Route | None:
        """The path of the other map, as one of this map's; None where there is none."""
        link = self.link
        return None if link is None else translated_route(link, 0 if pane is link.target else 1)

    def close(self) -> None:
        """End the link, and the process that it has."""
        self.keeper.write()
        if self.link is not None:
            link, self.link = self.link, None
            self._closing = True
            for part in self._parts:
                part.close()
            self._parts, self._turns, self.hovering, self._closing = [], {}, None, False
            self.changed.emit()
            link.close()
            link.deleteLater()
            self._explain()

    def _begin(self, link: Link) -> None:
        self.link = link
        link.said.connect(self._say)
        self.hovering = hovering = Hovering(link, self.panel)
        travelling, views = Travelling(link), ViewFollower(link)
        paths = PathCrossing(link, 0), PathCrossing(link, 1)

        def turn_paths(on: bool) -> None:
            for path in paths:
                path.turn(on)

        self._parts = [Overlay(link), hovering, travelling, views, *paths]
        self._turns = {
            "pointer": hovering.turn,
            "selection": travelling.turn_selection,
            "classes": travelling.turn_classes,
            "paths": turn_paths,
            "view": views.turn,
        }
        self._turn()
        self.changed.emit()

    def _turn(self) -> None:
        for name, turn in self._turns.items():
            turn(name in self.travels)

    def _explain(self) -> None:
        self.panel.clear()
        self.panel.explain(NOT_LINKED if self.possible and not self.on else ONE_MAP)
