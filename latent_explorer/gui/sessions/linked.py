"""The link of two maps in a session: saving, and restoring once both maps are shown."""

from collections.abc import Sequence

from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.saved_map import show_layers
from latent_explorer.session.saved import Arrays, SavedSession
from latent_explorer.session.saved_alignment import SavedAlignment, anchors_of, fitting, saved_alignment


class SavedLink:
    """Saves and restores the link of the maps. linking: creates and removes the link."""

    def __init__(self, linking: Linking) -> None:
        self._linking = linking
        self._wanted: tuple[SavedSession, Arrays] | None = None
        self._travels = linking.travels

    def now(self, panes: Sequence[MapPane]) -> tuple[SavedAlignment | None, Arrays]:
        """The link of the maps in these panes, and the array that it refers to; None unless there are two."""
        if len(panes) != 2 or (alignment := self._linking.alignment_of(*panes)) is None:
            return None, {}
        travels = tuple(sorted(self._linking.travels))
        return saved_alignment(alignment.state, linked=self._linking.on, travels=travels)

    def expect(self, session: SavedSession, arrays: Arrays) -> None:
        """Restore the link of a session once its maps are shown; until then, views are independent."""
        self.release()
        self._wanted, self._travels = (session, arrays), self._linking.travels
        self._linking.let_travel(self._travels - {"view"})

    def release(self) -> None:
        """Cancel a pending restore; views follow each other as before."""
        if self._wanted is not None:
            self._linking.let_travel(self._travels)
        self._wanted = None

    def show(self, panes: Sequence[MapPane]) -> list[str]:
        """Restore the link in the panes with the session's maps; returns descriptions of what does not fit."""
        wanted = self._wanted
        source, target = (pane.bundle for pane in panes)
        link = None if wanted is None else wanted[0].alignment
        if wanted is None or link is None or source is None or target is None:
            self.release()
            return []
        session, arrays = wanted
        if link.travels is not None:
            self._travels = frozenset(link.travels)
        if self._linking.on != link.linked:
            self._linking.toggle()
        counts = len(source.latents), len(target.latents)
        state, lost = fitting(link, anchors_of(link, arrays), counts, TRANSLATORS)
        self._linking.begin(source, target, state)
        for pane, saved in zip(panes, session.maps, strict=True):
            show_layers(pane, saved)
        self.release()
        return lost
