"""The chart of two dimensions: the plane is the latent space."""

import numpy as np

from latent_explorer.charts.chart import LinearChart
from latent_explorer.charts.kind import ChartKind


def identity_chart() -> LinearChart:
    """The chart of a two-dimensional latent space."""
    return LinearChart("identity", np.zeros(2), np.eye(2), ("dimension 0", "dimension 1"))


IDENTITY = ChartKind(
    name="identity",
    title="The two dimensions",
    sentence="The latent space as it is: it has two dimensions.",
    make=lambda _: identity_chart(),
    dimensions=range(2, 3),
    default_for=range(2, 3),
)
