"""Relative coordinates: each datum by its similarity to anchors, in one projection for two linked maps."""

import hashlib
import json
from collections.abc import Generator, Iterable
from typing import Literal, get_args

from latent_explorer.charts.inverse import DETAIL, NonlinearChart, nonlinear_chart
from latent_explorer.charts.kind import MANY, Arrays, ChartInput, ChartKind, ChartSpec, FitReport, Parameter
from latent_explorer.errors import UserError

Measure = Literal["cosine", "euclidean"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
_MADE_BY = "it is made from two linked maps and their anchors: open both, and choose it in the Alignment panel"
_DIGITS = 20


def relative_spec(
    seal: str, other: str, anchors: Iterable[int], others: Iterable[int], measure: str = MEASURES[0]
) -> ChartSpec:
    """The chart of a bundle relative to anchors that it shares with another.

    seal, other: of the two bundles. anchors, others: images of the one and of the other, pair by pair. The name of the
    chart, which its tiles and its fit carry, is therefore unique to these anchors.
    """
    told = json.dumps([seal, other, list(anchors), list(others), measure])
    chosen = {} if measure == MEASURES[0] else {"measure": measure}
    return ChartSpec("relative", {"anchors": f"a{hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]}", **chosen})


def _fit(data: ChartInput) -> Generator[FitReport, None, Arrays]:
    """Needs two bundles, which `latent_explorer.alignment.relative_fit` reads; this one alone cannot be fitted."""
    yield FitReport(0.0, "looking for the anchors")
    raise UserError(f"chart {data.name}: {_MADE_BY}")


def _make(data: ChartInput) -> NonlinearChart:
    return nonlinear_chart(data, ("relative 1", "relative 2"))


RELATIVE = ChartKind(
    name="relative",
    title="Relative coordinates",
    sentence="Each image by its similarity to the anchors of two linked maps; in these coordinates both look the same.",
    make=_make,
    fit=_fit,
    made_by=_MADE_BY,
    parameters=(
        Parameter("anchors", "a digest of the anchors and of both models", kind="name"),
        Parameter("measure", "how similarity is measured", MEASURES[0], kind="text", choices=MEASURES),
        DETAIL,
    ),
    dimensions=range(2, MANY),
)
