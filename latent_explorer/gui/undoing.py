"""Undo and redo of the latest change in the active map's session, or among the anchors between two maps."""

from collections.abc import Callable, Iterable

from latent_explorer.session import Session, State
from latent_explorer.session.alignment import Alignment, AlignmentState
from latent_explorer.session.changes import changed_last, undone_last

Thing = Session | Alignment

_WORDS = {
    "pins": "pins", "route": "path", "selection": "selection", "chart": "chart", "labels": "labels",
    "label": "class",
    "anchors": "anchors", "translator": "kind of translator", "growth": "how pairs are found",
}  # fmt: skip
"""Names of what is undone, by fields of the states."""


class Undoing:
    """things: returns everything that can be undone. say: called with a description of the change."""

    def __init__(self, things: Callable[[], Iterable[Thing]], say: Callable[[str], None]) -> None:
        self._things, self._say = things, say

    @property
    def can_undo(self) -> bool:
        return changed_last(self._things()) is not None

    @property
    def can_redo(self) -> bool:
        return undone_last(self._things()) is not None

    def undo(self) -> None:
        """Undo the latest change."""
        if (thing := changed_last(self._things())) is not None:
            self._change("Undone", thing, thing.undo)

    def redo(self) -> None:
        """Redo the latest undone change."""
        if (thing := undone_last(self._things())) is not None:
            self._change("Redone", thing, thing.redo)

    def _change(self, words: str, thing: Thing, change: Callable[[], None]) -> None:
        """Apply a change, and report it in place of the previous message."""
        before: State | AlignmentState = thing.state
        change()
        after = thing.state
        changed = [word for name, word in _WORDS.items() if getattr(before, name, None) != getattr(after, name, None)]
        if changed:
            self._say(f"{words}: {', '.join(changed)}")
