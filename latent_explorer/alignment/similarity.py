"""The similarity of two latent spaces, without a translator: from the same images in both."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.distances import blocks
from latent_explorer.alignment.translator import Floats
from latent_explorer.analysis.neighbourhood import Nearest

_NEIGHBOURS = 10
_EXPLAINED = 0.99
_SAMPLE = 2_000  # images of which the median distance is taken


def linear_cka(x: NDArray[np.floating], y: NDArray[np.floating]) -> float:
    """|Y'X|^2 / (|X'X| |Y'Y|) of centred latents (n, d) and (n, e): 0 to 1, 1 for a rotation and one scale.

    Kornblith et al., Similarity of Neural Network Representations Revisited (ICML 2019).
    """
    x, y = (_centred(each) for each in (x, y))
    own = np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)
    return float(np.square(np.linalg.norm(y.T @ x)) / own) if own else 0.0


def rbf_cka(x: NDArray[np.floating], y: NDArray[np.floating], share: float = 0.5) -> float:
    """The same with Gaussian kernels, whose width is a share of the median distance; in blocks, for any number of
    images.

    Kornblith et al. (2019), with the biased estimate of HSIC.
    """
    spaces = [_centred(each).astype(np.float32) for each in (x, y)]
    widths = [2 * share**2 * _median_square(each) for each in spaces]
    count = len(x)
    rows_of = np.zeros((2, count))
    products = np.zeros(3)
    for rows in blocks(count, 4 * count):
        one, other = (_gaussian(each, rows, width) for each, width in zip(spaces, widths, strict=True))
        rows_of[:, rows] = one.sum(1, dtype=np.float64), other.sum(1, dtype=np.float64)
        products += [float(np.vdot(a, b)) for a, b in ((one, other), (one, one), (other, other))]
    crossed, *own = (
        product - 2 / count * (a @ b) + a.sum() * b.sum() / count**2
        for product, (a, b) in zip(products, ((0, 1), (0, 0), (1, 1)), strict=True)
        for a, b in [(rows_of[a], rows_of[b])]
    )
    scale = float(np.sqrt(own[0] * own[1]))
    return float(crossed) / scale if scale > 0 else 0.0


def svcca(x: NDArray[np.floating], y: NDArray[np.floating]) -> float:
    """The mean canonical correlation of the directions with 99 % of the variance of each: 0 to 1.

    Raghu et al., SVCCA (NeurIPS 2017).
    """
    bases = []
    for each in (x, y):
        left, values, _ = np.linalg.svd(_centred(each), full_matrices=False)
        held = np.cumsum(np.square(values)) / max(float(np.square(values).sum()), 1e-300)
        bases.append(left[:, : int(np.searchsorted(held, _EXPLAINED)) + 1])
    correlations = np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)
    return float(np.clip(correlations, 0, 1).mean())


def neighbours(x: NDArray[np.floating], count: int = _NEIGHBOURS) -> NDArray[np.int64]:
    """The nearest others of each of latents (n, d), int64 (n, count)."""
    found = Nearest(np.asarray(x, np.float32)).find(np.asarray(x, np.float32), count + 1)[1]
    own = found == np.arange(len(x))[:, None]
    own[~own.any(1), -1] = True  # of many in one place, the farthest counted goes
    others: NDArray[np.int64] = found[~own].reshape(len(x), -1)
    return others


def overlap(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """The share of nearest neighbours (n, k) of the same images that two spaces have in common."""
    return float((one[:, :, None] == other[:, None]).any(2).mean())


def _centred(values: NDArray[np.floating]) -> Floats:
    values = np.asarray(values, np.float64)
    centred: Floats = values - values.mean(0)
    return centred


def _median_square(x: NDArray[np.float32]) -> float:
    some = x[np.linspace(0, len(x) - 1, min(len(x), _SAMPLE)).astype(np.int64)]
    squares = _squares(some, some)
    return float(np.median(squares[np.triu_indices(len(some), 1)])) or 1.0


def _gaussian(x: NDArray[np.float32], rows: slice, width: float) -> NDArray[np.float32]:
    squares = _squares(x[rows], x)
    kernel: NDArray[np.float32] = np.exp(squares * np.float32(-1 / width))
    return kernel


def _squares(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    squares = a @ (-2 * b.T)
    squares += np.square(a).sum(1)[:, None]
    squares += np.square(b).sum(1)
    np.maximum(squares, 0, out=squares)
    return squares
