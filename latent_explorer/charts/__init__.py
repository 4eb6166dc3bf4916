"""Charts: the two-way map between the plane on screen and latent space."""

from latent_explorer.charts.linear import Chart, LinearChart, chart_for, identity_chart, principal_chart

__all__ = ["Chart", "LinearChart", "chart_for", "identity_chart", "principal_chart"]
