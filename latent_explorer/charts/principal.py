"""The chart of principal components."""

import numpy as np
from numpy.typing import ArrayLike

from latent_explorer.charts.chart import LinearChart
from latent_explorer.charts.kind import MANY, ChartKind


def principal_chart(means: ArrayLike) -> LinearChart:
    """The plane of the first two principal components of `means` (n, d), through their centre.

    Each axis points to where its largest entry is positive, so that equal data give an equal chart.
    """
    points = np.asarray(means, np.float64)
    origin = points.mean(0)
    spread, vectors = np.linalg.eigh(np.atleast_2d(np.cov(points, rowvar=False, bias=True)))  # one point is data too
    leading = vectors.T[::-1][:2]
    largest = np.take_along_axis(leading, np.abs(leading).argmax(1)[:, None], axis=1)
    axes = np.zeros((2, points.shape[1]))
    axes[: len(leading)] = leading * np.sign(largest)
    shares = np.maximum(spread[::-1], 0) / max(spread.sum(), np.finfo(float).tiny)
    names = [f"principal component {n} ({share:.0%})".replace("%", " %") for n, share in enumerate(shares[:2], 1)]
    return LinearChart("principal", origin, axes, (names[0], names[1] if len(names) > 1 else ""))


PRINCIPAL = ChartKind(
    name="principal",
    title="Principal plane",
    sentence="The flat plane through the middle of the data along which they spread widest.",
    make=lambda data: principal_chart(data.means),
    dimensions=range(1, MANY),
    default_for=range(1, 2),
)
