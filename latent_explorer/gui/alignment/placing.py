"""Fast placing of latents on a map."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts import Chart, NonlinearChart, TurnedChart
from latent_explorer.charts.inverse import AROUND


def is_laid_out(chart: Chart) -> bool:
    """Whether the chart is fitted, so that placing a new latent is slow."""
    return isinstance(chart.chart if isinstance(chart, TurnedChart) else chart, NonlinearChart)


def roughly_placed(chart: Chart, z: NDArray[np.float32]) -> NDArray[np.float64]:
    """Approximate places (n, 2) of latents (n, d): on a fitted chart, at the mean of their nearest data.

    `Chart.to_plane` also searches the surface between the data, which takes several times as long.
    """
    if isinstance(chart, TurnedChart):
        return roughly_placed(chart.chart, z) @ chart.turn.matrix.T
    if isinstance(chart, NonlinearChart):
        return chart.amid(*chart.search.of(z, AROUND))
    return chart.to_plane(z)
