"""The link of two maps in a session: saved, and there again once both maps are."""

from collections.abc import Sequence

from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.saved_map import show_layers
from latent_explorer.session.saved import Arrays, SavedSession
from latent_explorer.session.saved_alignment import SavedAlignment, anchors_of, fitting, saved_alignment


class SavedLink:
    """Saves the link of the maps, and shows a saved one. linking: where it is switched on and off."""

    def __init__(self, linking: Linking) -> None:
        self._linking = linking
        self._wanted: tuple[SavedSession, Arrays] | None = None
        self._travels = linking.travels

    def now(self, panes: Sequence[MapPane]) -> tuple[SavedAlignment | None, Arrays]:
        """The link of the maps in these panes, and the array that it names; None unless there are two."""
        if len(panes) != 2 or (alignment := self._linking.alignment_of(*panes)) is None:
            return None, {}
        travels = tuple(sorted(self._linking.travels))
        return saved_alignment(alignment.state, linked=self._linking.on, travels=travels)

    def expect(self, session: SavedSession, arrays: Arrays) -> None:
        """Have the link of a session shown once its maps are; until then no view follows another."""
        self.release()
        self._wanted, self._travels = (session, arrays), self._linking.travels
        self._linking.let_travel(self._travels - {"view"})

    def release(self) -> None:
        """Expect nothing any more; what travelled before does so again."""
        if self._wanted is not None:
            self._linking.let_travel(self._travels)
        self._wanted = None

    def show(self, panes: Sequence[MapPane]) -> list[str]:
        """Show what is expected in these panes, in which the maps of the session are; what does not fit, in words."""
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
