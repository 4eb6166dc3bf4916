"""How far something is, told a few times a second, until something else is more urgent."""

import time
from collections.abc import Callable

from latent_explorer.runs.protocol import Progress

_BETWEEN_WORDS = 0.1  # seconds


class OvertakenError(Exception):
    """Something else came that is newer or more urgent."""


def throttled(doing: str, say: Callable[[Progress], None], overtaken: Callable[[], bool]) -> Callable[[int, int], None]:
    """What tells how far reading is: the first, the last, and some between. Raises OvertakenError where it was."""
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
