"""Choosing representative styles automatically."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError

HOWS = ("spread", "random")
"""Ways to choose: images nearest to the centres of k-means clusters, large clusters first; or random images."""


def choose_styles(means: NDArray[np.float32], count: int, how: str = "spread", seed: int = 0) -> NDArray[np.int64]:
    """The numbers int64 (count,) of images whose latents, of (n, d), represent the styles.

    Raises UserError if there are too few images, or no such way to choose.
    """
    if how not in HOWS:
        raise UserError(f"styles: expected one of {', '.join(HOWS)}, found {how!r}")
    if not 0 < count <= len(means):
        raise UserError(f"styles: expected 1 to {len(means):,}, the number of images, found {count:,}")
    if how == "random":
        return np.random.default_rng(seed).choice(len(means), count, replace=False).astype(np.int64)
    from sklearn.cluster import MiniBatchKMeans

    found = MiniBatchKMeans(count, batch_size=4096, n_init=3, random_state=seed).fit(means)
    order = np.argsort(-np.bincount(found.labels_, minlength=count), kind="stable")
    chosen: list[int] = []
    for centre in found.cluster_centers_[order]:
        distances = np.square(means - centre.astype(np.float32)).sum(axis=1)
        distances[chosen] = np.inf  # two centres may share their nearest image
        chosen.append(int(distances.argmin()))
    return np.array(chosen, np.int64)
