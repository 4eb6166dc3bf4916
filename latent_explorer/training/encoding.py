"""The latents of a dataset; of a network without an encoder, draws from its prior."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.bundles.latents import Latents
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.images import EVALUATION_BATCH, Images

PRIOR_SAMPLES = 10_000
"""Latents in the bundle of a network without an encoder."""


@dataclass(frozen=True, eq=False)
class EncodedImages:
    """Some images, encoded. mean, log_variance: float32 (k, d), the latter None where there is no variance.

    error: float32 (k,), the mean squared error of the picture decoded from the mean.
    """

    mean: NDArray[np.float32]
    log_variance: NDArray[np.float32] | None
    error: NDArray[np.float32]


@torch.inference_mode()
def encode_images(model: LatentModel, images: Images, indices: NDArray[np.intp]) -> EncodedImages:
    """The images at `indices`, each under its own class. Raises UserError where the network has no encoder."""
    means, log_variances, errors = [], [], []
    for x, labels in images.batches(indices, EVALUATION_BATCH):
        posterior = model.encode(x, labels)
        means.append(posterior.mean.cpu())
        errors.append((model.decode(posterior.mean, labels) - x).square().flatten(1).mean(1).cpu())
        if posterior.log_variance is not None:
            log_variances.append(posterior.log_variance.cpu())
    variances = torch.cat(log_variances).numpy() if log_variances else None
    return EncodedImages(torch.cat(means).numpy(), variances, torch.cat(errors).numpy())


def encode_dataset(model: LatentModel, dataset: Dataset, device: torch.device) -> Latents:
    """The posterior of every image, and the mean squared error of its reconstruction from the mean."""
    model = model.to(device).eval()
    images = Images.of(dataset, device, model.spec.classes)
    found = encode_images(model, images, np.arange(len(dataset)))
    return Latents(found.mean, found.log_variance, dataset.labels, dataset.split, found.error)


@torch.inference_mode()
def prior_samples(model: LatentModel) -> Latents:
    """The same draws from the prior every time, which stand for latents where no image has one."""
    device = next(model.parameters()).device
    mean = model.draw(PRIOR_SAMPLES, Draws(torch.Generator(device).manual_seed(0))).float().cpu().numpy()
    return Latents(mean, None, None, np.zeros(len(mean), np.uint8), None)


@torch.inference_mode()
def reconstruction_error(model: LatentModel, dataset: Dataset, means: NDArray[np.float32]) -> float | None:
    """The mean squared error, on pixels in [0, 1], of the test images' pictures decoded from `means` (n, d).

    Without test images: None.
    """
    device = next(model.parameters()).device
    images, test = Images.of(dataset, device, model.spec.classes), dataset.indices("test")
    pairs = zip(
        images.batches(test, EVALUATION_BATCH),
        torch.split(torch.from_numpy(means[test]), EVALUATION_BATCH),
        strict=True,
    )
    errors = [(model.decode(z.to(device), labels) - x).square().flatten(1).mean(1).cpu() for (x, labels), z in pairs]
    return torch.cat(errors).mean(dtype=torch.float64).item() if errors else None
