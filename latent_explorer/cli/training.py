"""The command `train`."""

import shlex
import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from threading import Event
from typing import Annotated, Any, get_args

import typer
from typer import Option

from latent_explorer.cli.failure import INTERRUPTED, complain
from latent_explorer.cli.options import AsJson, DatasetCommand, Device, Download, Overwrite, examples, widths
from latent_explorer.cli.output import Display, report
from latent_explorer.errors import TrainingError, UserError
from latent_explorer.nets.families import FAMILIES, find_family
from latent_explorer.safe_text import readable
from latent_explorer.targets import check_target
from latent_explorer.waiting import wait_awake

commands = typer.Typer()
_OF_THE_CALL = {
    "dataset", "download", "out", "snapshots", "resume", "overwrite", "as_json", "device", "devices", "nodes",
}  # fmt: skip
"""The options that may change when a run is resumed; the others come from the run."""

_Devices = Annotated[
    str | None, Option(metavar="N", help="Devices on each node, or auto for all. Default: as torchrun started, or 1.")
]
_Nodes = Annotated[int | None, Option(min=1, help="Machines that train together. Default: as torchrun started, or 1.")]
_Snapshots = Annotated[
    int | None,
    Option(min=1, metavar="MB", help="Keep a snapshot of each epoch in DIR.run, at most MB megabytes in all."),
]
_OF_THE_RECIPE = (
    "epochs", "batch_size", "schedule", "prior_warm_up", "augmentation", "seed", "device",
)  # fmt: skip


