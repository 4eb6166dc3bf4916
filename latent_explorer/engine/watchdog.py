"""Detecting an engine that does not answer; free of Qt and torch."""

ANSWER_SECONDS, OPEN_SECONDS = 30.0, 120.0
"""The seconds an engine may take to answer a request, and to start or load a bundle.

A working engine sends a slice every few milliseconds.
"""

CALLER_SECONDS = 6.0
"""The seconds after which an engine in the caller's Python process is reported as silent: it cannot be replaced."""


class SilenceWatch:
    """Measures silence: call `hear` for each reply, and `look` periodically.

    answer, opening: limits in seconds, like ANSWER_SECONDS and OPEN_SECONDS.
    """

    def __init__(self, answer: float = ANSWER_SECONDS, opening: float = OPEN_SECONDS) -> None:
        self._patience = {False: answer, True: opening}
        self._heard, self._seen = 0, -1
        self._since, self._fresh = 0.0, True

    def begin(self) -> None:
        """Start over with a new engine."""
        self._fresh = True
        self._heard += 1

    def hear(self) -> None:
        """Note a reply of the engine."""
        self._fresh = False
        self._heard += 1

    def look(self, *, waiting: bool, opening: bool, now: float) -> float:
        """The seconds for which the engine has been silent, if that is too long; otherwise 0.

        waiting: whether a request is pending that it can answer at once. opening: whether that is to load a bundle.
        """
        if not waiting or self._heard != self._seen:
            self._seen, self._since = self._heard, now
        silent = now - self._since
        return silent if silent > self._patience[opening or self._fresh] else 0.0
