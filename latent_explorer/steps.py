"""Work done in steps: a generator that yields reports and returns its result."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

_Report = TypeVar("_Report")
_Relayed = TypeVar("_Relayed")
_Result = TypeVar("_Result")


def relayed(
    steps: Generator[_Report, None, _Result], tell: Callable[[_Report], _Relayed]
) -> Generator[_Relayed, None, _Result]:
    """The same steps with the same result; each report is what `tell` makes of it."""
    while True:
        try:
            report = next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
        yield tell(report)


def finished(steps: Generator[_Report, None, _Result], tell: Callable[[_Report], Any] = lambda _: None) -> _Result:
    """The result of steps, all of them taken now. tell: called with each report."""
    while True:
        try:
            report = next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
        tell(report)
