"""Points sorted by the cells of a grid, and the coarser and coarser entries above them.

Arrays are worked on piece by piece: a piece stays in the processor's cache, and whatever holds the interpreter's lock
holds it for a moment only, so that ten million points can be sorted in a thread while the window goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region

_PIECE = 1 << 18
_KEY_BITS = 63  # of an integer that is sorted

Rows = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where the entries of some rows of cells begin and end."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Points, or groups of them, sorted by cell, row by row.

    side: cells along each side, a power of two. cells: int64 (m,). u, v: float32 (m,), places. group: uint16 (m,),
    classes. rank: uint8 (m,), 0 to 127: of those on one pixel the highest is seen. count: float32 (m,). order, starts:
    the finer entries in this sorting, and where each entry's begin.
    """

    side: int
    cells: NDArray[np.int64]
    u: NDArray[np.float32]
    v: NDArray[np.float32]
    group: NDArray[np.uint16]
    rank: NDArray[np.uint8]
    count: NDArray[np.float32]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cells)


@dataclass(frozen=True)
class Grid:
    """A square box of side x side cells, side a power of two."""

    box: Region
    side: int

    def cell(self, u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.int64]:
        """The cell of each place; places outside the box count to its rim."""
        return self.row(v) * self.side + self.column(u)

    def row(self, v: NDArray[np.floating]) -> NDArray[np.int64]:
        """The row of each coordinate."""
        return self._step(v, self.box.bottom, self.box.height)

    def column(self, u: NDArray[np.floating]) -> NDArray[np.int64]:
        """The column of each coordinate."""
        return self._step(u, self.box.left, self.box.width)

    def _step(self, values: NDArray[np.floating], low: float, extent: float) -> NDArray[np.int64]:
        steps = (values.astype(np.float64) - low) / extent * self.side
        found: NDArray[np.int64] = np.clip(steps, 0, self.side - 1).astype(np.int64)
        return found


def pieces(count: int) -> Iterator[slice]:
    """Slices that together cover `count` items."""
    for start in range(0, count, _PIECE):
        yield slice(start, min(start + _PIECE, count))


def sorted_points(uv: NDArray[np.float32], group: NDArray[np.uint16], grid: Grid) -> Entries:
    """The points float32 (n, 2) of classes uint16 (n,) as entries of one point each."""
    cells = np.empty(len(uv), np.int64)
    for piece in pieces(len(uv)):
        cells[piece] = grid.cell(uv[piece, 0], uv[piece, 1])
    order = _sort(cells, grid.side**2)
    u, v = np.empty((2, len(uv)), np.float32)
    sorted_group = np.empty(len(uv), np.uint16)
    places = np.ascontiguousarray(uv, np.float32).view(np.complex64).ravel()  # both coordinates fetched at once
    for piece in pieces(len(uv)):
        found = np.take(places, order[piece])
        u[piece], v[piece] = found.real, found.imag
        sorted_group[piece] = np.take(group, order[piece])
    rank, ones = _ranks(sorted_group), np.ones(len(uv), np.float32)
    return Entries(grid.side, cells, u, v, sorted_group, rank, ones, order, order)


def outside(entries: Entries, box: Region) -> NDArray[np.bool_]:
    """Whether each entry is outside a box."""
    found = np.empty(len(entries), bool)
    for piece in pieces(len(entries)):
        u, v = entries.u[piece], entries.v[piece]
        found[piece] = ~((u >= box.left) & (u <= box.right) & (v >= box.bottom) & (v <= box.top))
    return found


def merged(finer: Entries, alone: NDArray[np.bool_]) -> tuple[Entries, NDArray[np.bool_]]:
    """The entries with half as many cells per side; those that are `alone` are not merged."""
    side, groups = finer.side // 2, int(finer.group.max()) + 1
    key = np.empty(len(finer), np.int64)
    for piece in pieces(len(finer)):
        row, column = finer.cells[piece] // finer.side, finer.cells[piece] % finer.side
        kind = np.where(alone[piece], groups, finer.group[piece])
        key[piece] = ((row >> 1) * side + (column >> 1)) * (groups + 1) + kind
    order = _sort(key, side**2 * (groups + 1))
    lonely = np.take(alone, order)
    starts = _changes(key, lonely)
    first = np.take(order, starts)
    entries = Entries(
        side=side,
        cells=np.take(key, starts) // (groups + 1),
        u=np.take(finer.u, first),
        v=np.take(finer.v, first),
        group=np.take(finer.group, first),
        rank=np.maximum.reduceat(np.take(finer.rank, order), starts),
        count=np.add.reduceat(np.take(finer.count, order), starts),
        order=order,
        starts=starts,
    )
    return entries, np.take(lonely, starts)


def class_counts(group: NDArray[np.uint16]) -> NDArray[np.int64]:
    """The number of points of each class, (classes,), at least one."""
    found = np.zeros(int(group.max(initial=0)) + 1, np.int64)
    for piece in pieces(len(group)):
        found += np.bincount(group[piece], minlength=len(found))
    return found


def _sort(keys: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Sort keys, from 0 to below a limit, in place; returns the order that sorts them, stable.

    Key and index are sorted as one number, which is much faster than sorting indices by their keys.
    """
    bits = max(1, (len(keys) - 1).bit_length())
    if limit.bit_length() + bits > _KEY_BITS:
        order = np.argsort(keys, kind="stable")
        keys[:] = np.take(keys, order)
        return order
    for piece in pieces(len(keys)):
        keys[piece] = keys[piece] << bits | np.arange(piece.start, piece.stop)
    keys.sort()
    order = np.empty(len(keys), np.int64)
    for piece in pieces(len(keys)):
        order[piece] = keys[piece] & ((1 << bits) - 1)
        keys[piece] >>= bits
    return order


def _changes(key: NDArray[np.int64], lonely: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Whether each key differs from the one before, or is alone; the first always does."""
    found = [np.zeros(1, np.int64)]
    for piece in pieces(len(key) - 1):
        after = slice(piece.start + 1, piece.stop + 1)
        found.append(np.flatnonzero((key[after] != key[piece]) | lonely[after]) + after.start)
    return np.concatenate(found)


def _ranks(group: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Random ranks that decide which of two points is seen, weighted so that each class as a whole has the same chance.

    Efraimidis and Spirakis (2006): a point of weight w has the rank x^(1/w), x uniform; the rarest has weight 1.
    """
    counts = class_counts(group)
    power = (np.maximum(counts, 1) / counts.max(initial=1)).astype(np.float32)
    random, ranks = np.random.default_rng(0), np.empty(len(group), np.uint8)
    for piece in pieces(len(group)):
        uniform = random.random(piece.stop - piece.start, np.float32)
        ranks[piece] = 127 * uniform ** np.take(power, group[piece])
    return ranks
