"""Which of many moments of a run are kept, so that they lie evenly."""

from collections.abc import Sequence


def thinned(steps: Sequence[int], count: int) -> list[int]:
    """At most `count` of some ascending steps, or the first and the last where that is fewer than two.

    One after the other, that one goes which leaves the smallest gap. So no gap that was made is larger than any two
    neighbouring gaps of what is left together; and applied again and again to a list that grows, it keeps to that.
    """
    kept = list(steps)
    while len(kept) > max(2, count):
        inner = range(1, len(kept) - 1)
        del kept[min(inner, key=lambda place: kept[place + 1] - kept[place - 1])]
    return kept
