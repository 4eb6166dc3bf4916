"""Samples of a run: the same draws or images, decoded by the current network, and the classes of draws."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import cached_property

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import UserError
from latent_explorer.nets.model import LatentModel
from latent_explorer.runs import Report, RunFolder, snapshots_of
from latent_explorer.runs.folder import step_of
from latent_explorer.runs.report import MOST_CLASSES
from latent_explorer.runs.strip import SampleStrip, strips_of, sweep_strips, write_strip
from latent_explorer.training.evaluate import prior_samples
from latent_explorer.training.images import evenly, judged
from latent_explorer.training.loop import Training

WATCHED = 10_000
"""The maximum number of images whose latents a snapshot has."""

SEEN = 2_000
"""The number of draws in a snapshot of a network without an encoder, and for the class shares."""

_ROWS, _DRAWS, _IMAGES, _BATCH = 2, 16, 10, 250

Recogniser = Callable[[NDArray[np.uint8]], NDArray[np.int64]]
"""A function that returns the classes int64 (n,) of pictures uint8 (n, h, w, c)."""


def watched(dataset: Dataset) -> NDArray[np.int64]:
    """The images that snapshots contain, ascending: the test split, or an even sample of it.

    Without a test split, training images.
    """
    return evenly(judged(dataset), WATCHED).astype(np.int64)


def snapshot_is_due(report: Report, epochs: int) -> bool:
    """Whether a snapshot is due: at the end of an epoch, and at each report within the first."""
    return report.test_losses is not None or (report.epoch == 1 and report.step * epochs < report.steps)


class RunSamples:
    """Decodes the same draws from the prior, or reconstructs the same test images, with the averaged weights of a run.

    recognise: the classifier of draws; None for none. complain: called once with a message if a strip cannot be
    written; the run continues without.
    """

    def __init__(
        self,
        run: RunFolder,
        training: Training,
        dataset: Dataset,
        recognise: Recogniser | None,
        complain: Callable[[str], None],
    ) -> None:
        self._run, self._training, self._dataset, self._complain = run, training, dataset, complain
        self._recognise, self._told, self._generates = recognise, False, not training.learner.average.family.encodes
        self._labels: tuple[int, NDArray[np.int64]] | None = None
        every = training.steps_per_epoch // training.reports_per_epoch
        self._often = (
            every * training.progress.recipe.batch_size >= SEEN
        )  # so that sampling takes far less time than training

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes whose shares are measured; none without a classifier, or if there are very many."""
        names = self._dataset.class_names
        return names if self._recognise is not None and len(names) <= MOST_CLASSES else ()

    @cached_property
    def draws(self) -> NDArray[np.float32]:
        """The latents (n, d), the same in every run of a network: the first draws of its bundle."""
        return prior_samples(self._model).mean[:SEEN]

    def begin(self) -> None:
        """Remove strips of an earlier run after the current step. Call before the first step."""
        step = self._training.progress.step
        self._sweep({each for each in strips_of(self._run) if each <= step and step})
        if step == 0:
            self.keep_strip(0)

    def followed(self, reports: Iterator[Report]) -> Iterator[Report]:
        """Yield the reports, with class shares if these are due, after their strips are written."""
        epochs = self._training.progress.recipe.epochs
        for report in reports:
            self.keep_strip(report.step)
            looked = self._often or snapshot_is_due(report, epochs)
            yield msgspec.structs.replace(report, coverage=self.coverage() if looked else None)
            self._sweep({report.step, *map(step_of, snapshots_of(self._run))})

    def labels(self) -> NDArray[np.int64] | None:
        """The current classes (n,) of the draws' pictures; None without a classifier."""
        if self._recognise is None or not self._generates:
            return None
        step = self._training.steps_done
        if self._labels is None or self._labels[0] != step:
            self._labels = step, self._recognise(pictures_of(self._model, torch.from_numpy(self.draws)))
        return self._labels[1]

    def coverage(self) -> dict[str, float] | None:
        """The share of each class among the draws' pictures, by name; None if not measured."""
        labels = self.labels() if self.classes else None
        if labels is None:
            return None
        counts = np.bincount(labels, minlength=len(self.classes))
        return dict(zip(self.classes, (counts / len(labels)).tolist(), strict=True))

    def keep_strip(self, step: int) -> None:
        """Write a strip of the current pictures after a step."""
        try:
            write_strip(self._run, step, self._drawn() if self._generates else self._reconstructed())
        except UserError as error:
            if not self._told:
                self._complain(f"the strip of samples could not be saved; the run continues without it: {error}")
            self._told = True

    @property
    def _model(self) -> LatentModel:
        return self._training.learner.average

    def _sweep(self, keep: Collection[int]) -> None:
        with suppress(OSError):  # at worst, a few small files remain
            sweep_strips(self._run, keep)

    def _drawn(self) -> SampleStrip:
        made = pictures_of(self._model, torch.from_numpy(self.draws[:_DRAWS]))
        return SampleStrip(made.reshape(_ROWS, -1, *made.shape[1:]), samples=True)

    @torch.inference_mode()
    def _reconstructed(self) -> SampleStrip:
        """Test images above their reconstructions; a conditional network decodes each under its class."""
        (x, labels), *_ = self._training.learner.images.batches(self._shown, _IMAGES)
        made = pictures_of(self._model, self._model.encode(x, labels).mean, labels)
        return SampleStrip(np.stack([_pixels(x), made]), samples=False)

    @cached_property
    def _shown(self) -> NDArray[np.int64]:
        """Ten images: the first of each class, then others."""
        numbers = watched(self._dataset)
        if self._dataset.labels is None:
            return numbers[:_IMAGES]
        firsts = np.unique(self._dataset.labels[numbers], return_index=True)[1]
        others = np.setdiff1d(np.arange(len(numbers)), firsts)
        chosen: NDArray[np.int64] = numbers[np.concatenate([firsts, others])[:_IMAGES]]
        return chosen


@torch.inference_mode()
def pictures_of(model: LatentModel, z: Tensor, labels: Tensor | None = None) -> NDArray[np.uint8]:
    """Pictures uint8 (n, h, w, c) of latents (n, d), decoded on the network's device. labels: (n,), if conditional."""
    device = next(model.parameters()).device
    places = torch.split(torch.arange(len(z), device=z.device), _BATCH)
    made = (model.decode(z[part].to(device), None if labels is None else labels[part]) for part in places)
    return np.concatenate([_pixels(each) for each in made])


def _pixels(x: Tensor) -> NDArray[np.uint8]:
    """Images float (n, c, h, w) in [0, 1] as uint8 (n, h, w, c)."""
    return np.ascontiguousarray(x.float().mul(255).round().byte().permute(0, 2, 3, 1).cpu().numpy())
