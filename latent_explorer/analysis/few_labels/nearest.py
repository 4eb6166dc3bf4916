"""The class of the nearest labelled image."""

import numpy as np

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.probe import LabelProbe, Learned
from latent_explorer.analysis.few_labels.space import PointSpace
from latent_explorer.charts.neighbours import Search


def _learn(space: PointSpace, labelled: Labelled, before: Learned | None) -> Learned:
    """Shares fall with the squared distance to the nearest image of each class, relative to the nearest of all."""
    labelled.check(len(space))
    squares = np.full((len(space), labelled.count), np.inf, np.float32)
    for number in labelled.present:
        of_class = Search(space.points[labelled.numbers[labelled.classes == number]])
        squares[:, number] = np.square(of_class.of(space.points, 1)[0][:, 0])
    least = np.maximum(squares.min(1, keepdims=True), 1e-12)
    weights = np.exp(4 * (1 - np.minimum(squares / least, 20)))
    weights[~np.isfinite(squares)] = 0
    return Learned((weights / weights.sum(1, keepdims=True)).astype(np.float32), labelled)


NEAREST = LabelProbe(
    name="nearest",
    title="Nearest labelled image",
    sentence="Each image takes the class of the labelled image that is nearest to it.",
    learn=_learn,
)