def _with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each setting of the families to the command; given ones become its `settings`."""
    own = {setting.name: setting for family in FAMILIES.values() for setting in family.settings}

    @wraps(command)
    def whole(**options: Any) -> None:
        values = {name: options.pop(name) for name in own}
        command(settings={name: value for name, value in values.items() if value is not None}, **options)

    parameters = dict(signature(command).parameters)
    del parameters["settings"]
    known = Annotated[str, Option(help=f"Family of models: {', '.join(FAMILIES)}.")]
    parameters["family"] = parameters["family"].replace(annotation=known)
    for setting in own.values():
        of = ", ".join(family.label for family in FAMILIES.values() if setting in family.settings)
        option = Option(
            f"--{setting.name.replace('_', '-')}",
            min=setting.low,
            max=setting.high,
            help=f"{of}: {setting.sentence} Default: {setting.default:g}.",
        )
        kind = int if setting.whole else float
        parameters[setting.name] = Parameter(
            setting.name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
        )
    whole.__signature__ = Signature(list(parameters.values()))  # type: ignore[attr-defined]
    whole.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
    return whole


def train(
    context: typer.Context,
    out: Annotated[Path, Option(metavar="DIR", help="Folder of the new bundle.", show_default=False)],
    dataset: Annotated[str, Option(metavar="SOURCE", help="Images: a name or a path; see below.")] = "mnist",
    family: str = "vae",
    trunk: Annotated[str, Option(help="Layers: dense, residual, lean, conv or resnet.")] = "dense",
    hidden: Annotated[
        str | None, Option(metavar="N,N,...", help="Widths of the layers, from the image inwards.")
    ] = None,
    latent_dim: Annotated[int, Option(min=1, max=4096, help="Dimensions of the latent space.")] = 2,
    epochs: Annotated[int, Option(min=1, help="Number of epochs.")] = 30,
    batch_size: Annotated[int, Option(min=1, help="Images in each step.")] = 128,
    lr: Annotated[float, Option(help="Learning rate after the warm-up.")] = 2e-3,
    schedule: Annotated[str, Option(help="Learning rate schedule: cosine (falls to 0) or constant.")] = "cosine",
    prior_warm_up: Annotated[
        float, Option(min=0, max=1, help="Share of the run in which the weight of the prior (beta) rises from 0.")
    ] = 0.0,
    augmentation: Annotated[float, Option(min=0, max=1, help="Strength of random affine changes to the images.")] = 0.0,
    seed: Annotated[int, Option(min=0, help="Seed of the random numbers.")] = 0,
    device: Device = "auto",
    devices: _Devices = None,
    nodes: _Nodes = None,
    precision: Annotated[str, Option(help="Precision: auto, float32 (32-true) or bfloat16 (bf16-mixed).")] = "auto",
    snapshots: _Snapshots = None,
    resume: Annotated[bool, Option(help="Continue the run that was stopped in DIR.")] = False,
    download: Download = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    *,
    settings: dict[str, float],
) -> None:
    """Train a network on a dataset and save it as a bundle.

    Ctrl-C stops the run and saves the weights of the last complete epoch; --resume continues from there with the same
    options. The same happens if the loss is no longer finite. The log is DIR.run/log.csv, and DIR.run/tensorboard if
    that extra is installed; pictures of the same draws or test images throughout the run are in DIR.run/strips. With
    --snapshots, the map of every epoch is kept in DIR.run/snapshots as bundles that the window opens; if they take too
    much space, they are thinned evenly.
    """
    from latent_explorer.runs import Job, RunFolder

    wait_awake()
    _refuse_other_options(context)
    for folder in (check_target(out, folder=True, parents=True), RunFolder.of_bundle(out).path):
        check_target(folder, folder=True, parents=True)
    job = Job(
        source=dataset,
        folder=out,
        family=family,
        trunk=trunk,
        latent_dim=latent_dim,
        hidden=None if hidden is None else widths(hidden, "--hidden"),
        settings=find_family(family).values(settings),
        recipe=_recipe(context.params),
        command=_command(context),
        overwrite=overwrite,
        resume=resume,
        download=download,
    )
    _run(job, devices, nodes, as_json, (snapshots or 0) * 1_000_000)


commands.command(
    cls=DatasetCommand,
    epilog=examples(
        "latent-explorer train --dataset mnist --family vae --latent-dim 2 --epochs 30 --out my-vae",
        "latent-explorer train --dataset pictures.zip@32x32 --family ae --trunk conv --latent-dim 16 --out my-ae",
        "latent-explorer train --dataset mnist --resume --out my-vae",
        "latent-explorer train --dataset cifar10 --trunk resnet --devices 8 --precision bf16-mixed --out my-vae",
    ),
)(_with_settings(train))


def _recipe(options: dict[str, Any]) -> Any:
    """The runs.Recipe of the options. Raises UserError if a value is unknown."""
    from latent_explorer.runs.recipe import Recipe, Schedule, precision_called

    if options["schedule"] not in (known := get_args(Schedule)):
        raise UserError(f"--schedule {options['schedule']}: expected {', '.join(known[:-1])} or {known[-1]}")
    precision = precision_called(options["precision"])
    return Recipe(learning_rate=options["lr"], precision=precision, **{name: options[name] for name in _OF_THE_RECIPE})


def _run(job: Any, devices: str | None, nodes: int | None, as_json: bool, keep_bytes: int) -> None:
    """Train a runs.Job, in several processes if requested; only the first one prints."""
    from latent_explorer.bundles import read_config
    from latent_explorer.training import stop_on_interrupt
    from latent_explorer.training.distributed.fabric import assemble
    from latent_explorer.training.jobs import device_of, train_bundle

    token = Event()
    with stop_on_interrupt(token), _sigterm_as_interrupt():
        group = assemble(device_of(job), devices, nodes)
        if group.rank == 0:
            _run_visibly(job, token, group, keep_bytes)
        else:
            with suppress(UserError):  # the first process reports errors
                deque(train_bundle(job, token, group=group), 0)
        group.close()
    if group.rank == 0:
        config = read_config(job.folder)
        told = {"bundle": str(job.folder), "epochs": config.training.epochs, **config.metrics}
        look = f"{job.folder}: look at it with\n  latent-explorer --model {shlex.quote(str(job.folder))}"
        report(told, look, as_json)


def _run_visibly(job: Any, token: Event, group: Any, keep_bytes: int) -> None:
    """Train with a progress display; exits with 130 if stopped."""
    from latent_explorer.training.jobs import train_bundle
    from latent_explorer.training.log import WITHOUT_TENSORBOARD, has_tensorboard

    if not has_tensorboard():
        complain(WITHOUT_TENSORBOARD)
    before, followed = _saved_at(job.folder), _followed(job)
    try:
        with Display() as display:
            display.show(f"reading {job.source}")
            for each in train_bundle(job, token, keep_bytes=keep_bytes, say=display.tell, group=group):
                display.training(each, followed)
    except TrainingError as error:
        kept = _saved_at(job.folder) != before
        raise TrainingError(
            f"{error}{f'. The weights of the last good epoch are in {job.folder}' if kept else ''}"
        ) from error
    if token.is_set():
        complain(_stopped(job.folder, job.run.state, saved=_saved_at(job.folder) != before))
        raise typer.Exit(INTERRUPTED)


def _followed(job: Any) -> tuple[str, ...]:
    """The losses to show during training; a resumed job already has its family."""
    from latent_explorer.runs import kept_job

    with suppress(UserError):
        return find_family(kept_job(job.run).family if job.resume else job.family).followed
    return ()


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stopped(folder: Path, state: Path, *, saved: bool) -> str:
    if not saved:
        return "stopped before the first step: nothing was saved"
    resumable = f"; go on with --resume --out {shlex.quote(str(folder))}" if state.exists() else ""
    return f"stopped; the weights of the last epoch are saved in {folder}{resumable}"


def _saved_at(folder: Path) -> int | None:
    """The time when the bundle in a folder was saved; None if there is none."""
    config = folder / "config.json"
    return config.stat().st_mtime_ns if config.exists() else None


def _refuse_other_options(context: typer.Context) -> None:
    for parameter in context.command.params if context.params["resume"] else ():
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        if name not in _OF_THE_CALL and source is not None and source.name == "COMMANDLINE":
            raise UserError(
                f"{parameter.opts[0]}: a run that is resumed keeps the options it was begun with; leave it out"
            )


def _command(context: typer.Context) -> str:
    """The command that trains the same bundle again, with all options that have values."""
    words = ["latent-explorer", "train"]
    usual = find_family(context.params["family"]).values({})
    for parameter in context.command.params:
        name = str(parameter.name)
        value = usual.get(name) if context.params.get(name) is None else context.params[name]
        if value is True:
            words.append(parameter.opts[0])
        elif value is not None and value is not False:
            words += [parameter.opts[0], str(value)]
    return readable(shlex.join(words))
