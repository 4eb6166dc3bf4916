"""Logistic regression on the labelled images alone."""

import numpy as np

from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.probe import LabelProbe, Learned
from latent_explorer.analysis.few_labels.space import PointSpace


def _learn(space: PointSpace, labelled: Labelled, before: Learned | None) -> Learned:
    from sklearn.linear_model import LogisticRegression

    labelled.check(len(space))
    points = space.points[labelled.numbers]
    middle, scale = points.mean(0), max(float(points.std()), 1e-12)
    model = LogisticRegression(max_iter=1000).fit((points - middle) / scale, labelled.classes)
    shares = np.zeros((len(space), labelled.count), np.float32)
    shares[:, labelled.present] = model.predict_proba((space.points - middle) / scale)
    return Learned(shares, labelled)


LOGISTIC = LabelProbe(
    name="logistic",
    title="Logistic regression",
    sentence="Planes between the classes, fitted to the labelled images alone (penalty 1/2 |w|^2, on points of unit "
    "variance).",
    learn=_learn,
)
