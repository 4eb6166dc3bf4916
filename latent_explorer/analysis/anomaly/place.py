"""Scores by the latent of an image."""

import numpy as np

from latent_explorer.analysis.anomaly.coding import Coded, Reals
from latent_explorer.analysis.anomaly.reconstruction import excess_nats, negative_elbo
from latent_explorer.analysis.anomaly.score import Measure, Score
from latent_explorer.analysis.neighbourhood import REACH, Nearest
from latent_explorer.analysis.trust import RadiusTails, Spread


def nearest_of_others(nearest: Nearest, images: Coded, places: Reals, rank: int) -> Reals:
    """The distance (n,) of places (n, k) to the rank-th nearest of the sample, excluding the image itself."""
    distances, found = nearest.find(np.asarray(places, np.float32), rank + 1)
    itself = found == images.rows[:, None]
    itself[~itself.any(1), -1] = True  # drop the farthest for an image that is not in the sample
    if distances.shape[1] == 1:
        alone: Reals = distances[:, 0]
        return alone
    kept: Reals = distances[~itself].reshape(len(places), -1)[:, -1]
    return kept


def _distance(usual: Coded) -> Measure:
    nearest = Nearest(usual.places)
    return lambda images: nearest_of_others(nearest, images, images.places, REACH)


def _radius(usual: Coded) -> Measure:
    spread = Spread(usual.places, usual.log_variance)
    tails = RadiusTails(spread.radius(usual.places))
    return lambda images: tails.surprise(spread.radius(images.places))


def _typicality(usual: Coded) -> Measure:
    own = negative_elbo if usual.nats is not None else excess_nats
    typical = float(np.mean(own(usual)))
    return lambda images: np.abs(own(images) - typical)


DISTANCE = Score(
    name="distance",
    title="Distance in latent space",
    sentence="How far the image lies from the training images: the distance to the "
    f"{REACH}th nearest of their latents.",
    fit=_distance,
    needs_sample=True,
    unit="latent units",
    needs_encoder=True,
)
RADIUS = Score(
    name="radius",
    title="Atypical radius",
    sentence="How unusual the distance from the middle of the data is, on either side: in many dimensions images lie "
    "in a shell, and hardly any near the middle. In nats, −log of the share of training images that are as unusual.",
    fit=_radius,
    needs_sample=True,
    unit="nats",
    needs_encoder=True,
)
TYPICALITY = Score(
    name="typicality",
    title="Atypical likelihood",
    sentence="How far the −ELBO is from what training images have in the mean, be it more or less: what is too likely "
    "is odd too. Of a model without variances, cross-entropy less entropy stands for it.",
    fit=_typicality,
    needs_sample=True,
    unit="nats",
    needs_encoder=True,
    needs_decoder=True,
    likely=True,
)
