"""Training as the command line and the window ask for it: from a dataset's name to a bundle on disk."""

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
    """The network for the images of `dataset`. Raises UserError where the family lacks a setting, or has no labels."""
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
    """The device that a job asks for: of a run that is resumed, the one from before unless another is named."""
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
    """Train as `job` says, handing on the reports, then write the bundle.

    When `token` is set, the bundle is written from the weights at the end of the last epoch, and the state then stays
    beside it for `resume`; a StopToken may instead let all be removed that the run has written. When a loss is no
    longer finite, the bundle is written likewise, and the TrainingError passes on. keep_bytes: what snapshots may take
    on disk, 0 for none; that of a report is there before it is handed on. say: told what takes long. group: each of its
    processes calls this; the first of them writes, and none returns before all is written. Raises UserError when
    dataset, network or folder cannot be used.
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
    """Run `training`, writing down all that there is of it, and at last the bundle."""
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
        with suppress(UserError):  # the first error is the one to mend
            _finish(job, training, dataset, snapshots, training.kept_model(), classifier)
        if isinstance(error, OtherFailedError):
            raise _resumable(error, job, training) from error
        raise
    fresh, taught = not job.folder.exists(), True
    if not _discarded(token):
        taught = _taught_and_finished(job, training, dataset, snapshots, classifier, token, say)
    if _discarded(token):  # which may have been said meanwhile
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
    """Write the bundle, of a generator after it was taught an encoder; whether nothing is left to do."""
    model = training.kept_model()
    taught = _taught(training, model, token, say)
    say(Progress(doing="evaluating and writing the bundle"))
    tell = throttled("finding places for images", say, token.is_set)
    try:
        _finish(job, training, dataset, snapshots, model, classifier, tell)
    except OvertakenError:
        assert isinstance(model, Generator)  # of others no places are sought
        model.drop_encoder()
        _finish(job, training, dataset, snapshots, model, classifier)
        return False
    return taught


def _say_lasting(say: Say, words: str) -> None:
    say(Progress(doing=words, lasting=True))


def _resumable(error: TrainingError, job: Job, training: Training) -> TrainingError:
    """The error with what is left to do."""
    epoch = training.progress.epoch
    if not epoch:
        return TrainingError(f"{error}. No epoch was complete: start this run again")
    return TrainingError(
        f"{error}. What was learned up to the end of epoch {epoch} is in {job.run.state}: resume the run "
        "(train --resume), if need be with another --device or number of --devices"
    )


def _opened_by_all(job: Job, token: Event, say: Say, group: ProcessGroup) -> Dataset | None:
    """The dataset, which one process of each machine opens first, so that it is downloaded once; None when stopped."""
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
    """Remove from the run's folder what is of a run before, or half written, and write down what is asked for."""
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
    """Teach `model` the encoder that it is to have after the run, if it is; whether nothing is left to do.

    Where it is stopped, then or while images are placed, the model has none, and who resumes does all of it again.
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
