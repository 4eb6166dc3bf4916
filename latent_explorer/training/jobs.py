"""Training as the command line and the window ask for it: from a dataset's name to a bundle on disk."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import TILES_BYTES
from latent_explorer.bundles.packing import Precision
from latent_explorer.bundles.saving import refuse_taken
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError, UserError
from latent_explorer.nets.registry import usual_widths
from latent_explorer.nets.spec import NetSpec
from latent_explorer.training.bundling import Labels, write_bundle
from latent_explorer.training.log import logged
from latent_explorer.training.loop import Training
from latent_explorer.training.recipe import Recipe
from latent_explorer.training.report import Report
from latent_explorer.training.state import sweep


@dataclass(frozen=True)
class Job:
    """What is to be trained and where the bundle goes.

    source: as `data.open_dataset` takes it. hidden: None for the trunk's usual widths. folder: of the bundle.
    command: what reproduces it, for the card. half, latents, variances, tiles, remark: how the bundle is kept, and
    what else its card is to say; see `bundling.Labels`.
    resume: whether to go on from the state of an earlier, stopped run.
    """

    source: str
    folder: Path
    family: str = "vae"
    trunk: str = "dense"
    latent_dim: int = 2
    hidden: tuple[int, ...] | None = None
    beta: float = 1.0
    refinements: int = 0
    recipe: Recipe = field(default_factory=Recipe)
    command: str = ""
    half: bool = False
    latents: Precision = "float32"
    variances: bool = True
    tiles: int = TILES_BYTES
    remark: str = ""
    overwrite: bool = False
    resume: bool = False

    @property
    def state_path(self) -> Path:
        """Where the state of the run is kept until its bundle is complete."""
        folder = self.folder.absolute()
        return folder.with_name(f"{folder.name}.training.safetensors")

    @property
    def log_path(self) -> Path:
        """The CSV of all that the run reports; it stays beside the bundle."""
        return self.state_path.with_name(f"{self.folder.absolute().name}.training.csv")

    @property
    def events_path(self) -> Path:
        """The folder of TensorBoard's files, where that is installed."""
        return self.state_path.with_name(f"{self.folder.absolute().name}.tensorboard")

    def spec(self, dataset: Dataset) -> NetSpec:
        """The network for the images of `dataset`."""
        hidden = usual_widths(self.trunk) if self.hidden is None else self.hidden
        return NetSpec(
            family=self.family,
            trunk=self.trunk,
            image_shape=dataset.image_shape,
            latent_dim=self.latent_dim,
            hidden=hidden,
            beta=self.beta,
            refinements=self.refinements,
        )


def train_bundle(job: Job, token: Event | None = None, watch: NDArray[np.intp] | None = None) -> Iterator[Report]:
    """Train as `job` says, handing on the reports, then write the bundle.

    When `token` is set, the bundle is written from the best weights so far, and the state at the end of the last
    epoch stays beside it for `resume`. When a loss is no longer finite, likewise, and the TrainingError passes on.
    Raises UserError when dataset, network or folder cannot be used.
    """
    token = token or Event()
    refuse_taken(job.folder, job.overwrite or job.resume)
    dataset = open_dataset(job.source)
    training = _begin(job, dataset)
    _make_folder(job.state_path.parent)
    sweep(job.state_path)
    try:
        reports = training.run(token, state_path=job.state_path, watch=watch)
        yield from logged(reports, training.progress, job.log_path, job.events_path)
    except TrainingError:
        with suppress(UserError):  # the first error is the one to mend
            _finish(job, training, dataset)
        raise
    _finish(job, training, dataset)
    if training.progress.epoch == training.progress.recipe.epochs:
        job.state_path.unlink(missing_ok=True)


def _begin(job: Job, dataset: Dataset) -> Training:
    if job.resume:
        return Training.resume(job.state_path, dataset)
    return Training.begin(job.spec(dataset), dataset, job.recipe)


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
