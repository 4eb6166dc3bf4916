"""Work in a thread, while the loop of a server goes on."""

import threading
from collections.abc import Callable, Generator
from typing import TypeVar

_T = TypeVar("_T")
_TURN = 0.004  # seconds for which others wait at a time


class Aside:
    """Runs tasks in threads of one name, one at a time; waits for an abandoned one, or skips it if it had not begun."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._free = threading.Lock()

    def run(self, task: Callable[[], _T], patience: float = 0.0) -> Generator[None, None, _T]:
        """Run a task; yields until it is done, returns what it returned, raises what it raised.

        patience: seconds before the first yield, so that a task shorter than that is not abandoned.
        """
        made: list[_T] = []
        failed: list[Exception] = []
        given_up = threading.Event()

        def work() -> None:
            with self._free:
                try:
                    made.extend(() if given_up.is_set() else (task(),))
                except Exception as error:
                    failed.append(error)

        thread = threading.Thread(target=work, name=self._name, daemon=True)
        thread.start()
        try:
            thread.join(patience)
            while thread.is_alive():
                thread.join(_TURN)
                yield None
        finally:
            given_up.set()
        if failed:
            raise failed[0]
        return made[0]


def aside(task: Callable[[], _T], name: str) -> Generator[None, None, _T]:
    """Run a task in a thread of that name, whatever else runs; like `Aside.run`."""
    return Aside(name).run(task)
