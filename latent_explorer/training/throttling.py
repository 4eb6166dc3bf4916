"""Progress reports at a limited rate, interrupted by more urgent requests."""

import time
from collections.abc import Callable

from latent_explorer.runs.protocol import Progress

_BETWEEN_WORDS = 0.1  # seconds


class OvertakenError(Exception):
    """A newer or more urgent request has arrived."""


def throttled(doing: str, say: Callable[[Progress], None], overtaken: Callable[[], bool]) -> Callable[[int, int], None]:
    """A progress callback that passes on the first, the last and some calls. It raises OvertakenError if overtaken."""
    said = -_BETWEEN_WORDS

    def tell(done: int, total: int) -> None:
        nonlocal said
        if overtaken():
            raise OvertakenError
        now = time.monotonic()
        if now - said >= _BETWEEN_WORDS or done == total:
            said = now
            say(Progress(doing=doing, done=done, total=total))

    return tell
