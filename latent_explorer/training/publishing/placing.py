"""The points of a generator's bundle: draws from the prior, and the images placed by inversion."""

from collections.abc import Callable

import numpy as np
import torch

from latent_explorer.bundles import Latents
from latent_explorer.bundles.latents import with_images
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.baselines import asked
from latent_explorer.training.classifier import Classifier
from latent_explorer.training.evaluate import encode, prior_samples
from latent_explorer.training.generator_figures import recognised
from latent_explorer.training.images import Images, evenly

TAUGHT = 5_000
"""The maximum number of placed images outside the test split."""

_AT_ONCE = 250  # images, after which it is told how many are placed: a few seconds


def drawn(
    model: LatentModel,
    dataset: Dataset,
    device: torch.device,
    classifier: Classifier | None = None,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Latents:
    """Draws from the prior of a generator, followed by images of `dataset` if the model encodes.

    classifier: labels the draws and gives all a confidence, if there is one. tell: called with the number of placed
    images, and the total.
    """
    draws = recognised(prior_samples(model), model, classifier)
    if not model.encodes:
        return draws
    images, model = Images.of(dataset, device, model.spec.classes), model.to(device).eval()
    others = np.setdiff1d(np.arange(len(dataset)), dataset.indices("test"))
    wanted = asked(dataset), evenly(others, TAUGHT)
    # Test images apart from others: with which an image is encoded matters for the last digits of the figures.
    parts = [some[start : start + _AT_ONCE] for some in wanted for start in range(0, len(some), _AT_ONCE)]
    total, placed = sum(map(len, parts)), list[Latents]()
    for part in parts:
        placed.append(encode(model, images, dataset, part))
        tell(sum(map(len, placed)), total)
    return with_images(draws, [recognised(part, model, classifier) for part in placed])
