"""From a trained network to a bundle."""

import importlib.metadata
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import (
    FORMAT,
    BundleConfig,
    DatasetRecord,
    TrainingRecord,
    save_bundle,
)
from latent_explorer.bundles.latents import packed, restored
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.weights import load_model, weights_to_keep
from latent_explorer.runs import Job
from latent_explorer.safe_text import readable
from latent_explorer.training.baselines import baselines_at_hand
from latent_explorer.training.classifier import Classifier
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.evaluate import (
    PRIOR_SAMPLES,
    encode_dataset,
    evaluate,
    reconstruction_error,
)
from latent_explorer.training.generator_figures import draws_figures
from latent_explorer.training.publishing.card import card
from latent_explorer.training.publishing.pictures import first_tiles, preview
from latent_explorer.training.publishing.placing import drawn
from latent_explorer.training.state import RunState

TurnOf = Callable[[NDArray[np.float32]], tuple[float, float, float, float] | None]


def write_bundle(
    job: Job,
    model: LatentModel,
    dataset: Dataset,
    progress: RunState,
    turn_of: TurnOf = lambda _: None,
    classifier: Classifier | None = None,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> BundleConfig:
    """Encode and evaluate `dataset` with the weights in the precision of the file, and save the bundle of `job`.

    turn_of: how to turn the map of the means (n, d) of all images, if at all; see `BundleConfig.turn`.
    classifier: labels draws from the prior; None for none. tell: called with the number of images placed in the space
    of a generator, and the total. Returns the saved configuration. Raises BundleError if the folder cannot be written.
    """
    device = choose_device(progress.device)
    precision: type[np.floating[Any]] = np.float16 if job.half else np.float32
    weights = {name: array.astype(precision) for name, array in weights_to_keep(model).items()}
    kept = load_model(model.spec, {name: array.astype(np.float32) for name, array in weights.items()})
    of_images = kept.family.encodes
    latents = encode_dataset(kept, dataset, device) if of_images else drawn(kept, dataset, device, classifier, tell)
    judged = kept.encodes and len(dataset.indices("test"))
    metrics: dict[str, float | None] = {}
    if judged:
        metrics = evaluate(kept, dataset, device, latents if of_images else None).figures()
        metrics |= baselines_at_hand(dataset, kept.spec.latent_dim).figures()
    metrics |= draws_figures(latents, dataset)
    config = config_of(job, kept, dataset, progress, metrics)
    shortened = latents if job.variances else replace(latents, log_variance=None)
    as_read = restored(packed(shortened, job.latents))
    placed = 0 if of_images else len(latents) - config.prior_samples
    config = msgspec.structs.replace(config, turn=turn_of(as_read.mean), placed=placed)
    error = reconstruction_error(kept.to(device), dataset, as_read.mean) if of_images else None
    parts = weights, shortened, card(config, progress, job, error, dataset.report), preview(kept, as_read, dataset)
    tiles = first_tiles(kept, as_read, job.tiles, config.turn)
    overwrite = job.overwrite or job.resume
    save_bundle(job.folder, config, *parts, precision=job.latents, tiles=tiles, overwrite=overwrite)
    return config


def config_of(
    job: Job, model: LatentModel, dataset: Dataset, progress: RunState, metrics: Mapping[str, float | None]
) -> BundleConfig:
    """The configuration of a bundle, or snapshot, of a run on `dataset` at `progress`."""
    return BundleConfig(
        format=FORMAT,
        name=readable(job.folder.absolute().name),
        net=model.spec,
        dataset=DatasetRecord(
            name=dataset.name,
            source=dataset.source,
            fingerprint=dataset.fingerprint,
            count=len(dataset),
            class_names=dataset.class_names if dataset.labels is not None else (),
        ),
        training=TrainingRecord(
            epochs=progress.epoch,
            batch_size=progress.recipe.batch_size,
            learning_rate=progress.recipe.learning_rate,
            seed=progress.recipe.seed,
            device=progress.device,
            minutes=progress.seconds / 60,
            precision=progress.precision,
            command=job.command,
        ),
        metrics=dict(metrics),
        versions=versions(),
        files={},
        prior_samples=0 if model.family.encodes else PRIOR_SAMPLES,
        inverts=model.encodes and not model.family.encodes,
    )


def versions(*more: str) -> dict[str, str]:
    """The versions of the packages used for a bundle, by name. more: further packages."""
    found = {"python": platform.python_version()}
    for name in ("latent-explorer", "numpy", "torch", *more):
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found
