"""The chart of principal components."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latent_explorer.charts.chart import LinearChart
from latent_explorer.charts.kind import MANY, ChartKind

_EXACT = 512  # dimensions
_COLUMNS, _POWERS, _ROWS = 12, 6, 1024
_Components = tuple[NDArray[np.float64], NDArray[np.float64], float]
"""The variances along the leading components, largest first; these (2, d) or fewer; and the total variance."""


def principal_chart(means: ArrayLike) -> LinearChart:
    """The plane of the first two principal components of `means` (n, d), through their centre.

    Each axis points to where its largest entry is positive, so equal data give an equal chart.
    """
    points = np.asarray(means)
    origin = points.mean(0, np.float64)
    how = _exact if points.shape[1] <= _EXACT else _of_few if len(points) <= _EXACT else _approximate
    spread, leading, total = how(points, origin)
    largest = np.take_along_axis(leading, np.abs(leading).argmax(1)[:, None], axis=1)
    axes = np.zeros((2, points.shape[1]))
    axes[: len(leading)] = leading * np.sign(largest)
    shares = np.maximum(spread, 0) / max(total, np.finfo(float).tiny)
    names = [f"principal component {n} ({share:.0%})".replace("%", " %") for n, share in enumerate(shares, 1)]
    return LinearChart("principal", origin, axes, (names[0], names[1] if len(names) > 1 else ""))


def _exact(points: NDArray[np.floating], origin: NDArray[np.float64]) -> _Components:
    """From the covariance (d, d)."""
    covariance = np.cov(np.asarray(points, np.float64), rowvar=False, bias=True)
    spread, vectors = np.linalg.eigh(np.atleast_2d(covariance))  # one point is data too
    return spread[::-1][:2], vectors.T[::-1][:2], float(spread.sum())


def _of_few(points: NDArray[np.floating], origin: NDArray[np.float64]) -> _Components:
    """From the points themselves, if there are fewer of them than dimensions."""
    _, sizes, rows = np.linalg.svd(points - origin, full_matrices=False)
    leading, _ = np.linalg.qr(np.concatenate([rows[:2].T, np.eye(points.shape[1], 2)], axis=1))  # of one point, any two
    variances = np.square(sizes) / len(points)
    return np.append(variances, 0)[:2], leading.T[:2], float(variances.sum())


def _approximate(points: NDArray[np.floating], origin: NDArray[np.float64]) -> _Components:
    """From a random subspace, brought closer to the widest one by powers of the covariance.

    Halko, Martinsson and Tropp 2011, "Finding structure with randomness", algorithm 4.4: products with the points
    alone, because the covariance in 4,096 dimensions would take half a minute.
    """
    count, middle = len(points), origin.astype(points.dtype)
    columns = np.random.default_rng(0).standard_normal((points.shape[1], _COLUMNS)).astype(points.dtype)
    for _ in range(_POWERS):
        found, _ = np.linalg.qr(points @ columns - middle @ columns)
        columns, _ = np.linalg.qr(points.T @ found - np.outer(middle, found.sum(0)))
    values, directions = np.linalg.eigh(_covariance(np.asarray(points @ columns - middle @ columns, np.float64)))
    total = sum(float(np.square(part - origin).sum()) for part in np.array_split(points, -(-count // _ROWS))) / count
    return values[::-1][:2], (columns @ directions)[:, ::-1][:, :2].T.astype(np.float64), total


def _covariance(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    product: NDArray[np.float64] = centred.T @ centred / len(centred)
    return product


PRINCIPAL = ChartKind(
    name="principal",
    title="Principal plane",
    sentence="The plane through the middle of the data along its two directions of largest variance.",
    make=lambda data: principal_chart(data.means),
    dimensions=range(1, MANY),
    default_for=range(1, 2),
)
