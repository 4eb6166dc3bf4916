"""Where latents are on a map, as far as that is soon found."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts import Chart, NonlinearChart, TurnedChart
from latent_explorer.charts.inverse import AROUND


def is_laid_out(chart: Chart) -> bool:
    """Whether a fit has laid the map out, so that it takes a while to find the place of a latent that is none of it."""
    return isinstance(chart.chart if isinstance(chart, TurnedChart) else chart, NonlinearChart)


def roughly_placed(chart: Chart, z: NDArray[np.float32]) -> NDArray[np.float64]:
    """Where latents (n, d) are, (n, 2): where a fit has laid the map out, amid their nearest data.

    `Chart.to_plane` also looks for them on the surface between the data, which takes several times as long.
    """
    if isinstance(chart, TurnedChart):
        return roughly_placed(chart.chart, z) @ chart.turn.matrix.T
    if isinstance(chart, NonlinearChart):
        return chart.amid(*chart.search.of(z, AROUND))
    return chart.to_plane(z)
