"""Points sorted into a grid, so that what is seen, near, or selected is found without visiting all of them.

Above the points themselves lie levels of detail: at each, the points of one class in one cell are one entry, with its
count and the place of one of them. So no class is ever lost from a cell, however few its points.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region

_FINEST = 4096
_PER_CELL = 2.0
_LEVELS_FROM = 200_000  # fewer points are quick enough without levels
_ENTRIES = 160_000  # a level with more of them in sight is too fine, as long as
_CELL_PIXELS = 4.0  # its cells are no larger than this
_BULK = 0.001  # the share of points left out at each side of the bulk
_MARGIN = 1.6  # how much wider than the bulk the grid is; points farther out are kept one by one

Rows = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where the entries of some rows of cells begin, and where they end."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Points, or groups of them, sorted by cell, row by row.

    side: cells along each side. cells: int64 (m,). u, v: float32 (m,), places. group: uint16 (m,), classes. rank:
    uint8 (m,), 0 to 127: of those on one pixel the highest is seen. count: float32 (m,). order, starts: the finer
    entries in this sorting, and where each entry's begin.
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


class PointIndex:
    """The points float32 (n, 2) of a plane, of the classes `group`, integers (n,).

    levels: the points, then coarser and coarser entries. density: points per unit of area where they lie close, as the
    median point has it around it.
    """

    def __init__(self, uv: NDArray[np.float32], group: NDArray[np.integer]) -> None:
        self.uv, self.group = uv, group.astype(np.uint16)
        self._box = _bulk(uv)
        side = 1 << max(0, math.ceil(math.log2(max(1.0, len(uv) / _PER_CELL)) / 2))
        self.levels = list(self._levels(min(_FINEST, side)))
        self.density = self._density()

    def __len__(self) -> int:
        return len(self.uv)

    @property
    def points(self) -> Entries:
        """All points, sorted; `order` says which each is."""
        return self.levels[0]

    def _density(self) -> float:
        side = 64
        rows, columns = self._cell(self.uv[:, 1], side, 1), self._cell(self.uv[:, 0], side, 0)
        counts = np.bincount(rows * side + columns)
        held = np.sort(counts[counts > 0])[::-1]
        typical = held[np.searchsorted(np.cumsum(held), len(self) / 2)] if len(held) else 0
        return max(float(typical), 1.0) / (self._box.width / side * self._box.height / side)

    def rows(self, entries: Entries, region: Region) -> Rows:
        """Where the entries lie whose cells meet a region; some of them may lie outside."""
        side = entries.side
        low, high = self._cell(np.array([region.bottom, region.top]), side, 1).tolist()
        left, right = self._cell(np.array([region.left, region.right]), side, 0).tolist()
        firsts = np.arange(low, high + 1, dtype=np.int64) * side
        return np.searchsorted(entries.cells, firsts + left), np.searchsorted(entries.cells, firsts + right + 1)

    def level_for(self, region: Region, pixels_per_unit: float) -> tuple[Entries, Rows]:
        """The finest entries that are few enough to draw a region at a scale, or whose cells are large enough."""
        for entries, coarser in zip(self.levels, [*self.levels[1:], None], strict=True):
            if coarser is not None and self.cell_pixels(coarser, pixels_per_unit) < 1:
                continue
            rows = self.rows(entries, region)
            if coarser is None or int((rows[1] - rows[0]).sum()) <= _ENTRIES:
                break
            if self.cell_pixels(coarser, pixels_per_unit) > _CELL_PIXELS:
                break
        return entries, rows

    def cell_pixels(self, entries: Entries, pixels_per_unit: float) -> float:
        """The longer side of a cell on screen."""
        return max(self._box.width, self._box.height) / entries.side * pixels_per_unit

    def near(self, u: float, v: float, reach: float) -> NDArray[np.int64]:
        """The points that may lie within `reach` of a place; all that do are among them."""
        begin, end = self.rows(self.points, Region(u - reach, v - reach, u + reach, v + reach))
        parts = [self.points.order[first:last] for first, last in zip(begin, end, strict=True) if first < last]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def marked(self, chosen: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
        """For each level, which entries hold any of the chosen points (n,)."""
        marks = [np.take(chosen, self.points.order)]  # far quicker than chosen[order]
        for level in self.levels[1:]:
            marks.append(np.logical_or.reduceat(np.take(marks[-1], level.order), level.starts))
        return marks

    def _levels(self, side: int) -> Iterator[Entries]:
        u, v = self.uv[:, 0], self.uv[:, 1]
        cells = self._cell(v, side, 1) * side + self._cell(u, side, 0)
        order = np.argsort(cells)
        rank = _ranks(self.group)[order]
        ones = np.ones(len(self), np.float32)
        entries = Entries(side, cells[order], u[order], v[order], self.group[order], rank, ones, order, order)
        yield entries
        alone = ~self._inside(entries.u, entries.v)
        while len(self) > _LEVELS_FROM and entries.side > 64:
            entries, alone = _merged(entries, alone)
            yield entries

    def _cell(self, values: NDArray[np.floating], side: int, axis: int) -> NDArray[np.int64]:
        """The row or column of each coordinate; what lies outside the grid counts to its rim."""
        low, extent = (self._box.bottom, self._box.height) if axis else (self._box.left, self._box.width)
        cell: NDArray[np.int64] = np.clip((values.astype(np.float64) - low) / extent * side, 0, side - 1).astype(
            np.int64
        )
        return cell

    def _inside(self, u: NDArray[np.float32], v: NDArray[np.float32]) -> NDArray[np.bool_]:
        box = self._box
        inside: NDArray[np.bool_] = (u >= box.left) & (u <= box.right) & (v >= box.bottom) & (v <= box.top)
        return inside


def _merged(finer: Entries, alone: NDArray[np.bool_]) -> tuple[Entries, NDArray[np.bool_]]:
    """The entries of half as many cells a side; those that are `alone` are merged with no other."""
    side = finer.side // 2
    row, column = np.divmod(finer.cells, finer.side)
    cells = (row >> 1) * side + (column >> 1)
    groups = int(finer.group.max()) + 1
    kind = np.where(alone, groups, finer.group)
    key = cells * (groups + 1) + kind
    order = np.argsort(key)
    key, lonely = key[order], alone[order]
    starts = np.flatnonzero(np.concatenate([[True], (key[1:] != key[:-1]) | lonely[1:]]))
    first = order[starts]
    rank = np.maximum.reduceat(finer.rank[order], starts)
    count = np.add.reduceat(finer.count[order], starts)
    merged = Entries(side, cells[first], finer.u[first], finer.v[first], finer.group[first], rank, count, order, starts)
    return merged, lonely[starts]


def _ranks(group: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Chance decides which of two points is seen, weighted so that each class as a whole has the same chance.

    Efraimidis and Spirakis (2006): a point of weight w has the rank x^(1/w), x uniform; the rarest has weight 1.
    """
    counts = np.bincount(group)
    weight = counts.max(initial=1) / np.maximum(counts, 1)
    uniform = np.random.default_rng(0).random(len(group), np.float32)
    ranks: NDArray[np.uint8] = (127 * uniform ** (1 / weight).astype(np.float32)[group]).astype(np.uint8)
    return ranks


def _bulk(uv: NDArray[np.float32]) -> Region:
    """A square box, wider than the bulk of the points: it holds all but the farthest."""
    sample = uv[:: max(1, len(uv) // 100_000)].astype(np.float64)
    if not len(sample):
        return Region(-0.5, -0.5, 0.5, 0.5)
    low, high = np.quantile(sample, (_BULK, 1 - _BULK), axis=0)
    half = max(_MARGIN * float((high - low).max()) / 2, 1e-12 * (1 + float(np.abs(sample).max())))
    u, v = ((low + high) / 2).tolist()
    return Region(u - half, v - half, u + half, v + half)
