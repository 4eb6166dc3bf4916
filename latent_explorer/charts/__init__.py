"""Charts: the two-way map between the plane on screen and latent space."""

from latent_explorer.charts.bulk import bulk
from latent_explorer.charts.linear import Chart, LinearChart, chart_for, identity_chart, principal_chart
from latent_explorer.charts.resolution import least_step

__all__ = ["Chart", "LinearChart", "bulk", "chart_for", "identity_chart", "least_step", "principal_chart"]
