"""Choosing labelled images automatically: at random by class, or nearest to the centres of clusters."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.space import PointSpace
from latent_explorer.charts.neighbours import Search
from latent_explorer.errors import UserError


def at_random(truth: NDArray[np.int64], among: NDArray[np.integer], count: int, classes: int, seed: int) -> Labelled:
    """`count` random images of `among`, balanced over the classes.

    truth: int64 (n,). If `count` does not divide evenly, some classes have one more; a class with too few images gives
    all. Raises UserError if there are fewer labels than classes, or too few images.
    """
    if count < classes:
        raise UserError(f"{count} labels: expected at least one for each of {classes} classes")
    if count > len(among):
        raise UserError(f"{count:,} labels: there are only {len(among):,} training images")
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(among)
    rank = np.empty(len(shuffled), np.int64)  # the rank of each image within its class
    for number in range(classes):
        of_class = truth[shuffled] == number
        rank[of_class] = np.arange(np.count_nonzero(of_class))
    extra = rng.permutation(classes)[truth[shuffled]]  # classes with one more
    numbers = shuffled[np.lexsort((extra, rank))[:count]]
    return Labelled(numbers.astype(np.int64), truth[numbers], classes)


def at_centres(
    space: PointSpace, truth: NDArray[np.int64], among: NDArray[np.integer], count: int, classes: int, seed: int
) -> Labelled:
    """The images nearest to the centres of `count` clusters (k-means) of the images `among`."""
    from sklearn.cluster import MiniBatchKMeans

    if not 0 < count <= len(among):
        raise UserError(f"{count:,} labels: expected 1 to {len(among):,}, the number of training images")
    points = space.points[among]
    found = MiniBatchKMeans(count, batch_size=4096, n_init=3, random_state=seed).fit(points)
    near = Search(points).of(found.cluster_centers_.astype(np.float32), 1)[1][:, 0]
    numbers = np.unique(among[near]).astype(np.int64)
    return Labelled(numbers, truth[numbers], classes)
