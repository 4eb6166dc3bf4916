"""Scores by how well a model reconstructs an image."""

import numpy as np

from latent_explorer.analysis.anomaly.coding import Coded, Reals, cross_entropy
from latent_explorer.analysis.anomaly.score import Score


def squared_error(images: Coded) -> Reals:
    """The mean squared error (n,) of the reconstructions, on pixels in [0, 1]."""
    errors: Reals = np.square(images.x - images.decoded).mean(1, dtype=np.float64)
    return errors


def negative_elbo(images: Coded) -> Reals:
    """The -ELBO in nats (n,)."""
    assert images.nats is not None
    return images.nats + images.kl


def excess_nats(images: Coded) -> Reals:
    """The cross-entropy of the reconstructions minus the entropy of the images, in nats (n,).

    This is the divergence KL(x ‖ D(E(x))) of the pixels as Bernoulli variables, which is at least 0.
    """
    excess: Reals = cross_entropy(images.x, images.decoded) - images.entropy
    return excess


RECONSTRUCTION = Score(
    name="reconstruction",
    title="Reconstruction error",
    sentence="How far the reconstruction is from the image: the mean squared error of the pixels.",
    fit=lambda _: squared_error,
    unit="mean squared error",
    needs_encoder=True,
    needs_decoder=True,
)
NEGATIVE_ELBO = Score(
    name="negative-elbo",
    title="Negative ELBO",
    sentence="The bound on how unlikely the model finds the image, in nats: what a VAE is trained to lower. Images "
    "that are dark or simple cost few nats whatever they show, so it may prefer the wrong data.",
    fit=lambda _: negative_elbo,
    unit="nats",
    needs_encoder=True,
    needs_decoder=True,
    needs_variance=True,
    likely=True,
    misled="Grey pixels cost nats however well they are drawn, so dark, simple images look likely whatever they show. "
    "Cross-entropy less entropy takes that cost off.",
)
EXCESS = Score(
    name="excess-nats",
    title="Cross-entropy less entropy",
    sentence="By how many nats the reconstruction explains the image worse than the image explains itself: the "
    "cross-entropy of the reconstruction minus the entropy of the image's pixels. Dark, simple images have no "
    "advantage.",
    fit=lambda _: excess_nats,
    unit="nats",
    needs_encoder=True,
    needs_decoder=True,
)
