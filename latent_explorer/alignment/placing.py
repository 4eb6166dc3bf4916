"""Places translated latents on a map, fast enough for all of them to move while an anchor is dragged."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.cells import Cells
from latent_explorer.alignment.pair import Side
from latent_explorer.bundles import read_fits
from latent_explorer.charts import (
    Chart,
    ChartSpec,
    FitCache,
    NonlinearChart,
    brought,
    chart_for,
    checked,
    fitted_as,
    needs_fit,
    usual_spec,
)
from latent_explorer.charts.inverse import AROUND
from latent_explorer.places import chart_folder

_KEPT = 48  # nearest data that are looked through again where a latent has moved a little

Latents = NDArray[np.float32]
Places = NDArray[np.float32]


class Placer(Protocol):
    """Puts latents of a bundle's space on one of its maps."""

    def place(self, z: Latents) -> Places:
        """Where latents (m, d) are on the map, (m, 2)."""
        ...

    def place_again(self, z: Latents) -> Places:
        """The same for latents close to those of the previous call, in the same order."""
        ...


@dataclass(frozen=True, eq=False)
class ChartPlacer:
    """Places from a chart that computes them directly, by a matrix product."""

    chart: Chart

    def place(self, z: Latents) -> Places:
        return self.chart.to_plane(z).astype(np.float32)

    place_again = place


class DataPlacer:
    """Places on a map that knows only those of its data: amid the data nearest to each latent.

    Like `NonlinearChart.to_plane` for latents that are not on the surface and not data.
    """

    def __init__(self, chart: NonlinearChart) -> None:
        self._chart, self._cells = chart, Cells(chart.latents)
        self._last: _Near | None = None

    def place(self, z: Latents) -> Places:
        return self._amid(*self._cells.near(z, AROUND))

    def place_again(self, z: Latents) -> Places:
        if self._last is None or len(self._last.z) != len(z):
            self._last = _Near.of(self._cells, z)
        return self._amid(*self._last.moved(self._cells, z))

    def _amid(self, distances: NDArray[np.float64], indices: NDArray[np.int64]) -> Places:
        return self._chart.amid(distances, indices).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Near:
    """The nearest data of latents: z (m, d), indices (m, k), reach (m,), the distance of the last of each."""

    z: Latents
    indices: NDArray[np.int64]
    reach: NDArray[np.float64]

    @classmethod
    def of(cls, cells: Cells, z: Latents) -> "_Near":
        distances, indices = cells.near(z, _KEPT)
        return cls(z.copy(), indices, distances[:, -1].copy())

    def moved(self, cells: Cells, z: Latents) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The nearest data of latents that have moved.

        A datum beyond all known ones may now be closer by as much as its latent has moved; hardly any is closer by more
        than half of that. If the last known one is not farther than the tenth by that much, the latent is looked up
        again.
        """
        count = min(AROUND, self.indices.shape[1])
        distances, nearest = cells.nearest_of(z, self.indices, count)
        moved = np.linalg.norm(z - self.z, axis=1)
        far = np.flatnonzero(distances[:, -1] + moved / 2 > self.reach)
        if len(far):
            found, indices = cells.near(z[far], self.indices.shape[1])
            self.z[far], self.indices[far], self.reach[far] = z[far], indices, found[:, -1]
            distances[far], nearest[far] = found[:, :count], indices[:, :count]
        return distances, nearest


def placer_for(side: Side, text: str) -> Placer:
    """The placer for the map of a bundle through the chart with a spec's text; the default chart for "".

    A fit is taken from the bundle or from the cache. Raises UserError if there is no such chart, or no fit of it.
    """
    fits = read_fits(side.folder, side.config)
    dimensions = side.mean.shape[1]
    spec = checked(ChartSpec.of(text), dimensions) if text else usual_spec(fits, dimensions)
    fitted = None
    if needs_fit(spec):
        fitted = brought(fits, spec) or FitCache(chart_folder()).read(side.config.seal, fitted_as(spec))
    chart = chart_for(side.mean, spec, side.config.turn, labels=side.latents.label, fitted=fitted)
    return DataPlacer(chart) if isinstance(chart, NonlinearChart) else ChartPlacer(chart)
