"""Training as the command line and the window ask for it: from a dataset's name to a bundle on disk."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

from latent_explorer.bundles.saving import refuse_taken
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError, UserError
from latent_explorer.nets.registry import usual_widths
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job, Report
from latent_explorer.training.bundling import Labels, write_bundle
from latent_explorer.training.log import logged
from latent_explorer.training.loop import Training
from latent_explorer.training.state import sweep


def spec_of(job: Job, dataset: Dataset) -> NetSpec:
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


def train_bundle(job: Job, token: Event | None = None) -> Iterator[Report]:
    """Train as `job` says, handing on the reports, then write the bundle.

    When `token` is set, the bundle is written from the best weights so far, and the state at the end of the last
    epoch stays beside it for `resume`. When a loss is no longer finite, likewise, and the TrainingError passes on.
    Raises UserError when dataset, network or folder cannot be used.
    """
    token = token or Event()
    refuse_taken(job.folder, job.overwrite or job.resume)
    dataset = open_dataset(job.source)
    training = _begin(job, dataset)
    _make_folder(job.run.path)
    sweep(job.run.state)
    try:
        reports = training.run(token, state_path=job.run.state)
        yield from logged(reports, training.progress, job.run.log, job.run.events)
    except TrainingError:
        with suppress(UserError):  # the first error is the one to mend
            _finish(job, training, dataset)
        raise
    _finish(job, training, dataset)
    if training.progress.epoch == training.progress.recipe.epochs:
        job.run.state.unlink(missing_ok=True)


def _begin(job: Job, dataset: Dataset) -> Training:
    if job.resume:
        return Training.resume(job.run.state, dataset)
    return Training.begin(spec_of(job, dataset), dataset, job.recipe)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(
            f"{folder}: expected a folder that can be written, for the bundle and its run: {error.strerror}"
        ) from error


def _finish(job: Job, training: Training, dataset: Dataset) -> None:
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
    write_bundle(job.folder, training.best_model(), dataset, training.progress, labels, overwrite=overwrite)
