"""The available kinds of charts, and the only place where a chart is made."""

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.chart import Chart, Turn, TurnedChart
from latent_explorer.charts.following import FOLLOWING
from latent_explorer.charts.identity import IDENTITY
from latent_explorer.charts.isomap import ISOMAP
from latent_explorer.charts.kind import Arrays, ChartInput, ChartKind, ChartSpec
from latent_explorer.charts.lda import LDA
from latent_explorer.charts.principal import PRINCIPAL
from latent_explorer.charts.relative import RELATIVE
from latent_explorer.charts.slice import SLICE
from latent_explorer.charts.tsne import TSNE
from latent_explorer.charts.umap import UMAP
from latent_explorer.errors import UserError
from latent_explorer.plugins import Registry

CHARTS: Registry[ChartKind] = Registry("charts", ChartKind, "title")
register = CHARTS.register
for _kind in (IDENTITY, PRINCIPAL, FOLLOWING, SLICE, LDA, TSNE, ISOMAP, UMAP, RELATIVE):
    register(_kind)


def charts_for(dimensions: int) -> list[ChartKind]:
    """The kinds that support latent spaces of this many dimensions."""
    return [kind for kind in CHARTS.values() if dimensions in kind.dimensions]


def default_spec(dimensions: int) -> ChartSpec:
    """The default chart of a latent space of this many dimensions."""
    return ChartSpec(next(kind.name for kind in CHARTS.values() if dimensions in kind.default_for))


def checked(spec: ChartSpec | None, dimensions: int) -> ChartSpec:
    """The spec in its shortest form, or the default if there is none.

    Raises UserError if there is no such kind, it does not fit, or it has no such parameter.
    """
    if spec is None:
        return default_spec(dimensions)
    if spec.kind not in CHARTS:
        names = ", ".join(CHARTS)
        raise UserError(f"no chart called {spec.kind!r}: expected one of {names}; see `latent-explorer plugins`")
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


def fitted_as(spec: ChartSpec) -> ChartSpec:
    """A checked spec without the parameters that only `make` uses: fits are kept under it."""
    fits = {each.name for each in CHARTS[spec.kind].parameters if each.refits}
    return ChartSpec(spec.kind, {name: value for name, value in spec.parameters.items() if name in fits})


def needs_fit(spec: ChartSpec) -> bool:
    """Whether making such a chart for the first time takes long."""
    return spec.kind in CHARTS and CHARTS[spec.kind].fit is not None


def usual_spec(fits: Mapping[str, Arrays], dimensions: int) -> ChartSpec:
    """The chart that a bundle with these included fits opens with; unknown kinds are skipped."""
    for text in sorted(fits):
        with suppress(UserError):
            return checked(ChartSpec.of(text), dimensions)
    return checked(None, dimensions)


def brought(fits: Mapping[str, Arrays], spec: ChartSpec) -> Arrays | None:
    """The fit of a checked spec among those included in a bundle."""
    return fits.get(str(fitted_as(spec)))


def chart_input(
    spec: ChartSpec, means: NDArray[np.float32], labels: NDArray[np.int64] | None, fitted: Arrays | None = None
) -> ChartInput:
    """The input for the chart of a checked spec."""
    values = {each.name: each.default for each in CHARTS[spec.kind].parameters} | spec.parameters
    return ChartInput(str(spec), means, values, labels, fitted or {})


def chart_for(
    means: NDArray[np.float32],
    spec: ChartSpec | None = None,
    turn: tuple[float, float, float, float] | None = None,
    *,
    labels: NDArray[np.int64] | None = None,
    fitted: Arrays | None = None,
) -> Chart:
    """The chart of `means` (n, d) for a spec; the default one if it is None.

    turn: applied to the plane of the default one, if any. fitted: the result of the kind's fit.
    Raises UserError like `checked`, and if a kind must be fitted first.
    """
    chosen = checked(spec, means.shape[1])
    kind = CHARTS[chosen.kind]
    if kind.fit is not None and fitted is None:
        raise UserError(f"chart {chosen}: {kind.made_by or 'it must be fitted first'}")
    chart = kind.make(chart_input(chosen, means, labels, fitted))
    if chart.name != str(chosen):
        raise UserError(f"chart {chosen}: its kind made one called {chart.name!r}, which would be taken for another")
    usual = turn is not None and chosen == default_spec(means.shape[1])
    return TurnedChart(chart, Turn(*turn)) if turn is not None and usual else chart


def check(kind: ChartKind) -> None:
    """Make a chart of the kind, unless that takes long, and map there and back. Raises UserError if that fails."""
    means = np.random.default_rng(0).standard_normal((50, max(kind.dimensions.start, 2)), np.float32)
    if kind.fit is not None or means.shape[1] not in kind.dimensions:
        return
    chart, uv = chart_for(means, ChartSpec(kind.name)), np.array([(0.5, -0.25), (1.0, 2.0)])
    z = chart.to_latent(uv)
    if z.shape != (2, means.shape[1]) or z.dtype != np.float32:
        raise UserError(f"to_latent gave {z.dtype} {z.shape}: expected float32 {(2, means.shape[1])}")
    if len(chart.axis_names) != 2 or not np.allclose(chart.to_plane(z), uv, atol=1e-3):
        raise UserError("to_plane does not undo to_latent, or there are not two axis_names")
