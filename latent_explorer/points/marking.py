"""Which entries of each level hold any of some chosen points."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latent_explorer.points import splat
from latent_explorer.points.index import PointIndex
from latent_explorer.points.levels import Entries
from latent_explorer.points.parts import at_once, halves


def marked(index: PointIndex, chosen: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """For each level of an index, which entries hold any of the chosen points (n,)."""
    loops = splat.compiled_loops()
    if loops is None:
        marks = [np.take(chosen, index.points.order)]  # far quicker than chosen[order]
        for level in index.levels[1:]:
            marks.append(np.logical_or.reduceat(np.take(marks[-1], level.order), level.starts))
        return marks
    marks = [_taken(loops.take_bits, chosen, index.points.order)]
    for level in index.levels[1:]:
        marks.append(_merged(loops.any_of, marks[-1], level))
    return marks


def _taken(take_bits: Callable[..., None], chosen: NDArray[np.bool_], order: NDArray[np.int64]) -> NDArray[np.bool_]:
    bits, marks = np.packbits(chosen, bitorder="little"), np.empty(len(order), bool)
    at_once(lambda part: take_bits(bits, order[part], marks[part]), halves(len(order)))
    return marks


def _merged(any_of: Callable[..., None], finer: NDArray[np.bool_], level: Entries) -> NDArray[np.bool_]:
    ends, marks = np.append(level.starts[1:], len(finer)), np.empty(len(level), bool)
    at_once(
        lambda part: any_of(finer, level.order, level.starts[part], ends[part], marks[part]),
        halves(ends - level.starts),
    )
    return marks
