"""Work in a thread, while the loop of the engine goes on."""

import threading
from collections.abc import Callable, Generator
from typing import TypeVar

_T = TypeVar("_T")
_TURN = 0.004  # seconds for which others wait at a time


def aside(task: Callable[[], _T], name: str) -> Generator[None, None, _T]:
    """Run a task in a thread of that name; yields until it is done, returns what it returned, raises what it raised."""
    made: list[_T] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            made.append(task())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_TURN)
        yield None
    if failed:
        raise failed[0]
    return made[0]
