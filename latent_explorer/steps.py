"""Work in steps: a generator yields reports and returns the result."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

_Report = TypeVar("_Report")
_Relayed = TypeVar("_Relayed")
_Result = TypeVar("_Result")


def relayed(
    steps: Generator[_Report, None, _Result], tell: Callable[[_Report], _Relayed]
) -> Generator[_Relayed, None, _Result]:
    """Run the same steps with the same result, with each report converted by `tell`."""
    while True:
        try:
            report = next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
        yield tell(report)


def finished(steps: Generator[_Report, None, _Result], tell: Callable[[_Report], Any] = lambda _: None) -> _Result:
    """Run all steps and return the result. tell: called with each report."""
    while True:
        try:
            report = next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
        tell(report)
