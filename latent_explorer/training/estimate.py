"""What a run would take, before it is begun."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from latent_explorer.bundles import FORMAT, BundleConfig, DatasetRecord, TrainingRecord
from latent_explorer.bundles.files import outside_limits
from latent_explorer.bundles.saving import refuse_taken
from latent_explorer.data import Dataset
from latent_explorer.data.dataset import Facts
from latent_explorer.errors import TrainingError
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job, Recipe
from latent_explorer.runs.recipe import Precision
from latent_explorer.training.distributed.devices import choose_device, precisions
from latent_explorer.training.images import EVALUATION_BATCH, Images
from latent_explorer.training.jobs import spec_of
from latent_explorer.training.learner import Learner

_PROGRAM = 600 << 20
"""Bytes of the process before there is any data: torch and scikit-learn, as measured."""

_WEIGHTS_COPIES = 16
"""Of each weight, at the end of an epoch: weights, gradient, average, best, the optimiser's two, and of all that has
to be saved one in numpy and one in the file."""

_IMAGES_COPIES = 3
"""As read, on the device, and once more while the bundle is written."""

_KEPT = 3
"""What a step holds of each layer's outputs: themselves, their gradients, and what products need besides."""

_FIRST, _MOST, _TRIALS = 8, 1024, 3
"""Images of the steps timed, at first and at the most, and how many are timed at first."""

_LONG, _TIMED = 0.1, 0.4
"""Seconds that a timed step may take, and for how many steps are timed."""


@dataclass(frozen=True)
class Estimate:
    """seconds: of training, on a machine as busy as now. memory: bytes at the most. weights: how many are learned."""

    seconds: float
    memory: int
    weights: int
    device: str


def estimate(job: Job, facts: Facts, overtaken: Callable[[], bool] = lambda: False) -> Estimate | None:
    """What training as `job` says would take on a dataset of these facts; None where it was overtaken meanwhile.

    A few steps are trained on noise. Raises UserError with the reason where it cannot work.
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
        return None
    seconds = _seconds(job.recipe, spec, facts, device)
    return Estimate(seconds, memory, weights, str(device))


def warm() -> None:
    """Train a step on a tiny network, so that what torch loads late is there when the first estimate is asked for."""
    spec = NetSpec(family="vae", trunk="dense", image_shape=(2, 2, 1), latent_dim=2, hidden=(2,))
    for precision in precisions("auto", torch.device("cpu")):
        _Pace(Recipe(batch_size=2), spec, torch.device("cpu"), precision).quickest(2)


def _refuse_outside_limits(spec: NetSpec, facts: Facts) -> None:
    """Refuse now what could not be saved in the end."""
    dataset = DatasetRecord(name="", source="", fingerprint="", count=facts.train + facts.test, class_names=())
    training = TrainingRecord(epochs=0, batch_size=1, learning_rate=0, seed=0, device="", minutes=0, command="")
    config = BundleConfig(
        format=FORMAT, name="", net=spec, dataset=dataset, training=training, metrics={}, versions={}, files={}
    )
    complaint = outside_limits(config)
    if complaint:
        raise TrainingError(complaint)


def _sizes(spec: NetSpec) -> tuple[int, int]:
    """How many weights there are, and the bytes of all layers' outputs for one image; no memory is taken for it."""
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
    images = (facts.train + facts.test) * math.prod(facts.image_shape)
    step = min(recipe.batch_size, facts.train) * outputs * _KEPT
    evaluation = min(EVALUATION_BATCH, facts.train + facts.test) * outputs
    return 4 * weights * _WEIGHTS_COPIES + images * _IMAGES_COPIES + max(step, evaluation)


def _refuse_too_large(memory: int, device: torch.device) -> None:
    present = _memory_of(device)
    if present is not None and memory > present:
        raise TrainingError(
            f"this takes about {memory / 1e9:.1f} GB, and {device.type} has {present / 1e9:.1f} GB: choose a smaller "
            "network, smaller batches or smaller images"
        )


def _memory_of(device: torch.device) -> int | None:
    """Bytes that there are in all, where the system says so."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _seconds(recipe: Recipe, spec: NetSpec, facts: Facts, device: torch.device) -> float:
    """Steps, the evaluation after each epoch, and at the end the encoding and decoding of all images, twice."""
    paces = [_Pace(recipe, spec, device, each) for each in precisions(recipe.precision, device)]
    size = min(recipe.batch_size, facts.train)
    few = min(size, _FIRST)
    quick, pace = min(((pace.quickest(few), pace) for pace in paces), key=lambda pair: pair[0])
    many = max(few, min(size, _MOST, int(few * _LONG / quick)))
    step = _continued((few, quick), (many, pace.usual(many)), size)
    judged, steps = facts.test or facts.train, -(-facts.train // recipe.batch_size)
    image = pace.evaluation(many) / many
    return recipe.epochs * (steps * step + judged * image) + 2 * (facts.train + facts.test) * image


def _continued(one: tuple[int, float], other: tuple[int, float], size: int) -> float:
    """Seconds for `size` images, by what two other sizes took: what each step takes anyway counts once."""
    (few, quick), (many, usual) = one, other
    each = max(0.0, usual - quick) / (many - few) if many > few else usual / many
    return usual + (size - many) * each


class _Pace:
    """Times steps of training, and evaluations, on noise."""

    def __init__(self, recipe: Recipe, spec: NetSpec, device: torch.device, precision: Precision) -> None:
        noise = np.random.default_rng(0).integers(
            0, 256, (min(recipe.batch_size, _MOST), *spec.image_shape), dtype=np.uint8
        )
        labels = np.arange(len(noise)) % spec.classes if spec.classes else None
        names = tuple(map(str, range(spec.classes)))
        dataset = Dataset("noise", noise, labels, names, np.zeros(len(noise), np.uint8))
        images = Images.of(dataset, device, spec.classes)
        with torch.random.fork_rng(devices=[]):
            model = build(spec).to(device)
        self._learner = Learner(model, recipe, precision, images)
        self._draws = torch.Generator(device).manual_seed(0)

    def quickest(self, size: int) -> float:
        """Seconds of the quickest of a few steps with a batch of that size: the first are slow."""
        return min(self._step(size) for _ in range(_TRIALS))

    def usual(self, size: int) -> float:
        """The mean of some steps: how busy the machine is counts."""
        times, end = [self._step(size)], time.perf_counter() + _TIMED
        while time.perf_counter() < end:
            times.append(self._step(size))
        return float(np.mean(times[1:] or times))

    def evaluation(self, size: int) -> float:
        """Seconds of judging so many images."""
        return min(self._judge(size) for _ in range(_TRIALS))

    def _step(self, size: int) -> float:
        batch = torch.arange(size, device=self._learner.device)
        begin = time.perf_counter()
        self._learner.learn(batch, 1, 0, 2, self._draws)
        self._learner.optimiser.verdict()  # waits for the device
        return time.perf_counter() - begin

    def _judge(self, size: int) -> float:
        begin = time.perf_counter()
        self._learner.losses_on(np.arange(size))
        return time.perf_counter() - begin
