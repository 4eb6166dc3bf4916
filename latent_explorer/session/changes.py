"""The states before and after, for undo and redo, and their order across several sources."""

from collections.abc import Iterable
from itertools import count
from typing import Any, Generic, Protocol, TypeVar

_State = TypeVar("_State")
_numbers = count(1)  # of all changes in this process: they tell which of several things was changed last


class Changes(Generic[_State]):
    """The states of one source before its changes, and after those that were undone.

    last: the number of the change that `back` would undo; next: of the one that `forth` would redo; 0 if there is none.
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
        """Replace a state by a new one."""
        self._past.append((next(_numbers), state))
        self._future.clear()

    def back(self, now: _State) -> _State | None:
        """The state before the last change; None if there is none."""
        return _travel(self._past, self._future, now)

    def forth(self, now: _State) -> _State | None:
        """The state after the last undone change; None if there is none."""
        return _travel(self._future, self._past, now)


class Undoable(Protocol):
    """Something with undo and redo of its own changes."""

    @property
    def changes(self) -> Changes[Any]:
        """The changes of its states."""

    def undo(self) -> None:
        """Undo the last change."""

    def redo(self) -> None:
        """Redo the last undone change."""


_Thing = TypeVar("_Thing", bound=Undoable)


def changed_last(things: Iterable[_Thing]) -> _Thing | None:
    """The one of these that changed last, to be undone first."""
    there = [thing for thing in things if thing.changes.last]
    return max(there, key=lambda thing: thing.changes.last, default=None)


def undone_last(things: Iterable[_Thing]) -> _Thing | None:
    """The one of these that was undone last, to be redone first; states undone before another change are gone."""
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
