"""The figures of a generator: the classes of its pictures, and how well it inverts images."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.classifier import CONFIDENT, Classifier, classifier_steps
from latent_explorer.training.evaluate import INVERTED, encode, prior_samples
from latent_explorer.training.figure_set import FigureSet
from latent_explorer.training.images import Images, evenly

_COMPARED = 5_000  # pictures, and images, for precision and recall
_NEIGHBOURS = 3
_ROWS = 500  # rows of a distance matrix at a time


@dataclass(frozen=True)
class GeneratorFigures(FigureSet):
    """Figures on 10,000 draws from the prior and on test images; None if not measured.

    least_class_share: the share of the rarest class among the draws, by the classifier. class_kl: the divergence of the
    class shares from equal ones, in nats. confident_share: of the draws classified with a probability above .95;
    confident_share_real: of the test images. classifier_accuracy: on the test images. precision: the share of pictures
    closer to some image than its third neighbour, in the classifier's features; recall: the same for images and
    pictures (Kynkaanniemi et al. 2019), of 5,000 each. inversion_mse: between up to 2,000 test images and the pictures
    of their latents, on pixels in [0, 1]; encoder_mse: by the encoder alone. inversion_seconds: per image, on this
    machine, in batches.
    """

    least_class_share: float | None = None
    class_kl: float | None = None
    confident_share: float | None = None
    confident_share_real: float | None = None
    classifier_accuracy: float | None = None
    precision: float | None = None
    recall: float | None = None
    inversion_mse: float | None = None
    encoder_mse: float | None = None
    inversion_seconds: float | None = None


def generator_figures(
    config: BundleConfig, model: LatentModel, dataset: Dataset, device: torch.device
) -> Iterator[str | GeneratorFigures]:
    """The figures of a model whose latents are draws from the prior; yields the current work, and the figures last."""
    found = GeneratorFigures()
    if config.prior_samples and model.decodes:
        yield "recognising pictures of draws"
        judge = yield from _classifier(dataset, device)
        if judge is not None:
            found = _judged(judge, model, dataset)
        if model.encodes and len(dataset.indices("test")):
            yield "inverting test images"
            found = replace(found, **_inverted(model, dataset, device))
    yield found


def _classifier(dataset: Dataset, device: torch.device) -> Generator[str, None, Classifier | None]:
    """The classifier of a dataset, if it can have one; yields the current work."""
    judge = None
    try:
        for told in classifier_steps(dataset, device):
            if isinstance(told, Classifier):
                judge = told
            else:
                yield f"teaching a classifier, {told.step} of {told.steps}"
    except TrainingError:
        pass
    return judge


def recognised(latents: Latents, model: LatentModel, classifier: Classifier | None) -> Latents:
    """Latents with the confidence of a classifier, if there is one, in the picture of each.

    Draws, which have no labels, get the predicted class.
    """
    if classifier is None or not model.decodes:
        return latents
    seen = classifier.probabilities(decode_pictures(model, latents.mean))
    label = seen.argmax(1).astype(np.int64) if latents.label is None else latents.label
    return replace(latents, label=label, confidence=seen.max(1))


def draws_figures(latents: Latents, dataset: Dataset) -> dict[str, float]:
    """`class_figures` of the draws among latents, if there are any with predicted classes."""
    if not latents.draws or latents.label is None:
        return {}
    return class_figures(latents.label[: latents.draws], len(dataset.class_names))


def class_figures(label: NDArray[np.int64], classes: int) -> dict[str, float]:
    """`least_class_share` and `class_kl` of the predicted classes (n,) of draws."""
    shares = np.bincount(label, minlength=classes) / len(label)
    there = shares[shares > 0]
    return {"least_class_share": float(shares.min()), "class_kl": float((there * np.log(there * classes)).sum())}


def _judged(judge: Classifier, model: LatentModel, dataset: Dataset) -> GeneratorFigures:
    pictures = decode_pictures(model, prior_samples(model.cpu()).mean)
    seen = judge.probabilities(pictures)
    found = GeneratorFigures(
        **class_figures(seen.argmax(1), len(dataset.class_names)),
        confident_share=float((seen.max(1) > CONFIDENT).mean()),
        confident_share_real=judge.facts.confident,
        classifier_accuracy=judge.accuracy,
    )
    test = evenly(dataset.indices("test"), _COMPARED)
    if len(test) <= _NEIGHBOURS:
        return found
    made, real = judge.features(pictures[:_COMPARED]), judge.features(np.asarray(dataset.images[test]))
    return replace(found, precision=_within(made, real), recall=_within(real, made))


def _within(points: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """The share of points (n, k) that are within the distance of the third neighbour of one of the others (m, k)."""
    among = torch.from_numpy(others)
    reach = torch.cat(
        [torch.cdist(part, among).kthvalue(_NEIGHBOURS + 1, 1).values for part in torch.split(among, _ROWS)]
    )
    inside = [(torch.cdist(part, among) <= reach).any(1) for part in torch.split(torch.from_numpy(points), _ROWS)]
    return float(torch.cat(inside).float().mean())


def _inverted(model: LatentModel, dataset: Dataset, device: torch.device) -> dict[str, float]:
    model, images = model.to(device).eval(), Images.of(dataset, device)
    some = evenly(dataset.indices("test"), INVERTED)
    encode(model, images, dataset, some[:1])  # warm-up
    begun = time.perf_counter()
    latents = encode(model, images, dataset, some)
    seconds = (time.perf_counter() - begun) / len(some)
    assert latents.error is not None
    errors = []
    with torch.inference_mode():
        for x, _ in images.batches(some, 500):
            errors.append((model.decode(model.encode_unrefined(x).mean) - x).square().flatten(1).mean(1))
    return {
        "inversion_mse": float(latents.error.mean(dtype="float64")),
        "encoder_mse": float(torch.cat(errors).double().mean()),
        "inversion_seconds": seconds,
    }
