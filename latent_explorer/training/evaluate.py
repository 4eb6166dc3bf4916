"""Encoding a dataset, or drawing from the prior of a network without an encoder; the figures of a network."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.bundles import BundleConfig, Latents, check_bundle
from latent_explorer.bundles.latents import as_draws
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import DataError, TrainingError
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import LatentModel, Posterior, bernoulli_nats
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.training.baselines import NEIGHBOURS, asked, knn_accuracy
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.figure_set import FigureSet
from latent_explorer.training.images import EVALUATION_BATCH, Images, evenly

PRIOR_SAMPLES = 10_000
"""The number of latents in the bundle of a network without an encoder."""

INVERTED = 2_000
"""The maximum number of test images that are inverted for the figures."""

_DRAWS = 10
"""Samples of each posterior for the -ELBO; with one sample it varies by some hundredths of a nat."""


@torch.inference_mode()
def encode(model: LatentModel, images: Images, dataset: Dataset, indices: NDArray[np.int64] | None = None) -> Latents:
    """The latents of all images of `dataset`, or of those at `indices`, each under its own class.

    images: those of the dataset, on the network's device. The errors are of the mean; None without a decoder. Raises
    UserError if the network has no encoder.
    """
    places = np.arange(len(dataset)) if indices is None else indices
    means, log_variances, errors = [], [], []
    for x, labels in images.batches(places, EVALUATION_BATCH):
        posterior = model.encode(x, labels)
        means.append(posterior.mean.cpu())
        if model.decodes:
            errors.append(_squared_error(model, posterior.mean, labels, x))
        if posterior.log_variance is not None:
            log_variances.append(posterior.log_variance.cpu())
    return Latents(
        mean=torch.cat(means).numpy(),
        log_variance=torch.cat(log_variances).numpy() if log_variances else None,
        label=None if dataset.labels is None else dataset.labels[places],
        split=dataset.split[places],
        error=torch.cat(errors).numpy() if errors else None,
        index=indices,
    )


def encode_dataset(model: LatentModel, dataset: Dataset, device: torch.device) -> Latents:
    """The latents of all images of `dataset`, encoded on `device`."""
    return encode(model.to(device).eval(), Images.of(dataset, device, model.spec.classes), dataset)


@torch.inference_mode()
def prior_samples(model: LatentModel) -> Latents:
    """Draws from the prior, always the same, instead of the latents of images."""
    device = next(model.parameters()).device
    mean = model.draw(PRIOR_SAMPLES, Draws(torch.Generator(device).manual_seed(0))).float().cpu().numpy()
    return as_draws(Latents(mean, None, None, np.zeros(len(mean), np.uint8), None))


@torch.inference_mode()
def reconstruction_error(model: LatentModel, dataset: Dataset, means: NDArray[np.float32]) -> float | None:
    """The mean squared error of the test images' pictures decoded from `means` (n, d), on pixels in [0, 1].

    None without test images.
    """
    device = next(model.parameters()).device
    images, test = Images.of(dataset, device, model.spec.classes), dataset.indices("test")
    pairs = zip(
        images.batches(test, EVALUATION_BATCH),
        torch.split(torch.from_numpy(means[test]), EVALUATION_BATCH),
        strict=True,
    )
    errors = [_squared_error(model, z.to(device), labels, x) for (x, labels), z in pairs]
    return torch.cat(errors).mean(dtype=torch.float64).item() if errors else None


def _squared_error(model: LatentModel, z: Tensor, labels: Tensor | None, x: Tensor) -> Tensor:
    return (model.decode(z, labels) - x).square().flatten(1).mean(1).cpu()


@dataclass(frozen=True)
class Evaluation(FigureSet):
    """Figures on the whole test split.

    negative_elbo: nats per image, with grey levels as Bernoulli means, averaged over ten samples per image; None
    without a variance. unrefined_negative_elbo: the same by the encoder alone; None without refinement. mse: of the
    reconstruction from the mean, on pixels in [0, 1], averaged over pixels and images. knn10_accuracy: of labels
    predicted by the 10 nearest means, fitted on the train split; on at most 10,000 evenly chosen test images. None
    without labels.
    """

    negative_elbo: float | None
    mse: float
    knn10_accuracy: float | None
    unrefined_negative_elbo: float | None = None


def evaluate(model: LatentModel, dataset: Dataset, device: torch.device, latents: Latents | None = None) -> Evaluation:
    """The figures of `model` on `dataset`. latents: the result of `encode_dataset`, if already computed.

    A generator that inverts is measured on up to 2,000 test images, without label accuracy.

    Raises TrainingError if there are no test images, or the network has no encoder.
    """
    if not model.encodes:
        raise TrainingError(f"{model.family.label} has no encoder: these figures need one")
    test = dataset.indices("test")
    if not len(test):
        raise TrainingError(f"{dataset.name} has no test images: expected a test split to evaluate on")
    latents = latents or _encoded(model, dataset, device)
    assert latents.error is not None  # latents of images have errors
    errors = latents.error if latents.index is not None else latents.error[test]
    return Evaluation(
        negative_elbo=_negative_elbo(model, model.encode, dataset, device),
        unrefined_negative_elbo=_negative_elbo(model, model.encode_unrefined, dataset, device)
        if model.refines
        else None,
        mse=float(errors.mean(dtype="float64")),
        knn10_accuracy=label_accuracy(latents, dataset) if latents.index is None else None,
    )


def _encoded(model: LatentModel, dataset: Dataset, device: torch.device) -> Latents:
    """The latents of all images, or of some test images only if each has to be inverted."""
    if model.family.encodes:
        return encode_dataset(model, dataset, device)
    some = evenly(dataset.indices("test"), INVERTED)
    return encode(model.to(device).eval(), Images.of(dataset, device), dataset, some)


def evaluate_bundle(folder: Path, device: str = "auto", source: str | Dataset | None = None) -> Evaluation:
    """The figures of the bundle in `folder`, from its files and the dataset it names.

    source: the dataset, or its source as in `data.open_dataset`; None for the one in the bundle. Raises BundleError,
    DataError or TrainingError if bundle or dataset cannot be used, or do not match.
    """
    config = check_bundle(folder)
    model = load_bundle_model(folder, config)
    return evaluate(model, dataset_of(config, source), choose_device(device))


def dataset_of(config: BundleConfig, source: str | Dataset | None = None, *, download: bool = False) -> Dataset:
    """The dataset that a bundle was trained on; see `evaluate_bundle` for `source` and the errors.

    download: consent to download it if it is not on this computer.
    """
    if isinstance(source, Dataset):
        return source
    source = source or config.dataset.source
    try:
        dataset = open_dataset(source, download=download)
    except DataError as error:
        raise DataError(f"the images that {config.name} was trained on are needed: {error}") from error
    if dataset.fingerprint != config.dataset.fingerprint:
        raise TrainingError(
            f"{source} is not the dataset of {config.name}: expected the fingerprint "
            f"{config.dataset.fingerprint[:12]}…, found {dataset.fingerprint[:12]}…"
        )
    if complaint := config.mismatch(dataset.image_shape, len(dataset)):
        raise TrainingError(f"{source} is not the dataset of {config.name}: {complaint}")
    return dataset


@torch.inference_mode()
def _negative_elbo(
    model: LatentModel, encode: Callable[[Tensor, Tensor | None], Posterior], dataset: Dataset, device: torch.device
) -> float | None:
    """The -ELBO with posteriors from `encode`, a method of `model`; see `Evaluation`."""
    model = model.to(device).eval()
    draws = Draws(torch.Generator(device).manual_seed(0))
    total, test = 0.0, dataset.indices("test")
    if not model.family.has_variance:
        return None
    for x, labels in Images.of(dataset, device, model.spec.classes).batches(test, EVALUATION_BATCH):
        posterior = encode(x, labels)
        kl = posterior.kl().double().sum().item()
        for _ in range(_DRAWS):
            nats = bernoulli_nats(model.decode_logits(posterior.sample(draws), labels), x)
            total += nats.double().sum().item() + kl
    return total / (len(test) * _DRAWS)


def label_accuracy(latents: Latents, dataset: Dataset) -> float | None:
    """The accuracy by the 10 nearest means; see `Evaluation`. None without labels, or with too few training images."""
    train, test = dataset.indices("train"), asked(dataset)
    if latents.label is None or len(train) < NEIGHBOURS:
        return None
    return knn_accuracy(latents.mean[train], latents.label[train], latents.mean[test], latents.label[test])
