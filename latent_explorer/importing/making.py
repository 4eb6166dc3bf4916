"""Makes a bundle from a model of another program: encoded, measured, drawn, and written whole or not at all."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.bundles import (
    FORMAT,
    TILES_BYTES,
    BundleConfig,
    DatasetRecord,
    Latents,
    TrainingRecord,
    save_bundle,
)
from latent_explorer.bundles.files import LATENT
from latent_explorer.bundles.saving import refuse_taken
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import DataError, UserError
from latent_explorer.importing.arrays import GivenLatents, read_labels
from latent_explorer.importing.card import import_card
from latent_explorer.importing.finding import find_source, given_latents
from latent_explorer.importing.protocol import Imported, Importing, ImportPlan, Recognised, Report
from latent_explorer.importing.source import Data, Made, Source, flat_latents
from latent_explorer.nets.model import LatentModel
from latent_explorer.safe_text import readable
from latent_explorer.training.baselines import baselines_at_hand
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.evaluate import PRIOR_SAMPLES, evaluate, label_accuracy, prior_samples
from latent_explorer.training.images import Images
from latent_explorer.training.publishing.bundling import versions
from latent_explorer.training.publishing.pictures import first_tiles, preview

_AT_ONCE, _VALUES_AT_ONCE = 1000, 2**22  # images, and of all of them
_QUICK, _FOR_TILES = 5.0, 40.0  # pictures a second, with which map and tiles are decoded for the bundle
_PACKAGES = {"onnx": ("onnxruntime",), "diffusers": ("diffusers",)}


def import_model(plan: ImportPlan) -> Generator[Report, None, None]:
    """Make the bundle of a plan, with reports; the last one is Imported, or Recognised if it only looks.

    Closed at a report, it leaves nothing behind. Raises UserError if the plan cannot work.
    """
    begin = time.perf_counter()
    if plan.folder is not None:
        refuse_taken(plan.folder, plan.overwrite)
    yield Importing("Reading the model")
    latents = given_latents(plan)
    source = find_source(plan, latents)
    yield Recognised(source.words, source.lines, source.encodes, source.decodes)
    if plan.folder is None:
        return
    check_complete(source, plan, latents)
    device = choose_device(plan.device)
    yield Importing("Reading the images" if plan.images else "Reading the latents")
    opened = open_dataset(plan.images, download=plan.download) if plan.images else None
    data = _data(plan, opened, latents)
    yield Importing("Trying out the model")
    made = source.made(data, plan.value_range)
    whole = _Whole(plan, source, made, data, _dataset(data, plan), device)
    found, pace = yield from _latents(whole)
    yield from _written(whole, found, pace, opened, begin)


def check_complete(source: Source, plan: ImportPlan, latents: GivenLatents | None) -> None:
    """Raise UserError that says what is missing in a plan, if anything is."""
    if not plan.images and latents is None:
        needed = "--latents, and --images if there are any"
        if source.encodes or source.draws:
            needed = "--images, those that it was trained on"
        raise UserError(f"{source.words}: pass {needed}")
    if not source.encodes and latents is None and not source.draws:
        raise UserError(
            f"{source.words} cannot encode images: pass --encoder E.onnx, or their latents as --latents FILE"
        )


@dataclass(frozen=True, eq=False)
class _Whole:
    """Everything for a bundle before its latents are known. dataset: the images, or their stand-in."""

    plan: ImportPlan
    source: Source
    made: Made
    data: Data
    dataset: Dataset
    device: torch.device

    @property
    def model(self) -> LatentModel:
        return self.made.model

    @property
    def has_images(self) -> bool:
        return self.data.dataset is not None


def _data(plan: ImportPlan, opened: Dataset | None, latents: GivenLatents | None) -> Data:
    """Images and latents that belong together. Raises DataError if they do not."""
    if opened is not None and latents is not None and len(opened) != len(latents):
        raise DataError(
            f"--latents: expected one for each of the {len(opened):,} images of {opened.name}, in their order, found "
            f"{len(latents):,}"
        )
    dataset = opened
    if opened is not None:
        labels, names = _labels(plan, latents, len(opened))
        if labels is not None:
            dataset = replace(opened, labels=labels, class_names=names)
    return Data(dataset, latents)


def _labels(
    plan: ImportPlan, latents: GivenLatents | None, count: int
) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """The requested labels, or those in the file of the latents."""
    if plan.labels is not None:
        return read_labels(plan.labels, count)
    return (None, ()) if latents is None else (latents.labels, latents.class_names)


def _dataset(data: Data, plan: ImportPlan) -> Dataset:
    """The images; without any, one black pixel for each latent, which is never shown."""
    if data.dataset is not None:
        return data.dataset
    assert data.latents is not None
    count = len(data.latents)
    labels, names = _labels(plan, data.latents, count)
    split = np.zeros(count, np.uint8) if data.latents.split is None else data.latents.split
    file = plan.latents or plan.model
    name = readable("latents" if file is None else file.stem)
    return Dataset(name, np.zeros((count, 1, 1, 1), np.uint8), labels, names, split)


def _latents(whole: _Whole) -> Generator[Importing, None, tuple[Latents, float]]:
    """The latents of all images, with the errors of their reconstructions; and the number decoded per second."""
    model, dataset, given = whole.model.to(whole.device).eval(), whole.dataset, whole.data.latents
    if whole.source.draws:
        return prior_samples(model), _QUICK
    z = None if given is None else flat_latents(given, _shape(whole))
    means: list[Tensor] = []
    variances: list[Tensor] = []
    errors: list[Tensor] = []
    seconds, done = 0.0, 0
    for start, x, labels in _batches(whole):
        stop = start + len(x)
        if z is None:
            posterior = model.encode(x, labels)
            mean = posterior.mean.float()
            if posterior.log_variance is not None:
                variances.append(posterior.log_variance.cpu())
        else:
            mean = torch.from_numpy(z[start:stop]).to(whole.device)
        means.append(mean.cpu())
        if model.decodes and whole.has_images:
            begin = time.perf_counter()
            errors.append((model.decode(mean, labels) - x).square().flatten(1).mean(1).cpu())
            seconds, done = seconds + time.perf_counter() - begin, done + len(x)
        yield Importing("Encoding the images" if z is None else "Comparing the latents", stop, len(dataset))
    found = Latents(
        mean=_checked(torch.cat(means).numpy(), whole.source),
        log_variance=torch.cat(variances).numpy() if variances else None,
        label=dataset.labels,
        split=dataset.split,
        error=torch.cat(errors).clamp(0, 1).numpy() if errors else None,
    )
    return found, done / seconds if seconds else _pace(whole, found)


def _batches(whole: _Whole) -> Iterator[tuple[int, Tensor, Tensor | None]]:
    """Images (k, c, h, w) with their classes, each batch with its start."""
    dataset, start = whole.dataset, 0
    size = max(1, min(_AT_ONCE, _VALUES_AT_ONCE // int(np.prod(dataset.image_shape))))
    images = Images.of(dataset, whole.device, whole.model.spec.classes)
    with torch.inference_mode():
        for x, labels in images.batches(np.arange(len(dataset)), size):
            yield start, x, labels
            start += len(x)


def _shape(whole: _Whole) -> tuple[int, ...]:
    record = whole.made.record
    return (whole.model.spec.latent_dim,) if record is None else record.latent_shape


def _checked(means: NDArray[np.float32], source: Source) -> NDArray[np.float32]:
    if not np.isfinite(means).all():
        share = 1 - float(np.isfinite(means).all(1).mean())
        raise UserError(f"{source.words}: the latents of {share:.1%} of the images are not finite (NaN or infinite)")
    if (farthest := float(np.abs(means).max())) > LATENT:
        raise UserError(f"{source.words}: expected latents within ±{LATENT:,.0f}, found {farthest:g}")
    return means


@torch.inference_mode()
def _pace(whole: _Whole, found: Latents) -> float:
    """The number of pictures that a model decodes per second, from a short trial."""
    if not whole.model.decodes:
        return 0.0
    z = torch.from_numpy(found.mean[:4]).to(whole.device)
    whole.model.decode(z)
    begin = time.perf_counter()
    whole.model.decode(z)
    return len(z) / max(time.perf_counter() - begin, 1e-6)


def _written(
    whole: _Whole, found: Latents, pace: float, opened: Dataset | None, begin: float
) -> Generator[Report, None, None]:
    """Measure, draw and save."""
    plan, made, dataset = whole.plan, whole.made, whole.dataset
    assert plan.folder is not None
    yield Importing("Measuring")
    metrics = _figures(whole, found)
    yield Importing("Drawing the preview")
    picture = preview(whole.model, found, dataset, quick=pace >= _QUICK)
    tiles = first_tiles(whole.model, found, TILES_BYTES) if pace >= _FOR_TILES else None
    config = _config(whole, opened, metrics, (time.perf_counter() - begin) / 60)
    yield Importing("Saving")
    card = import_card(config, whole.source, made.words, dataset.report.lines() if opened is not None else ())
    folder = save_bundle(
        plan.folder, config, made.weights or {}, found, card, picture,
        program=made.program, tiles=tiles, overwrite=plan.overwrite,
    )  # fmt: skip
    yield Imported(folder, (*whole.source.lines, *made.words, *(opened.report.lines() if opened is not None else ())))


def _figures(whole: _Whole, found: Latents) -> dict[str, float | None]:
    """The available figures on the test images."""
    dataset, test = whole.dataset, whole.dataset.indices("test")
    if not len(test) or whole.source.draws:
        return {}
    if whole.made.record is None and whole.model.encodes:
        figures = evaluate(whole.model, dataset, whole.device, found).figures()
    else:
        mse = None if found.error is None else float(found.error[test].mean(dtype=np.float64))
        figures = {"mse": mse, "knn10_accuracy": label_accuracy(found, dataset)}
    if whole.has_images and len(dataset.indices("train")):
        figures |= baselines_at_hand(dataset, whole.model.spec.latent_dim).figures()
    return figures


def _config(whole: _Whole, opened: Dataset | None, metrics: dict[str, float | None], minutes: float) -> BundleConfig:
    plan, dataset, record = whole.plan, whole.dataset, whole.made.record
    assert plan.folder is not None
    return BundleConfig(
        format=FORMAT,
        name=readable(plan.name or plan.folder.absolute().name),
        net=whole.model.spec,
        dataset=DatasetRecord(
            name=dataset.name,
            source=dataset.source,
            fingerprint=(opened or dataset).fingerprint,
            count=len(dataset),
            class_names=dataset.class_names if dataset.labels is not None else (),
        ),
        training=TrainingRecord(
            epochs=0,
            batch_size=1,
            learning_rate=0,
            seed=0,
            device=str(whole.device),
            minutes=minutes,
            command=plan.command,
        ),
        metrics=metrics,
        versions=versions(*_PACKAGES.get("" if record is None else record.format, ())),
        files={},
        prior_samples=PRIOR_SAMPLES if whole.source.draws else 0,
        program=record,
    )
