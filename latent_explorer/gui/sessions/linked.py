"""The link of two maps in a session: saved, and there again once both maps are."""

from collections.abc import Sequence

from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.session.saved import Arrays, SavedSession
from latent_explorer.session.saved_alignment import SavedAlignment, anchors_of, fitting, saved_alignment


class SavedLink:
    """Saves the link of the maps, and shows a saved one. linking: where it is switched on and off."""

    def __init__(self, linking: Linking) -> None:
        self._linking = linking
        self._wanted: tuple[SavedAlignment, Arrays] | None = None

    def now(self, panes: Sequence[MapPane]) -> tuple[SavedAlignment | None, Arrays]:
        """The link of the maps in these panes, and the array that it names; None unless there are two."""
        if len(panes) != 2 or (alignment := self._linking.alignment_of(*panes)) is None:
            return None, {}
        return saved_alignment(alignment.state, linked=self._linking.on)

    def expect(self, session: SavedSession, arrays: Arrays) -> None:
        """Have the link of a session shown once its maps are; nothing is expected where it has none."""
        self._wanted = None if session.alignment is None else (session.alignment, arrays)

    def show(self, panes: Sequence[MapPane]) -> list[str]:
        """Show what is expected in these panes, in which the maps of the session are; what does not fit, in words."""
        wanted, self._wanted = self._wanted, None
        source, target = (pane.bundle for pane in panes)
        if wanted is None or source is None or target is None:
            return []
        saved, arrays = wanted
        counts = len(source.latents), len(target.latents)
        state, lost = fitting(saved, anchors_of(saved, arrays), counts, TRANSLATORS)
        if self._linking.on != saved.linked:
            self._linking.toggle()
        self._linking.begin(source, target, state)
        return lost
