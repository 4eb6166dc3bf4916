"""Baseline: a moved anchor, and a translation without pairs, with scikit-learn in a single process.

Kernel ridge regression both ways, and 2,000 translated images placed at the mean of their nearest data. Without pairs:
k-means centres, matched by scipy's quadratic assignment, then alternating nearest neighbours and Procrustes.
`python -m … SOURCE TARGET ANCHORS MOVES` prints how long each took.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import Latents, read_config, read_fits, read_latents

_SHOWN = 2000  # images, as many as the window moves
_NEIGHBOURS, _RIDGE = 10, 1e-3
_MATCHED, _CENTRES, _ROUNDS = 3000, 10, 20

Floats = NDArray[np.floating[Any]]


def main(source: Path, target: Path, anchors: int, moves: int) -> dict[str, Any]:
    """moved: milliseconds of each move. blind_seconds; blind_right: the share of images translated to their class."""
    x, y = read_latents(source), read_latents(target)
    moved = _moved(x.mean, y.mean, _points(target, y), min(anchors, len(x)), moves)
    began = time.perf_counter()
    right = _blind(x, y)
    return {"moved": moved, "blind_seconds": time.perf_counter() - began, "blind_right": right}


def _moved(x: Floats, y: Floats, points: Floats, anchors: int, moves: int) -> list[float]:
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.neighbors import NearestNeighbors

    draw, taken = np.random.default_rng(0), []
    images = draw.permutation(min(len(x), len(y)))
    here, shown = images[:anchors], images[:_SHOWN]
    search = NearestNeighbors(n_neighbors=min(_NEIGHBOURS, len(y))).fit(y)
    ridge = KernelRidge(alpha=_RIDGE, kernel="rbf", gamma=1 / x.shape[1] / float(x.var()))
    for move in range(moves):
        there = here.copy()
        there[move % anchors] = draw.integers(len(y))
        began = time.perf_counter()
        ridge.fit(y[there], x[here])
        nearest = search.kneighbors(ridge.fit(x[here], y[there]).predict(x[shown]), return_distance=False)
        np.median(points[nearest], 1)
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def _blind(x: Latents, y: Latents) -> float:
    from scipy.linalg import orthogonal_procrustes
    from scipy.optimize import quadratic_assignment
    from scipy.spatial.distance import pdist, squareform
    from sklearn.cluster import KMeans
    from sklearn.neighbors import NearestNeighbors

    count = min(_MATCHED, len(x), len(y))
    draw = np.random.default_rng(0)
    rows, others = draw.permutation(len(x))[:count], draw.permutation(len(y))[:count]
    here, there = x.mean[rows] - x.mean.mean(0), y.mean[others] - y.mean.mean(0)
    wider = max(here.shape[1], there.shape[1])
    here, there = (np.pad(each, ((0, 0), (0, wider - each.shape[1]))) for each in (here, there))
    means = KMeans(min(_CENTRES, count), n_init=4, random_state=0)
    centres = [means.fit(each).cluster_centers_ for each in (here, there)]
    apart = [squareform(pdist(each)) for each in centres]
    met = quadratic_assignment(*apart, options={"maximize": True}).col_ind
    turn, _ = orthogonal_procrustes(centres[0], centres[1][met])
    search = NearestNeighbors(n_neighbors=1).fit(there)
    for _ in range(_ROUNDS):
        nearest = search.kneighbors(here @ turn, return_distance=False)[:, 0]
        turn, _ = orthogonal_procrustes(here, there[nearest])
    if x.label is None or y.label is None:
        return float("nan")
    return float((x.label[rows] == y.label[others[nearest]]).mean())


def _points(folder: Path, latents: Latents) -> Floats:
    """The places of the data on the map included in the bundle, or their first two dimensions."""
    fits = read_fits(folder, read_config(folder))
    return next((np.asarray(fit["points"]) for fit in fits.values()), latents.mean[:, :2])


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
