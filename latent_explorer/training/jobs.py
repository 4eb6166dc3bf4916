"""Training as the command line and the window ask for it: from a dataset's name to a bundle on disk."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

from latent_explorer.bundles.saving import refuse_taken
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.data.facts import Facts
from latent_explorer.errors import TrainingError, UserError
from latent_explorer.nets.registry import usual_widths
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job, Report, keep_job
from latent_explorer.runs.protocol import Begun, Progress
from latent_explorer.training.bundling import Labels, write_bundle
from latent_explorer.training.control import Control
from latent_explorer.training.gauge import Gauge
from latent_explorer.training.log import logged
from latent_explorer.training.loop import Training
from latent_explorer.training.snapshots import Snapshots
from latent_explorer.training.state import sweep


def spec_of(job: Job, dataset: Dataset | Facts) -> NetSpec:
    """The network for the images of `dataset`."""
    hidden = usual_widths(job.trunk) if job.hidden is None else job.hidden
    return NetSpec(
        family=job.family,
        trunk=job.trunk,
        image_shape=dataset.image_shape,
        latent_dim=job.latent_dim,
        hidden=hidden,
        beta=job.beta,
        refinements=job.refinements,
    )


Say = Callable[[Progress | Begun], None]


def train_bundle(
    job: Job, token: Event | None = None, *, keep_bytes: int = 0, say: Say = lambda _: None
) -> Iterator[Report]:
    """Train as `job` says, handing on the reports, then write the bundle.

    When `token` is set, the bundle is written from the best weights so far, and the state at the end of the last
    epoch stays beside it for `resume`; a Control may instead let all be removed that the run has written. When a loss
    is no longer finite, the bundle is written likewise, and the TrainingError passes on. keep_bytes: what snapshots
    may take on disk, 0 for none; that of a report is there before it is handed on. say: told what takes long.
    Raises UserError when dataset, network or folder cannot be used.
    """
    token = token or Event()
    refuse_taken(job.folder, job.overwrite or job.resume)
    dataset = _opened(job.source, token, say)
    if dataset is None:
        return
    training = _begin(job, dataset)
    _make_folder(job.run.path)
    _prepare(job, dataset)
    snapshots = Snapshots(job, training, dataset, keep_bytes, lambda words: say(Progress(doing=words, lasting=True)))
    snapshots.begin()
    say(Begun(run=job.run.path, steps=training.steps, per_epoch=training.steps_per_epoch, device=training.device))
    try:
        reports = training.run(token, state_path=job.run.state)
        for report in logged(reports, training.progress, job.run.log, job.run.events):
            snapshots.see(report)
            yield report
    except TrainingError:
        with suppress(UserError):  # the first error is the one to mend
            _finish(job, training, dataset, snapshots)
        raise
    fresh = not job.folder.exists()
    if not _discarded(token):
        say(Progress(doing="evaluating and writing the bundle"))
        _finish(job, training, dataset, snapshots)
    if _discarded(token):  # which may have been said meanwhile
        _remove(job, bundle=fresh)
    elif training.progress.epoch == training.progress.recipe.epochs:
        job.run.state.unlink(missing_ok=True)


def _opened(source: str, token: Event, say: Say) -> Dataset | None:
    """The dataset; None where `token` was set meanwhile."""

    class StoppedError(Exception):
        pass

    def watch() -> None:
        if token.is_set():
            raise StoppedError

    with suppress(StoppedError):
        return open_dataset(source, progress=Gauge(f"reading {source}", say, watch))
    return None


def _discarded(token: Event) -> bool:
    return isinstance(token, Control) and not token.keep


def _remove(job: Job, *, bundle: bool) -> None:
    """Remove all that the run has written, the bundle too where it was not there before."""
    for folder in (job.run.path, *([job.folder] if bundle else [])):
        shutil.rmtree(folder, ignore_errors=True)


def _begin(job: Job, dataset: Dataset) -> Training:
    if job.resume:
        return Training.resume(job.run.state, dataset)
    return Training.begin(spec_of(job, dataset), dataset, job.recipe)


def _prepare(job: Job, dataset: Dataset) -> None:
    """Remove from the run's folder what is of a run before, or half written, and write down what is asked for."""
    sweep(job.run.state)
    if not job.resume:
        job.run.state.unlink(missing_ok=True)
        keep_job(replace(job, source=dataset.source))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(
            f"{folder}: expected a folder that can be written, for the bundle and its run: {error.strerror}"
        ) from error


def _finish(job: Job, training: Training, dataset: Dataset, snapshots: Snapshots) -> None:
    if training.steps_done == 0:
        return
    labels = Labels(
        name=job.folder.absolute().name,
        command=job.command,
        half=job.half,
        latents=job.latents,
        variances=job.variances,
        tiles=job.tiles,
        remark=job.remark,
    )
    overwrite = job.overwrite or job.resume
    write_bundle(
        job.folder,
        training.best_model(),
        dataset,
        training.progress,
        labels,
        overwrite=overwrite,
        turn_of=snapshots.turn,
    )
