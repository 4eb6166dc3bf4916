"""The latents of a whole dataset."""

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.bundles.latents import Latents
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.images import EVALUATION_BATCH, Images


@torch.inference_mode()
def encode_dataset(model: LatentModel, dataset: Dataset, device: torch.device) -> Latents:
    """The posterior of every image, and the mean squared error of its reconstruction from the mean."""
    model = model.to(device).eval()
    means, log_variances, errors = [], [], []
    for x in Images.of(dataset, device).batches(np.arange(len(dataset)), EVALUATION_BATCH):
        posterior = model.encode(x)
        means.append(posterior.mean.cpu())
        errors.append((model.decode(posterior.mean) - x).square().flatten(1).mean(1).cpu())
        if posterior.log_variance is not None:
            log_variances.append(posterior.log_variance.cpu())
    return Latents(
        mean=torch.cat(means).numpy(),
        log_variance=torch.cat(log_variances).numpy() if log_variances else None,
        label=dataset.labels,
        split=dataset.split,
        error=torch.cat(errors).numpy(),
    )


@torch.inference_mode()
def reconstruction_error(model: LatentModel, dataset: Dataset, means: NDArray[np.float32]) -> float | None:
    """The mean squared error, on pixels in [0, 1], of the test images' pictures decoded from `means` (n, d).

    Without test images: None.
    """
    device = next(model.parameters()).device
    images, test, total = Images.of(dataset, device), dataset.indices("test"), 0.0
    for part in np.array_split(test, max(1, len(test) // EVALUATION_BATCH)):
        decoded = model.decode(torch.from_numpy(means[part]).to(device))
        total += (decoded - images.batch(torch.from_numpy(part).to(device))).square().flatten(1).mean(1).sum().item()
    return total / len(test) if len(test) else None
