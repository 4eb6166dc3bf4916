"""Which chart a bundle opens with."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.following import following_chart
from latent_explorer.charts.linear import Chart, identity_chart, principal_chart
from latent_explorer.charts.turned import Turn, TurnedChart


def chart_for(means: NDArray[np.float32], turn: tuple[float, float, float, float] | None = None) -> Chart:
    """The chart that a bundle opens with: the identity for two dimensions, for more what follows `means` (n, d).

    turn: by which its plane is to be turned, if at all.
    """
    chart = _upright(means)
    return chart if turn is None else TurnedChart(chart, Turn(*turn))


def _upright(means: NDArray[np.float32]) -> Chart:
    match means.shape[1]:
        case 1:
            return principal_chart(means)
        case 2:
            return identity_chart()
        case _:
            return following_chart(means)
