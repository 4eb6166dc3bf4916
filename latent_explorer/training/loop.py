"""The training loop, as a generator of reports."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from threading import Event
from typing import get_args

import msgspec
import torch
from torch import Tensor

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import BundleError, TrainingError
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import load_weights, weights_of
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.runs.report import Report
from latent_explorer.training.autotune import choose_precision, choose_threads
from latent_explorer.training.distributed.devices import faults_told
from latent_explorer.training.distributed.process_group import SINGLE_PROCESS, ProcessGroup
from latent_explorer.training.images import Images, judged
from latent_explorer.training.learner import Learner
from latent_explorer.training.state import RunState, load_state, save_state
from latent_explorer.training.stop_token import Clock, now

_REPORTS_PER_EPOCH = 10
_PRECISIONS: tuple[Precision, ...] = get_args(Precision)


class Training:
    """One training run: created by `begin` or `resume`, driven by iterating over `run`.

    All generators are seeded by the recipe's seed and the epoch, so that a resumed run gives the same weights as an
    uninterrupted one, on the same device and in the same precision. Each process of a group has its own `Training`; all
    give the same reports and weights, which equal those of a single process up to rounding; for conditional families
    only approximately, as each process compares the latents of its own images.

    learner: the network with its moving average. steps: of the whole run; steps_done: so far. device: as torch names
    it.
    """

    reports_per_epoch = _REPORTS_PER_EPOCH

    def __init__(
        self, dataset: Dataset, progress: RunState, model: LatentModel, images: Images, group: ProcessGroup
    ) -> None:
        group.require_same(msgspec.json.encode(progress))
        self.progress = progress
        self._group = group
        self.learner = Learner(model, progress.recipe, progress.precision, images, group, progress.threads)
        self.device = str(self.learner.device)
        self._train = torch.from_numpy(dataset.indices("train"))
        self.steps_per_epoch = -(-len(self._train) // progress.recipe.batch_size)
        self.steps = progress.recipe.epochs * self.steps_per_epoch
        self._judged = judged(dataset)
        self._kept = weights_of(model)
        self.steps_done = self._begun_at = progress.step

    @classmethod
    def begin(cls, spec: NetSpec, dataset: Dataset, recipe: Recipe, group: ProcessGroup = SINGLE_PROCESS) -> "Training":
        """A new run. Raises TrainingError if dataset, device and network do not fit, UserError on unknown names."""
        _check_fit(spec, dataset)
        device = group.device(recipe.device)
        with faults_told(device, recipe.batch_size):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(recipe.seed)
                model = build(spec).to(device)
            images = Images.of(dataset, device, spec.classes)
            first = torch.arange(min(recipe.batch_size, len(dataset)), device=device)  # a batch has no duplicates
            few = ImageBatch(images.batch(first), labels=images.labels_at(first))
            precision = _PRECISIONS[group.from_first(_PRECISIONS.index(choose_precision(recipe, model, few)))]
            progress = RunState(
                spec=spec,
                recipe=recipe,
                fingerprint=dataset.fingerprint,
                device=device.type,
                precision=precision,
                threads=group.from_first(choose_threads(recipe, model, few, precision)),
            )
            return cls(dataset, progress, model, images, group)

    @classmethod
    def resume(
        cls, path: Path, dataset: Dataset, group: ProcessGroup = SINGLE_PROCESS, *, device: str = "auto"
    ) -> "Training":
        """The run whose state was saved at `path`, with a group of any size.

        device: to continue on; "auto" for the previous one. Raises TrainingError if the state is unreadable or of
        another dataset.
        """
        progress, parts = load_state(path)
        if progress.fingerprint != dataset.fingerprint:
            raise TrainingError(f"{path} is a run on another dataset than {dataset.name}; start a new run instead")
        place = group.device(progress.device if device == "auto" else device)
        progress = msgspec.structs.replace(progress, device=place.type)
        try:
            with faults_told(place, progress.recipe.batch_size):
                training = cls(
                    dataset, progress, build(progress.spec), Images.of(dataset, place, progress.spec.classes), group
                )
            training.learner.restore(parts)
            training._kept = parts["average"]
        except BundleError as error:
            raise TrainingError(f"{path} cannot be resumed: {error}; start this run again") from error
        return training

    def kept_model(self) -> LatentModel:
        """The network with the weights to keep, on the CPU: the moving average at the end of the last complete epoch.

        Before the end of the first epoch: the current average. Test images are not used to choose weights.
        """
        model = deepcopy(self.learner.average).cpu()
        if self.progress.epoch:
            load_weights(model, self._kept)
        return model

    def run(self, token: Event | None = None, *, state_path: Path | None = None) -> Iterator[Report]:
        """Train to the end of the recipe, or until `token` is set; reports about ten times per epoch and at its end.

        state_path: the file for the state at the end of each epoch. Raises TrainingError if a loss is no longer finite,
        with the weights from before that step, and UserError if the state cannot be saved.
        """
        token = self._group.heed(token or Event())
        size = min(self.progress.recipe.batch_size, len(self._train))
        clock = Clock(self.progress.step, self.steps, size, partial(now, token))
        for epoch in range(self.progress.epoch + 1, self.progress.recipe.epochs + 1):
            begin = now(token)
            for step, losses in self._epoch(epoch, token):
                yield clock.report(epoch, step, losses)
            if token.is_set():
                return
            test_losses = self._end_epoch(epoch, now(token) - begin)
            if state_path is not None:
                save_state(state_path, self.progress, self.learner.arrays())
            yield clock.report(epoch, self.progress.step, losses, test_losses)

    def _epoch(self, epoch: int, token: Event) -> Iterator[tuple[int, dict[str, float]]]:
        """Steps done so far, and the mean losses since the last report, about ten times per epoch and at its end."""
        recipe, device = self.progress.recipe, self.learner.device
        order = torch.randperm(len(self._train), generator=_generator(torch.device("cpu"), recipe.seed, epoch))
        draws = _generator(device, recipe.seed, epoch)
        every = max(1, self.steps_per_epoch // _REPORTS_PER_EPOCH)
        meter = LossMeter(self._group.add_up)
        batches = torch.split(self._train[order].to(device), recipe.batch_size)
        for number, batch in enumerate(self.learner.expected(batches), 1):
            if token.is_set():
                return
            step, due = self.progress.step + number, number % every == 0 or number == self.steps_per_epoch
            with faults_told(device, recipe.batch_size):
                meter.add(self.learner.learn(batch, epoch, step - 1, self.steps, draws))
                self.steps_done = step
                losses = meter.take() if due else {}
            if due:
                self._check(epoch)
                yield step, losses

    def _check(self, epoch: int) -> None:
        good = self.learner.optimiser.verdict()
        if good is None:
            return
        step = self._begun_at + good
        raise TrainingError(
            f"the loss or its gradient is no longer finite in epoch {epoch}, step {step + 1}, at the learning rate "
            f"{self.progress.recipe.rate_at(step, self.steps):.2g}; the weights before that step are kept. "
            "Train again with a lower learning rate"
        )

    def _end_epoch(self, epoch: int, seconds: float) -> dict[str, float]:
        with faults_told(self.learner.device, self.progress.recipe.batch_size):
            losses = self.learner.losses_on(self._judged)
        self._kept = weights_of(self.learner.average)
        self.progress = msgspec.structs.replace(
            self.progress,
            epoch=epoch,
            step=epoch * self.steps_per_epoch,
            seconds=self.progress.seconds + seconds,
        )
        return losses


class LossMeter:
    """Averages losses on their device. add_up: replaces a tensor by the sum over all training processes."""

    def __init__(self, add_up: Callable[[Tensor], None]) -> None:
        self._add_up = add_up
        self._means: dict[str, Tensor] = {}  # running means: kept losses would fragment the memory of batches
        self._seen = 0

    def add(self, losses: Mapping[str, Tensor]) -> None:
        """Add the losses of a step."""
        self._seen += 1
        self._means = {
            name: torch.lerp(self._means.get(name, loss), loss, 1 / self._seen) for name, loss in losses.items()
        }

    def take(self) -> dict[str, float]:
        """The means since the last call, by name; waits for the device."""
        means, names = torch.stack(list(self._means.values())), tuple(self._means)
        self._add_up(means)
        self._means, self._seen = {}, 0
        return dict(zip(names, means.tolist(), strict=True))


def _check_fit(spec: NetSpec, dataset: Dataset) -> None:
    if spec.image_shape != dataset.image_shape:
        raise TrainingError(f"{dataset.name} has images {dataset.image_shape}, the network takes {spec.image_shape}")
    if not len(dataset.indices("train")):
        raise TrainingError(f"{dataset.name} has no training images: expected at least one")


def _generator(device: torch.device, seed: int, epoch: int) -> torch.Generator:
    return torch.Generator(device).manual_seed((seed << 20) + epoch)
