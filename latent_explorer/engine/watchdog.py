"""Noticing an engine that says nothing though it is asked for something; free of Qt and of torch."""

ANSWER_SECONDS, OPEN_SECONDS = 30.0, 120.0
"""How long an engine may say nothing while it is asked for something, and while it starts or loads a bundle.

One that is at work hands out a slice every few milliseconds.
"""

CALLER_SECONDS = 6.0
"""After which it is said that an engine in the Python process of somebody else does not answer: nothing replaces it."""


class SilenceWatch:
    """Told of each reply by `hear`, and asked by `look` now and then.

    answer, opening: seconds of patience, as ANSWER_SECONDS and OPEN_SECONDS.
    """

    def __init__(self, answer: float = ANSWER_SECONDS, opening: float = OPEN_SECONDS) -> None:
        self._patience = {False: answer, True: opening}
        self._heard, self._seen = 0, -1
        self._since, self._fresh = 0.0, True

    def begin(self) -> None:
        """There is a fresh engine, which has not said anything yet."""
        self._fresh = True
        self._heard += 1

    def hear(self) -> None:
        """The engine has said something."""
        self._fresh = False
        self._heard += 1

    def look(self, *, waiting: bool, opening: bool, now: float) -> float:
        """For how many seconds the engine has been silent, if that is too long; else 0.

        waiting: whether it is asked for something that it can do at once. opening: whether that is to load a bundle.
        """
        if not waiting or self._heard != self._seen:
            self._seen, self._since = self._heard, now
        silent = now - self._since
        return silent if silent > self._patience[opening or self._fresh] else 0.0
