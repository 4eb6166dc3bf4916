"""Snapshots of a run: everything needed to show it later as it was at one of its reports."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import Latents, Moment, read_config, read_latents, save_snapshot
from latent_explorer.bundles.latents import as_draws, packed, restored
from latent_explorer.charts import Turn, chart_for
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import UserError
from latent_explorer.nets.weights import weights_to_keep
from latent_explorer.runs import Job, Report
from latent_explorer.runs.folder import bytes_of, snapshots_of, step_of, sweep_snapshots
from latent_explorer.training.evaluate import encode
from latent_explorer.training.loop import Training
from latent_explorer.training.publishing.bundling import config_of
from latent_explorer.training.samples import RunSamples, snapshot_is_due, watched

Turned = tuple[float, float, float, float]


class Snapshots:
    """Takes snapshots at reports, within `keep_bytes` on disk, and aligns each map with the previous one.

    keep_bytes: 0 for no snapshots. samples: the draws of a network without an encoder, and their classes. complain:
    called once with a message if a snapshot cannot be written; the run continues without.
    """

    def __init__(
        self,
        job: Job,
        training: Training,
        dataset: Dataset,
        samples: RunSamples,
        keep_bytes: int,
        complain: Callable[[str], None],
    ) -> None:
        self._job, self._training, self._dataset, self._samples = job, training, dataset, samples
        self._keep_bytes, self._complain = keep_bytes, complain
        self._watched = watched(dataset)
        self._told = False
        self._before: NDArray[np.float64] | None = None

    def begin(self) -> None:
        """Before the first step: take a snapshot of a new network; in a resumed run, continue from the last one."""
        try:
            sweep_snapshots(self._job.run, after=self._training.progress.step)
        except OSError as error:
            self._fail(f"{self._job.run.snapshots}: old snapshots cannot be removed: {error.strerror}")
        if not self._keep_bytes:
            return
        self._take_up()
        if self._training.progress.step == 0:
            self._take(Moment(epoch=0, step=0, losses={}, coverage=self._samples.coverage()))

    def see(self, report: Report) -> None:
        """Take a snapshot if it is due: at the end of an epoch, and at each report within the first."""
        if self._keep_bytes and snapshot_is_due(report, self._training.progress.recipe.epochs):
            told = {name: getattr(report, name) for name in ("epoch", "step", "losses", "test_losses", "coverage")}
            self._take(Moment(**told))

    def turn(self, means: NDArray[np.float32]) -> Turned | None:
        """The rotation that aligns the map of `means` (n, d), of all images, with that of the last snapshot."""
        if self._before is None:
            return None
        same = self._watched if self._training.learner.average.family.encodes else slice(len(self._before))
        return Turn.between(_on_plane(means)[same], self._before)

    def _take_up(self) -> None:
        """Continue from the last existing snapshot."""
        for folder in reversed(snapshots_of(self._job.run)):
            try:
                config, latents = read_config(folder), read_latents(folder)
            except UserError:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            if latents.draws or latents.index is None or np.array_equal(latents.index, self._watched):
                self._before = _on_plane(latents.mean, config.turn)
            return

    def _take(self, moment: Moment) -> None:
        try:
            self._save(moment)
            self._thin()
        except (UserError, OSError) as error:
            self._fail(str(error))

    def _save(self, moment: Moment) -> None:
        model, latents = self._training.learner.average, self._latents()
        uv = _on_plane(latents.mean)
        turn = Turn() if self._before is None else Turn.between(uv, self._before)
        config = config_of(self._job, model, self._dataset, self._training.progress, {})
        draws = 0 if model.family.encodes else len(latents)
        config = msgspec.structs.replace(config, moment=moment, turn=tuple(turn), prior_samples=draws)
        save_snapshot(self._job.run.snapshot(moment.step), config, weights_to_keep(model), latents)
        self._before = uv @ turn.matrix.T

    def _latents(self) -> Latents:
        """The latents of the snapshot's images or draws, rounded as on disk, so that readers get the same chart."""
        learner = self._training.learner
        if not learner.average.family.encodes:
            draws = self._samples.draws
            drawn = Latents(draws, None, self._samples.labels(), np.zeros(len(draws), np.uint8), None)
            return restored(packed(as_draws(drawn), "float16"))
        found = encode(learner.average, learner.images, self._dataset, self._watched)
        return restored(packed(replace(found, log_variance=None), "float16"))

    def _thin(self) -> None:
        folders = {step_of(folder): folder for folder in snapshots_of(self._job.run)}
        used = sum(map(bytes_of, folders.values()))
        count = self._keep_bytes * len(folders) // max(used, 1)
        for step in folders.keys() - set(thinned(sorted(folders), count)):
            shutil.rmtree(folders[step])

    def _fail(self, reason: str) -> None:
        if not self._told:
            self._complain(f"the snapshot could not be saved; the run continues without it: {reason}")
        self._told = True


def _on_plane(means: NDArray[np.float32], turn: Turned | None = None) -> NDArray[np.float64]:
    """The places (n, 2) of means (n, d) on their default chart."""
    return chart_for(means, None, turn).to_plane(means)


def thinned(steps: Sequence[int], count: int) -> list[int]:
    """At most `count` of ascending steps, but at least the first and the last.

    Repeatedly removes the step that leaves the smallest gap. So no new gap is larger than any two neighbouring gaps of
    the result together, also when applied repeatedly to a growing list.
    """
    kept = list(steps)
    while len(kept) > max(2, count):
        inner = range(1, len(kept) - 1)
        del kept[min(inner, key=lambda place: kept[place + 1] - kept[place - 1])]
    return kept
