"""Estimates the time and memory of a run before it starts."""

import math
import os
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn

from latent_explorer.bundles import FORMAT, BundleConfig, DatasetRecord, TrainingRecord
from latent_explorer.bundles.files import outside_limits
from latent_explorer.bundles.saving import refuse_taken
from latent_explorer.data import Dataset
from latent_explorer.data.dataset import Facts
from latent_explorer.errors import TrainingError
from latent_explorer.nets.generator import STARTS
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.refine import pictures_to_invert
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job, Recipe
from latent_explorer.runs.recipe import Precision
from latent_explorer.training.baselines import ASKED
from latent_explorer.training.distributed.devices import choose_device, precisions
from latent_explorer.training.evaluate import INVERTED, PRIOR_SAMPLES
from latent_explorer.training.images import EVALUATION_BATCH, Images
from latent_explorer.training.jobs import spec_of
from latent_explorer.training.learner import Learner
from latent_explorer.training.publishing.placing import TAUGHT
from latent_explorer.training.samples import SEEN
from latent_explorer.training.teaching import TEACHING
from latent_explorer.training.throttling import OvertakenError

_PROGRAM = 600 << 20
"""Bytes of the process without data: torch and scikit-learn, as measured."""

_WEIGHTS_COPIES = 16
"""Copies of each weight at the end of an epoch: weights, gradient, average, best, two of the optimiser, and for
everything saved one in numpy and one in the file."""

_IMAGES_COPIES = 3
"""Copies of the images: as read, on the device, and one while the bundle is written."""

_KEPT = 3
"""Copies of each layer's outputs in a step: the outputs, their gradients, and workspace of products."""

_FIRST, _MOST, _TRIALS = 8, 1024, 3
"""The batch sizes of the timed steps, first and largest, and the number of first steps."""

_LONG, _TIMED = 0.1, 0.4
"""Seconds: the longest timed step, and the total time of timed steps."""


@dataclass(frozen=True)
class Estimate:
    """seconds: of training under the current load. memory: peak bytes. weights: the number of trained weights."""

    seconds: float
    memory: int
    weights: int
    device: str


def estimate(job: Job, facts: Facts, overtaken: Callable[[], bool] = lambda: False) -> Estimate:
    """Estimate the training of `job` on a dataset with these facts.

    Trains a few steps on noise. Raises UserError with the reason if the job cannot work, and OvertakenError.
    """
    refuse_taken(job.folder, job.overwrite or job.resume)
    if not facts.train:
        raise TrainingError(f"{job.source} has no training images: expected at least one")
    device, spec = choose_device(job.recipe.device), spec_of(job, facts)
    _refuse_outside_limits(spec, facts)
    weights, outputs = _sizes(spec)
    memory = _memory(job.recipe, facts, weights, outputs) + (_PROGRAM if device.type == "cpu" else 0)
    _refuse_too_large(memory, device)
    if overtaken():
        raise OvertakenError
    return Estimate(_seconds(job.recipe, spec, facts, device), memory, weights, str(device))


def warm() -> None:
    """Train a step of a tiny network, so that torch's lazy imports are done before the first estimate."""
    spec = NetSpec(family="vae", trunk="dense", image_shape=(2, 2, 1), latent_dim=2, hidden=(2,))
    cpu = torch.device("cpu")
    for precision in precisions("auto", cpu):
        _step(_learner_of_noise(Recipe(batch_size=2), spec, cpu, precision), 2)


def _refuse_outside_limits(spec: NetSpec, facts: Facts) -> None:
    """Refuse a network that could not be saved at the end."""
    dataset = DatasetRecord(name="", source="", fingerprint="", count=facts.images, class_names=())
    training = TrainingRecord(epochs=0, batch_size=1, learning_rate=0, seed=0, device="", minutes=0, command="")
    config = BundleConfig(
        format=FORMAT, name="", net=spec, dataset=dataset, training=training, metrics={}, versions={}, files={}
    )
    complaint = outside_limits(config)
    if complaint:
        raise TrainingError(complaint)


def _sizes(spec: NetSpec) -> tuple[int, int]:
    """The number of weights, and the bytes of all layers' outputs for one image, computed without allocating memory."""
    outputs: list[int] = []

    def note(_layer: nn.Module, _inputs: object, output: object) -> None:
        outputs.append(output.nbytes if isinstance(output, torch.Tensor) else 0)

    height, width, channels = spec.image_shape
    with torch.device("meta"), torch.no_grad():
        model = build(spec).eval()
        for layer in model.modules():
            layer.register_forward_hook(note)
        labels = torch.zeros(1, dtype=torch.int64) if spec.classes else None
        model.losses(ImageBatch(torch.zeros(1, channels, height, width), labels=labels))
    return sum(weight.numel() for weight in model.parameters()), sum(outputs)


