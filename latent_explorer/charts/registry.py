"""The kinds of charts there are, and the one place where a chart is made."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.chart import Chart
from latent_explorer.charts.following import FOLLOWING
from latent_explorer.charts.identity import IDENTITY
from latent_explorer.charts.kind import Arrays, ChartInput, ChartKind
from latent_explorer.charts.principal import PRINCIPAL
from latent_explorer.charts.slice import SLICE
from latent_explorer.charts.spec import ChartSpec
from latent_explorer.charts.turned import Turn, TurnedChart
from latent_explorer.errors import UserError

CHARTS: dict[str, ChartKind] = {}


def register(kind: Any) -> None:
    """Add a kind of chart. Raises UserError where it is none, or its name or title is taken."""
    if not isinstance(kind, ChartKind):
        raise UserError(f"expected a ChartKind, found {type(kind).__name__}")
    for each in CHARTS.values():
        if kind.name == each.name or kind.title == each.title:
            raise UserError(f"there is a chart {each.name!r} with the title {each.title!r} already")
    CHARTS[kind.name] = kind


for _kind in (IDENTITY, PRINCIPAL, FOLLOWING, SLICE):
    register(_kind)


def charts_for(dimensions: int) -> list[ChartKind]:
    """The kinds that fit latent spaces of so many dimensions."""
    return [kind for kind in CHARTS.values() if dimensions in kind.dimensions]


def default_spec(dimensions: int) -> ChartSpec:
    """What a latent space of so many dimensions opens with."""
    return ChartSpec(next(kind.name for kind in CHARTS.values() if dimensions in kind.default_for))


def checked(spec: ChartSpec | None, dimensions: int) -> ChartSpec:
    """The spec in its shortest form, or the default where there is none.

    Raises UserError where there is no such kind, it does not fit, or a parameter is not among those it has.
    """
    if spec is None:
        return default_spec(dimensions)
    if spec.kind not in CHARTS:
        raise UserError(f"no chart called {spec.kind!r}: expected one of {', '.join(CHARTS)}")
    kind = CHARTS[spec.kind]
    if dimensions not in kind.dimensions:
        fitting = ", ".join(each.name for each in charts_for(dimensions))
        raise UserError(f"chart {kind.name}: not for a latent space of {dimensions} dimensions; expected {fitting}")
    known = {each.name: each for each in kind.parameters}
    for name in spec.parameters.keys() - known.keys():
        raise UserError(f"chart {spec}: no parameter {name!r}: expected {', '.join(known) or 'none'}")
    try:
        chosen = {name: known[name].checked(value, dimensions) for name, value in spec.parameters.items()}
    except UserError as error:
        raise UserError(f"chart {kind.name}: {error}") from None
    return ChartSpec(kind.name, {name: value for name, value in chosen.items() if value != known[name].default})


def chart_input(
    spec: ChartSpec, means: NDArray[np.float32], labels: NDArray[np.int64] | None, fitted: Arrays | None = None
) -> ChartInput:
    """What the chart of a checked spec is made from."""
    values = {each.name: each.default for each in CHARTS[spec.kind].parameters} | spec.parameters
    return ChartInput(str(spec), means, values, labels, fitted or {})


def chart_for(
    spec: ChartSpec | None,
    means: NDArray[np.float32],
    turn: tuple[float, float, float, float] | None = None,
    *,
    labels: NDArray[np.int64] | None = None,
    fitted: Arrays | None = None,
) -> Chart:
    """The chart of `means` (n, d) that a spec asks for; the usual one where it is None.

    turn: by which the plane of the usual one is to be turned, if at all. fitted: what the kind's fit gave.
    Raises UserError as `checked` does, and where a kind is to be fitted first.
    """
    chosen = checked(spec, means.shape[1])
    kind = CHARTS[chosen.kind]
    if kind.fit is not None and fitted is None:
        raise UserError(f"chart {chosen}: it has to be fitted first")
    chart = kind.make(chart_input(chosen, means, labels, fitted))
    if chart.name != str(chosen):
        raise UserError(f"chart {chosen}: its kind made one called {chart.name!r}, which would be taken for another")
    usual = turn is not None and chosen == default_spec(means.shape[1])
    return TurnedChart(chart, Turn(*turn)) if turn is not None and usual else chart
