"""The points of a generator's bundle: draws from the prior, and the images that inversion has placed."""

import numpy as np
import torch

from latent_explorer.bundles import Latents
from latent_explorer.bundles.latents import with_images
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.baselines import asked
from latent_explorer.training.classifier import Classifier
from latent_explorer.training.evaluate import encode
from latent_explorer.training.generator_figures import labelled_draws
from latent_explorer.training.images import Images, evenly

TAUGHT = 5_000
"""Images of other splits than test that are placed at most."""


def drawn(model: LatentModel, dataset: Dataset, device: torch.device, classifier: Classifier | None = None) -> Latents:
    """Draws from the prior of a generator, and behind them images of `dataset`, where the model encodes.

    classifier: what gives the draws their labels, if there is one.
    """
    draws = labelled_draws(model, classifier)
    if not model.encodes:
        return draws
    images, model = Images.of(dataset, device, model.spec.classes), model.to(device).eval()
    others = np.setdiff1d(np.arange(len(dataset)), dataset.indices("test"))
    wanted = asked(dataset), evenly(others, TAUGHT)
    # One after the other: with which others an image is encoded matters for the last digits of the figures.
    return with_images(draws, [encode(model, images, dataset, some) for some in wanted if len(some)])
