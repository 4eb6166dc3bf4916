"""The states before and after, for undo and redo, and their order across several sources."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from psygnal import Signal

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_State = TypeVar("_State", bound="DataclassInstance")
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


class Undoable(Generic[_State]):
    """Something whose frozen state can be undone and redone, by changes of its own.

    changed: a signal that is emitted with the old and the new state. changes: of the states before and after.
    """

    changed: ClassVar[Signal]

    def __init__(self, state: _State) -> None:
        self.state = state
        self.changes: Changes[_State] = Changes()

    @property
    def can_undo(self) -> bool:
        return bool(self.changes.last)

    @property
    def can_redo(self) -> bool:
        return bool(self.changes.next)

    def undo(self) -> None:
        """Undo the last change."""
        self._travel(self.changes.back(self.state))

    def redo(self) -> None:
        """Redo the last undone change."""
        self._travel(self.changes.forth(self.state))

    def _change(self, **changes: Any) -> None:
        state = replace(self.state, **changes)
        if state != self.state:
            self.changes.leave(self.state)
            self._set(state)

    def _travel(self, state: _State | None) -> None:
        if state is not None:
            self._set(state)

    def _set(self, state: _State) -> None:
        old, self.state = self.state, state
        if state != old:
            self.changed.emit(old, state)


_Thing = TypeVar("_Thing", bound=Undoable[Any])


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
