"""Work in steps: a generator yields reports and returns the result."""

from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

_Report = TypeVar("_Report")
_Relayed = TypeVar("_Relayed")
_Result = TypeVar("_Result")


class _Reports:
    """Iterates over the reports of steps; afterwards `result` is theirs."""

    result: Any

    def __init__(self, steps: Generator[Any, None, Any]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[Any]:
        self.result = yield from self._steps


def relayed(
    steps: Generator[_Report, None, _Result], tell: Callable[[_Report], _Relayed]
) -> Generator[_Relayed, None, _Result]:
    """Run the same steps with the same result, with each report converted by `tell`."""
    reports = _Reports(steps)
    for report in reports:
        yield tell(report)
    result: _Result = reports.result
    return result


def finished(steps: Generator[_Report, None, _Result], tell: Callable[[_Report], Any] = lambda _: None) -> _Result:
    """Run all steps and return the result. tell: called with each report."""
    reports = _Reports(steps)
    for report in reports:
        tell(report)
    result: _Result = reports.result
    return result
