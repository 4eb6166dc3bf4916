"""Charts: the two-way map between the plane on screen and latent space."""

from latent_explorer.charts.cache import FitCache
from latent_explorer.charts.chart import Chart as Chart
from latent_explorer.charts.chart import LinearChart, Turn, TurnedChart, bulk, least_step
from latent_explorer.charts.fitting import fit as fit
from latent_explorer.charts.following import FollowingChart, following_chart
from latent_explorer.charts.identity import identity_chart
from latent_explorer.charts.inverse import NonlinearChart
from latent_explorer.charts.kind import MANY, Arrays, ChartInput, ChartKind, ChartSpec, FitReport, Parameter
from latent_explorer.charts.local import LocalChart, neighbourhood
from latent_explorer.charts.moving import MovingChart
from latent_explorer.charts.neighbours import Search
from latent_explorer.charts.once import fit_once
from latent_explorer.charts.principal import principal_chart
from latent_explorer.charts.registry import CHARTS as CHARTS
from latent_explorer.charts.registry import (
    brought,
    chart_for,
    chart_input,
    charts_for,
    checked,
    fitted_as,
    needs_fit,
    register,
    usual_spec,
)
