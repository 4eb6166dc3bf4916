"""Work on many points shared between two processors; for loops that release the interpreter."""

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_FEW = 200_000  # points that are not worth a thread


def halves(sizes: NDArray[np.integer] | int) -> list[slice]:
    """Two runs of items with about as many points each, or one where these are few.

    sizes: the points of each item, (n,); or the number of items, where each is a point.
    """
    if isinstance(sizes, int):
        return [slice(0, sizes)] if sizes < _FEW else [slice(0, sizes // 2), slice(sizes // 2, sizes)]
    up_to = np.cumsum(sizes)
    if not len(up_to) or up_to[-1] < _FEW:
        return [slice(0, len(up_to))]
    middle = int(np.searchsorted(up_to, up_to[-1] / 2))
    return [slice(0, middle), slice(middle, len(up_to))]


def at_once(work: Callable[[slice], None], parts: list[slice]) -> None:
    """Work on all parts at the same time; returns when all are done."""
    *others, last = parts
    threads = [threading.Thread(target=work, args=(part,), name="points") for part in others]
    for thread in threads:
        thread.start()
    work(last)
    for thread in threads:
        thread.join()
