"""Which images are labelled, where nobody clicks: at random by class, or those nearest to the centres of clusters."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.space import PointSpace
from latent_explorer.charts.neighbours import Search
from latent_explorer.errors import UserError


def at_random(truth: NDArray[np.int64], among: NDArray[np.integer], count: int, classes: int, seed: int) -> Labelled:
    """`count` of the images `among`, as many of each class as possible, drawn at random.

    truth: int64 (n,). Where they do not divide evenly, some classes have one more; a class of fewer images gives all.
    Raises UserError where there are fewer labels than classes, or fewer images.
    """
    if count < classes:
        raise UserError(f"{count} labels: expected at least one for each of {classes} classes")
    if count > len(among):
        raise UserError(f"{count:,} labels: there are only {len(among):,} training images")
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(among)
    rank = np.empty(len(shuffled), np.int64)  # of each image among those of its class
    for number in range(classes):
        of_class = truth[shuffled] == number
        rank[of_class] = np.arange(np.count_nonzero(of_class))
    extra = rng.permutation(classes)[truth[shuffled]]  # which classes have one more
    numbers = shuffled[np.lexsort((extra, rank))[:count]]
    return Labelled(numbers.astype(np.int64), truth[numbers], classes)


def at_centres(
    space: PointSpace, truth: NDArray[np.int64], among: NDArray[np.integer], count: int, classes: int, seed: int
) -> Labelled:
    """Of `count` clusters (k-means) of the images `among`, the images nearest to their centres."""
    from sklearn.cluster import MiniBatchKMeans

    if not 0 < count <= len(among):
        raise UserError(f"{count:,} labels: expected 1 to {len(among):,}, the number of training images")
    points = space.points[among]
    found = MiniBatchKMeans(count, batch_size=4096, n_init=3, random_state=seed).fit(points)
    near = Search(points).of(found.cluster_centers_.astype(np.float32), 1)[1][:, 0]
    numbers = np.unique(among[near]).astype(np.int64)
    return Labelled(numbers, truth[numbers], classes)
