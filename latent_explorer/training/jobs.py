"""Training for the command line and the window: from a dataset's name to a bundle on disk."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Event

from latent_explorer.bundles.files import CLASSES, outside_net_limits
from latent_explorer.bundles.saving import refuse_taken
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset, Facts
from latent_explorer.errors import TrainingError, UserError
from latent_explorer.nets.families import find_family
from latent_explorer.nets.generator import Generator
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.registry import usual_widths
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job, Report, keep_job
from latent_explorer.runs.protocol import Begun, Progress
from latent_explorer.training.classifier import Classifier
from latent_explorer.training.distributed.devices import DeviceLostError
from latent_explorer.training.distributed.process_group import SINGLE_PROCESS, OtherFailedError, ProcessGroup
from latent_explorer.training.log import logged
from latent_explorer.training.loop import Training
from latent_explorer.training.publishing.bundling import write_bundle
from latent_explorer.training.recognising import recogniser
from latent_explorer.training.samples import RunSamples
from latent_explorer.training.snapshots import Snapshots
from latent_explorer.training.state import load_state, sweep
from latent_explorer.training.stop_token import StopToken
from latent_explorer.training.teaching import steps_of_teaching, teach
from latent_explorer.training.throttling import OvertakenError, throttled


def spec_of(job: Job, dataset: Dataset | Facts) -> NetSpec:
    """The network for the images of `dataset`. Raises UserError on an unknown setting, or missing labels."""
    family, known = find_family(job.family), dataset if isinstance(dataset, Facts) else Facts.of(dataset)
    classes = known.classes if family.conditional else 0
    if known.classes > CLASSES:
        raise TrainingError(f"expected at most {CLASSES:,} classes, found {known.classes:,}")
    if family.conditional and not classes:
        raise TrainingError("this family is given the class of each image, and these have no labels")
    spec = NetSpec(
        family=job.family,
        trunk=job.trunk,
        image_shape=dataset.image_shape,
        latent_dim=job.latent_dim,
        hidden=usual_widths(job.trunk) if job.hidden is None else job.hidden,
        classes=classes,
        settings=family.values(job.settings),
    )
    if complaint := outside_net_limits(spec):
        raise TrainingError(f"{complaint}; give the images a smaller size, such as {job.source}@64x64")
    return spec


Say = Callable[[Progress | Begun], None]


def device_of(job: Job) -> str:
    """The device of a job; for a resumed run, the previous one unless another is named."""
    if job.resume and job.recipe.device == "auto":
        return load_state(job.run.state)[0].device
    return job.recipe.device


def train_bundle(
    job: Job,
    token: Event | None = None,
    *,
    keep_bytes: int = 0,
    say: Say = lambda _: None,
    group: ProcessGroup = SINGLE_PROCESS,
) -> Iterator[Report]:
    """Train `job`, yield its reports, and write the bundle.

    When `token` is set, the bundle is written with the weights at the end of the last epoch, and the state is kept
    beside it for `resume`; a StopToken can instead request that everything the run has written is removed. If a loss is
    no longer finite, the bundle is written in the same way, and the TrainingError is raised. keep_bytes: the disk space
    for snapshots, 0 for none; the snapshot of a report is written before the report is yielded. say: called with
    descriptions of slow steps. group: each of its processes calls this function; the first one writes, and none returns
    before everything is written. Raises UserError if dataset, network or folder cannot be used.
    """
    token = token or Event()
    with group.together():
        if group.rank == 0:
            refuse_taken(job.folder, job.overwrite or job.resume)
        dataset = _opened_by_all(job, token, say, group)
        if dataset is None:
            return
        training = _begin(job, dataset, group)
        yield from training.run(token) if group.rank else _written(job, training, dataset, token, keep_bytes, say)


def _written(
    job: Job, training: Training, dataset: Dataset, token: Event, keep_bytes: int, say: Say
) -> Iterator[Report]:
    """Run `training`, write its files, and the bundle at the end."""
    _prepare(job, dataset)
    complain = partial(_say_lasting, say)
    classifier, uncovered = recogniser(training, dataset, token, say)
    samples = RunSamples(job.run, training, dataset, classifier, complain)
    snapshots = Snapshots(job, training, dataset, samples, keep_bytes, complain)
    snapshots.begin()
    samples.begin()
    if uncovered:
        complain(uncovered)
    begun = Begun(
        run=job.run.path,
        steps=training.steps,
        per_epoch=training.steps_per_epoch,
        device=training.device,
        uncovered=uncovered,
    )
    say(begun)
    try:
        reports = samples.followed(training.run(token, state_path=job.run.state))
        for report in logged(reports, training.progress, job.run.log, job.run.events, samples.classes):
            snapshots.see(report)
            yield report
    except DeviceLostError as error:
        raise _resumable(error, job, training) from error
    except TrainingError as error:
        with suppress(UserError):  # the first error is the one to report
            _finish(job, training, dataset, snapshots, training.kept_model(), classifier)
        if isinstance(error, OtherFailedError):
            raise _resumable(error, job, training) from error
        raise
    fresh, taught = not job.folder.exists(), True
    if not _discarded(token):
        taught = _taught_and_finished(job, training, dataset, snapshots, classifier, token, say)
    if _discarded(token):  # may have been requested meanwhile
        for folder in (job.run.path, *([job.folder] if fresh else [])):
            shutil.rmtree(folder, ignore_errors=True)
    elif taught and training.progress.epoch == training.progress.recipe.epochs:
        job.run.state.unlink(missing_ok=True)


def _taught_and_finished(
    job: Job,
    training: Training,
    dataset: Dataset,
    snapshots: Snapshots,
    classifier: Classifier | None,
    token: Event,
    say: Say,
) -> bool:
    """Write the bundle, for a generator after its encoder is trained. Returns whether the run is complete."""
    model = training.kept_model()
    taught = _taught(training, model, token, say)
    say(Progress(doing="evaluating and writing the bundle"))
    tell = throttled("finding places for images", say, token.is_set)
    try:
        _finish(job, training, dataset, snapshots, model, classifier, tell)
    except OvertakenError:
        assert isinstance(model, Generator)  # only generators search for latents
        model.drop_encoder()
        _finish(job, training, dataset, snapshots, model, classifier)
        return False
    return taught


def _say_lasting(say: Say, words: str) -> None:
    say(Progress(doing=words, lasting=True))


def _resumable(error: TrainingError, job: Job, training: Training) -> TrainingError:
    """The error, with advice on resuming."""
    epoch = training.progress.epoch
    if not epoch:
        return TrainingError(f"{error}. No epoch was complete: start this run again")
    return TrainingError(
        f"{error}. What was learned up to the end of epoch {epoch} is in {job.run.state}: resume the run "
        "(train --resume), if need be with another --device or number of --devices"
    )


def _opened_by_all(job: Job, token: Event, say: Say, group: ProcessGroup) -> Dataset | None:
    """The dataset; one process per machine opens it first, so that it is downloaded once. None when stopped."""
    stopping, dataset = group.heed(token), None
    for first in (True, False):
        if group.first_here is first:
            with suppress(OvertakenError):
                tell = throttled(f"reading {job.source}", say, token.is_set)
                dataset = open_dataset(job.source, progress=tell, download=job.download)
        group.meet()
    if dataset is not None and not group.rank:
        for line in dataset.report.lines():
            _say_lasting(say, line)
    return None if stopping.is_set() else dataset


def _discarded(token: Event) -> bool:
    return isinstance(token, StopToken) and not token.keep


def _begin(job: Job, dataset: Dataset, group: ProcessGroup) -> Training:
    if job.resume:
        return Training.resume(job.run.state, dataset, group, device=job.recipe.device)
    return Training.begin(spec_of(job, dataset), dataset, job.recipe, group)


def _prepare(job: Job, dataset: Dataset) -> None:
    """Remove files of an earlier run and partial files from the run's folder, and write the job into it."""
    try:
        job.run.path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(
            f"{job.run.path}: expected a folder that can be written, for the bundle and its run: {error.strerror}"
        ) from error
    sweep(job.run.state)
    if not job.resume:
        job.run.state.unlink(missing_ok=True)
        keep_job(replace(job, source=dataset.source))


def _taught(training: Training, model: LatentModel, token: Event, say: Say) -> bool:
    """Train the encoder of `model` that follows the run, if it has one. Returns whether the run is complete.

    If it is stopped here, or while images are placed, the model has no encoder, and a resumed run repeats this stage.
    """
    progress = training.progress
    if not isinstance(model, Generator) or not model.family.inverts:
        return True
    if progress.epoch < progress.recipe.epochs:
        return False
    total = steps_of_teaching(training.steps)
    for done in teach(model, progress.recipe, progress.precision, training.learner.device, total):
        if token.is_set():
            model.drop_encoder()
            return False
        say(Progress(doing="teaching an encoder on pictures of the generator's own", done=done, total=total))
    return True


def _finish(
    job: Job,
    training: Training,
    dataset: Dataset,
    snapshots: Snapshots,
    model: LatentModel,
    classifier: Classifier | None,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> None:
    if training.steps_done:
        write_bundle(job, model, dataset, training.progress, snapshots.turn, classifier, tell)
