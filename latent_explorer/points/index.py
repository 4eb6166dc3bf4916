"""Points sorted into a grid, so that visible, near or selected points are found without visiting all of them.

Above the points themselves lie levels of detail: at each, the points of one class in one cell are one entry, with its
count and the place of one of them. So no class is ever lost from a cell, however few its points.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region
from latent_explorer.points.levels import Entries, Grid, Rows, class_counts, merged, outside, sorted_points

_FINEST = 4096
_PER_CELL = 2.0
_LEVELS_FROM = 200_000  # fewer points are quick enough without levels
_COARSEST = 64
_ENTRIES = 160_000  # a level with more of them in sight is too fine, as long as
_CELL_PIXELS = 4.0  # its cells are no larger than this
_BULK = 0.001  # the share of points left out at each side of the bulk
_MARGIN = 1.6  # how much wider than the bulk the grid is; points farther out are kept one by one


class PointIndex:
    """The points float32 (n, 2) of a plane, of the classes `group`, integers (n,).

    levels: the points, then coarser and coarser entries. per_class: points of each class, (classes,). density: points
    per unit of area where they are dense: around the median point.

    pause: called between the steps of sorting; an exception from it ends the sorting.
    """

    def __init__(
        self, uv: NDArray[np.float32], group: NDArray[np.integer], pause: Callable[[], None] = lambda: None
    ) -> None:
        self.uv, self.group = uv, group.astype(np.uint16)
        self.per_class = class_counts(self.group)
        self._box = _bulk(uv)
        self.levels: list[Entries] = []
        for level in self._levels():
            self.levels.append(level)
            pause()
        self.density = self._density()

    def __len__(self) -> int:
        return len(self.uv)

    @property
    def points(self) -> Entries:
        """All points, sorted; `order` gives their original numbers."""
        return self.levels[0]

    def grid(self, entries: Entries) -> Grid:
        """The cells that sort the entries."""
        return Grid(self._box, entries.side)

    def at_levels(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """For each level, the values (n,) of the points at whose places the entries are drawn."""
        found = [np.take(values, self.points.order)]
        for level in self.levels[1:]:
            found.append(np.take(found[-1], np.take(level.order, level.starts)))
        return found

    def _levels(self) -> Iterator[Entries]:
        side = 1 << max(0, math.ceil(math.log2(max(1.0, len(self) / _PER_CELL)) / 2))
        entries = sorted_points(self.uv, self.group, Grid(self._box, min(_FINEST, side)))
        yield entries
        alone = outside(entries, self._box)
        while len(self) > _LEVELS_FROM and entries.side > _COARSEST:
            entries, alone = merged(entries, alone)
            yield entries

    def _density(self) -> float:
        coarsest, grid = self.levels[-1], Grid(self._box, _COARSEST)
        counts = np.bincount(grid.cell(coarsest.u, coarsest.v), coarsest.count)
        held = np.sort(counts[counts > 0])[::-1]
        typical = held[np.searchsorted(np.cumsum(held), len(self) / 2)] if len(held) else 0
        return max(float(typical), 1.0) / (self._box.width / _COARSEST * self._box.height / _COARSEST)

    def rows(self, entries: Entries, region: Region) -> Rows:
        """The ranges of entries whose cells meet a region; some may be outside it."""
        side, grid = entries.side, self.grid(entries)
        low, high = grid.row(np.array([region.bottom, region.top])).tolist()
        left, right = grid.column(np.array([region.left, region.right])).tolist()
        firsts = np.arange(low, high + 1, dtype=np.int64) * side
        return np.searchsorted(entries.cells, firsts + left), np.searchsorted(entries.cells, firsts + right + 1)

    def level_for(self, region: Region, pixels_per_unit: float) -> tuple[Entries, Rows]:
        """The finest level with few enough entries to draw a region at a scale, or with large enough cells."""
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
        """The longer side of a cell on screen, in pixels."""
        return max(self._box.width, self._box.height) / entries.side * pixels_per_unit

    def near(self, u: float, v: float, reach: float) -> NDArray[np.int64]:
        """Candidates for the points within `reach` of a place; all of those are among them."""
        begin, end = self.rows(self.points, Region(u - reach, v - reach, u + reach, v + reach))
        parts = [self.points.order[first:last] for first, last in zip(begin, end, strict=True) if first < last]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _bulk(uv: NDArray[np.float32]) -> Region:
    """A square box that is larger than the bulk of the points: it holds all but the farthest."""
    sample = uv[:: max(1, len(uv) // 100_000)].astype(np.float64)
    if not len(sample):
        return Region(-0.5, -0.5, 0.5, 0.5)
    low, high = np.quantile(sample, (_BULK, 1 - _BULK), axis=0)
    half = max(_MARGIN * float((high - low).max()) / 2, 1e-12 * (1 + float(np.abs(sample).max())))
    u, v = ((low + high) / 2).tolist()
    return Region(u - half, v - half, u + half, v + half)
