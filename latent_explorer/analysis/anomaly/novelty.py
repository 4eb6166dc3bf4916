"""Scores that relate the unexplained part of an image to its brightness and to its latent."""

import numpy as np

from latent_explorer.analysis.anomaly.coding import Coded, Reals
from latent_explorer.analysis.anomaly.place import nearest_of_others
from latent_explorer.analysis.anomaly.reconstruction import excess_nats
from latent_explorer.analysis.anomaly.score import Measure, Score
from latent_explorer.analysis.neighbourhood import Nearest


def excess_per_ink(images: Coded) -> Reals:
    """The excess nats (n,) per white pixel of brightness, plus one pixel to avoid division by 0."""
    share: Reals = excess_nats(images) / (1 + images.x.sum(1, dtype=np.float64))
    return share


def _novelty(usual: Coded) -> Measure:
    nearest = Nearest(usual.places)
    return lambda images: excess_per_ink(images) * nearest_of_others(nearest, images, images.places, 1)


PER_INK = Score(
    name="excess-per-ink",
    title="Excess per brightness",
    sentence="Cross-entropy less entropy, divided by the total brightness of the image: one with few strokes has "
    "less to get wrong.",
    fit=lambda _: excess_per_ink,
    unit="nats per white pixel",
    needs_encoder=True,
    needs_decoder=True,
)
NOVELTY = Score(
    name="novelty",
    title="Excess times distance",
    sentence="What is left unexplained for the brightness of the image, times the distance to the nearest training "
    "image in latent space: odd is what is drawn badly and lies apart.",
    fit=_novelty,
    needs_sample=True,
    unit="nats per white pixel, times latent units",
    needs_encoder=True,
    needs_decoder=True,
)