def _memory(recipe: Recipe, facts: Facts, weights: int, outputs: int) -> int:
    images = facts.images * math.prod(facts.image_shape)
    step = min(recipe.batch_size, facts.train) * outputs * _KEPT
    evaluation = min(EVALUATION_BATCH, facts.images) * outputs
    return 4 * weights * _WEIGHTS_COPIES + images * _IMAGES_COPIES + max(step, evaluation)


def _refuse_too_large(memory: int, device: torch.device) -> None:
    if device.type == "cuda":
        present = int(torch.cuda.mem_get_info(device)[1])
    else:
        try:
            present = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (AttributeError, ValueError, OSError):  # not supported by the system
            return
    if memory > present:
        raise TrainingError(
            f"this takes about {memory / 1e9:.1f} GB, and {device.type} has {present / 1e9:.1f} GB: choose a smaller "
            "network, smaller batches or smaller images"
        )


def _seconds(recipe: Recipe, spec: NetSpec, facts: Facts, device: torch.device) -> float:
    """Seconds for steps, the evaluation after each epoch, and encoding and decoding all images twice at the end, or the
    equivalent without an encoder."""
    size = min(recipe.batch_size, facts.train)
    few = min(size, _FIRST)
    learners = [_learner_of_noise(recipe, spec, device, each) for each in precisions(recipe.precision, device)]
    quick, learner = min(((_quickest(partial(_step, each, few)), each) for each in learners), key=lambda pair: pair[0])
    many = max(few, min(size, _MOST, int(few * _LONG / quick)))
    step = _continued((few, quick), (many, _usual(partial(_step, learner, many))), size)
    judged, steps = facts.test or facts.train, -(-facts.train // recipe.batch_size)
    image = _quickest(partial(learner.losses_on, np.arange(many))) / many
    training = recipe.epochs * (steps * step + judged * image)
    if learner.average.family.encodes:
        return training + 2 * facts.images * image
    return training + _of_generator(learner, facts, recipe.epochs, recipe.epochs * steps * step)


@torch.inference_mode()
def _of_generator(learner: Learner, facts: Facts, epochs: int, seconds: float) -> float:
    """Seconds for the draws, after each epoch and at the end, and for the encoder and the images it places.

    seconds: of all steps; a step of the encoder's training takes about as long as one of these.
    """
    model = learner.average
    z = model.draw(_MOST)
    picture = _quickest(partial(model.decode, z)) / len(z)
    drawn = 2 * (epochs * SEEN + PRIOR_SAMPLES) * picture  # decoded, and classified by a network of similar size
    if not model.family.inverts:
        return drawn
    placed = min(facts.test, ASKED) + min(facts.images - facts.test, TAUGHT) + min(facts.test, INVERTED)
    return drawn + TEACHING * seconds + placed * pictures_to_invert(model.spec.latent_dim, STARTS) * picture


def _continued(one: tuple[int, float], other: tuple[int, float], size: int) -> float:
    """Seconds for `size` images, extrapolated from two other sizes, with a constant part per step."""
    (few, quick), (many, usual) = one, other
    each = max(0.0, usual - quick) / (many - few) if many > few else usual / many
    return usual + (size - many) * each


def _learner_of_noise(recipe: Recipe, spec: NetSpec, device: torch.device, precision: Precision) -> Learner:
    count = min(recipe.batch_size, _MOST)
    noise = np.random.default_rng(0).integers(0, 256, (count, *spec.image_shape), dtype=np.uint8)
    labels = np.arange(count) % spec.classes if spec.classes else None
    names = tuple(map(str, range(spec.classes)))
    dataset = Dataset("noise", noise, labels, names, np.zeros(count, np.uint8))
    with torch.random.fork_rng(devices=[]):
        model = build(spec).to(device)
    return Learner(model, recipe, precision, Images.of(dataset, device, spec.classes))


def _step(learner: Learner, size: int) -> None:
    draws = torch.Generator(learner.device).manual_seed(0)
    learner.learn(torch.arange(size, device=learner.device), 1, 0, 2, draws)
    learner.optimiser.verdict()  # waits for the device


def _quickest(act: Callable[[], object]) -> float:
    """The shortest of a few times in seconds: the first ones are slow."""
    return min(timeit.repeat(act, number=1, repeat=_TRIALS))


def _usual(act: Callable[[], object]) -> float:
    """The mean of a few times in seconds, which includes the load of the machine."""
    times, end = timeit.repeat(act, number=1, repeat=1), time.perf_counter() + _TIMED
    while time.perf_counter() < end:
        times += timeit.repeat(act, number=1, repeat=1)
    return float(np.mean(times[1:] or times))
