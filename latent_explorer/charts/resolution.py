"""How near two places of the plane may be before their float32 latents are the same."""

import numpy as np

from latent_explorer.charts.chart import Chart


def least_step(chart: Chart, uv: tuple[float, float]) -> float:
    """The least plane distance by which a step along u, and one along v, surely changes the float32 latent at `uv`.

    A step changes the latent once it moves some coordinate by the distance of neighbouring float32 numbers there.
    Holds for charts that are smooth near `uv`. An axis that moves no coordinate has no say; 0 where neither does.
    """
    z = chart.to_latent(uv).astype(np.float64)
    rates = np.abs(chart.slopes(uv))
    gaps = np.spacing(np.abs(z).astype(np.float32)).astype(np.float64)
    steps = [float((gaps[rate > 0] / rate[rate > 0]).min()) for rate in rates if (rate > 0).any()]
    return max(steps, default=0.0)
