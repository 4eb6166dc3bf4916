"""States that there were before and after: what undo and redo travel through, and in which order across several."""

from collections.abc import Iterable
from itertools import count
from typing import Any, Generic, Protocol, TypeVar

_State = TypeVar("_State")
_numbers = count(1)  # of all changes in this process: they tell which of several things was changed last


class Changes(Generic[_State]):
    """What one thing was before its changes, and what it was after those that were undone.

    last: the number of the change that `back` would undo; next: of that which `forth` would redo; 0 where there is
    none.
    """

    def __init__(self) -> None:
        self._past: list[tuple[int, _State]] = []
        self._future: list[tuple[int, _State]] = []

    @property
    def last(self) -> int:
        return self._past[-1][0] if self._past else 0

    @property
    def next(self) -> int:
        return self._future[-1][0] if self._future else 0

    def leave(self, state: _State) -> None:
        """A state is left for a new one."""
        self._past.append((next(_numbers), state))
        self._future.clear()

    def back(self, now: _State) -> _State | None:
        """The state before the last change; None where there is none."""
        return _travel(self._past, self._future, now)

    def forth(self, now: _State) -> _State | None:
        """The state after the last change that was undone; None where there is none."""
        return _travel(self._future, self._past, now)


class Undoable(Protocol):
    """Something that can be undone and redone, by changes of its own."""

    @property
    def changes(self) -> Changes[Any]:
        """Of its states."""

    def undo(self) -> None:
        """Go back to before the last change."""

    def redo(self) -> None:
        """Redo the last change that was undone."""


_Thing = TypeVar("_Thing", bound=Undoable)


def changed_last(things: Iterable[_Thing]) -> _Thing | None:
    """Which of these was changed last, and is to be undone first."""
    there = [thing for thing in things if thing.changes.last]
    return max(there, key=lambda thing: thing.changes.last, default=None)


def undone_last(things: Iterable[_Thing]) -> _Thing | None:
    """Which of these was undone last, and is to be redone first; what came before another change is gone."""
    things = list(things)
    since = max((thing.changes.last for thing in things), default=0)
    there = [thing for thing in things if thing.changes.next > since]
    return min(there, key=lambda thing: thing.changes.next, default=None)


def _travel(source: list[tuple[int, _State]], target: list[tuple[int, _State]], now: _State) -> _State | None:
    if not source:
        return None
    number, state = source.pop()
    target.append((number, now))
    return state
