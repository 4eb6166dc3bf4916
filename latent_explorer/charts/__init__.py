"""Charts: the two-way map between the plane on screen and latent space."""

from latent_explorer.charts.bulk import bulk
from latent_explorer.charts.cache import CACHE_BYTES, FitCache
from latent_explorer.charts.chart import Chart, LinearChart
from latent_explorer.charts.following import FollowingChart, following_chart
from latent_explorer.charts.identity import identity_chart
from latent_explorer.charts.kind import MANY, Arrays, ChartInput, ChartKind, FitReport, Parameter
from latent_explorer.charts.principal import principal_chart
from latent_explorer.charts.registry import (
    CHARTS,
    chart_for,
    chart_input,
    charts_for,
    checked,
    default_spec,
    needs_fit,
    register,
)
from latent_explorer.charts.resolution import least_step
from latent_explorer.charts.spec import ChartSpec
from latent_explorer.charts.turned import Turn, TurnedChart

__all__ = [
    "CACHE_BYTES",
    "CHARTS",
    "MANY",
    "Arrays",
    "Chart",
    "ChartInput",
    "ChartKind",
    "ChartSpec",
    "FitCache",
    "FitReport",
    "FollowingChart",
    "LinearChart",
    "Parameter",
    "Turn",
    "TurnedChart",
    "bulk",
    "chart_for",
    "chart_input",
    "charts_for",
    "checked",
    "default_spec",
    "following_chart",
    "identity_chart",
    "least_step",
    "needs_fit",
    "principal_chart",
    "register",
]
