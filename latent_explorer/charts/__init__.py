"""Charts: the two-way map between the plane on screen and latent space."""

from latent_explorer.charts.bulk import bulk
from latent_explorer.charts.choice import chart_for
from latent_explorer.charts.following import FollowingChart, following_chart
from latent_explorer.charts.linear import Chart, LinearChart, identity_chart, principal_chart
from latent_explorer.charts.resolution import least_step
from latent_explorer.charts.turned import Turn, TurnedChart

__all__ = [
    "Chart",
    "FollowingChart",
    "LinearChart",
    "Turn",
    "TurnedChart",
    "bulk",
    "chart_for",
    "following_chart",
    "identity_chart",
    "least_step",
    "principal_chart",
]
