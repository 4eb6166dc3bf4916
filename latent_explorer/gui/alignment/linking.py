"""Linking two maps while both have a bundle, unless switched off, and what is synchronised between them."""

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
"""What can be synchronised between the maps, with title and tooltip."""

USUAL = frozenset(TRAVELS) - {"view"}


class Closable(Protocol):
    """A part that exists as long as a link."""

    def close(self) -> None:
        """Disconnect from both maps for good."""


class Linking(QObject):
    """Creates and closes the link between the two maps of a window.

    link: the current one, or None. on: whether to link maps. travels: what is synchronised, of `TRAVELS`. hovering: of
    the current link. changed: the link has changed. chosen: `on` or `travels` has changed. panel: the Compare panel.
    Anchors are kept as long as the window is open, even if the maps are not linked.
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
        self._parts: list[Closable] = []  # the parts of the link
        self.hovering: Hovering | None = None
        self._turns: dict[str, Callable[[bool], object]] = {}  # switches of what is synchronised
        self._closing = False
        self._explain()

    def look(self, panes: Sequence[MapPane]) -> None:
        """Update the link for the current maps and their bundles."""
        if self._closing:
            return  # removing the overlay of a map emits its changed signal
        self._panes = list(panes)
        pair = [pane for pane in panes if pane.bundle is not None] if self.on else []
        if self.link is not None and (len(pair) < 2 or [self.link.source, self.link.target] != pair[:2]):
            self.close()
        if self.link is None and len(pair) == 2:
            self._begin(Link(pair[0], pair[1], self.keeper))

    @property
    def possible(self) -> bool:
        """Whether there are two maps to link."""
        return len(self._panes) == 2

    def toggle(self) -> None:
        """Switch linking on or off."""
        self.on = not self.on
        self.look(self._panes)
        self.chosen.emit()

    def toggle_travel(self, name: str) -> None:
        """Switch the synchronisation of an entry of `TRAVELS`."""
        self.let_travel(self.travels ^ {name})

    def let_travel(self, names: frozenset[str]) -> None:
        """Synchronise these entries of `TRAVELS` only."""
        self.travels = names & frozenset(TRAVELS)
        self._turn()
        self.chosen.emit()

    def alignment_of(self, source: MapPane, target: MapPane) -> Alignment | None:
        """The alignment of two maps, linked or not; None unless both have a bundle."""
        if source.bundle is None or target.bundle is None:
            return None
        return self.keeper.take_up(source.bundle, target.bundle)

    def begin(self, source: OpenBundle, target: OpenBundle, state: AlignmentState) -> None:
        """Set the alignment of two bundles, without undo, linked or not."""
        alignment = self.keeper.begin(source, target, state)
        if self.link is not None:
            self.link.begin(alignment)

    def route_for(self, pane: MapPane) -> Route | None:
        """The path of the other map translated to this one; None if there is none."""
        link = self.link
        return None if link is None else translated_route(link, 0 if pane is link.target else 1)

    def close(self) -> None:
        """Close the link and its process."""
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
