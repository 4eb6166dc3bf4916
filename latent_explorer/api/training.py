"""Training for Python callers: from images to a bundle."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from latent_explorer.api.bundle import Bundle, open_bundle
from latent_explorer.api.settings import settings_of, whole, widths_of
from latent_explorer.array_like import as_array
from latent_explorer.bundles.files import CONFIG
from latent_explorer.bundles.saving import refuse_taken
from latent_explorer.data import Dataset
from latent_explorer.data.opening import known_facts
from latent_explorer.errors import DataError, UserError
from latent_explorer.files import write_whole
from latent_explorer.places import trained_folder
from latent_explorer.runs import Job, Report
from latent_explorer.runs.plan import Plan
from latent_explorer.safe_text import readable
from latent_explorer.targets import expanded, why

Arrays = dict[str, Any]


def train(
    dataset: Any,
    out: str | Path | None = None,
    *,
    labels: Any = None,
    class_names: Sequence[str] = (),
    family: str = "vae",
    trunk: str = "dense",
    hidden: Sequence[int] | None = None,
    latent_dim: int = 2,
    download: bool = False,
    overwrite: bool = False,
    report: Callable[[Report], None] = lambda _: None,
    **settings: Any,
) -> Bundle:
    """Train a network on images, save it as a bundle, and open it.

    dataset: what `latent-explorer train --dataset` takes, such as "mnist" or a folder; a `data.Dataset`; or images as
    an array, tensor or list, (n, h, w), (n, h, w, c) or (n, c, h, w), uint8 or float in 0..1: these are kept beside the
    run, in OUT.run, so that the bundle finds them again.
    out: the folder of the bundle; None for a new one among those that the window lists.
    labels, class_names: for images in an array, int (n,) and the names of the classes.
    family, trunk, hidden, latent_dim: of the network, see `latent-explorer train --help`.
    download: whether a dataset may be downloaded. overwrite: whether the bundle in `out` may be replaced.
    report: called about ten times per epoch with a `runs.Report`: losses by name, images/s, seconds left.
    settings: fields of `runs.Recipe` (epochs, batch_size, learning_rate, seed, device, ...) and settings of the family
    (beta, ...). Ctrl-C, or a notebook's stop button, ends the run; the bundle is then from the last complete epoch.

    Raises UserError if images, network, settings or folder cannot be used; TrainingError if a loss is no longer finite,
    with the last good epoch in `out`; KeyboardInterrupt if it was stopped before the first epoch ended.

    >>> import numpy as np, tempfile
    >>> from latent_explorer import train
    >>> images = np.random.default_rng(0).integers(0, 256, (64, 8, 8), dtype=np.uint8)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     train(images, f"{folder}/noise", family="ae", hidden=[16], epochs=1, device="cpu")
    Bundle('noise': 64 latents of 2 dimensions, images (8, 8, 1))
    """
    source, arrays = _images_of(dataset, labels, class_names)
    if source and not download and (facts := known_facts(source)) is not None and facts.download:
        raise DataError(f"{source} is not on this computer: download=True fetches {facts.download}")
    folder = _folder(out, source or "images", family, latent_dim)
    refuse_taken(folder, overwrite)
    network = family, trunk, whole(latent_dim, "latent_dim", 1, 4096), widths_of(hidden)
    job = Job(source, folder, *network, overwrite=overwrite, download=download)
    return _run(_with_settings(job, settings), arrays, report)


def _images_of(dataset: Any, labels: Any, class_names: Sequence[str]) -> tuple[str, Arrays]:
    """Where the images are, or the arrays to keep."""
    known = isinstance(dataset, str | Path | Dataset)
    if known and (labels is not None or class_names):
        raise UserError("labels, class_names: a dataset has its own; pass them with images in an array only")
    if isinstance(dataset, str | Path):
        return str(dataset), {}
    if isinstance(dataset, Dataset):
        if dataset.source:
            return dataset.source, {}
        arrays: Arrays = {"images": dataset.images, "labels": dataset.labels, "split": dataset.split}
        class_names = dataset.class_names
    else:
        arrays = {"images": as_array(dataset, "dataset"), "labels": labels}
    if arrays["labels"] is not None and class_names:
        arrays["class_names"] = list(class_names)
    return "", {name: np.asarray(array) for name, array in arrays.items() if array is not None}


def _folder(out: str | Path | None, source: str, family: str, latent_dim: int) -> Path:
    if out is not None:
        return expanded(out).absolute()
    named = Plan(source=source, family=family, latent_dim=latent_dim).named(trained_folder())
    return trained_folder() / named.name


def _with_settings(job: Job, settings: dict[str, Any]) -> Job:
    """The job with its recipe, the settings of its family, and the command that repeats it."""
    recipe, own = settings_of(job.family, settings)
    network = {"family": job.family, "trunk": job.trunk, "hidden": job.hidden, "latent_dim": job.latent_dim}
    words = ", ".join(f"{name}={value!r}" for name, value in (network | settings).items() if value is not None)
    command = readable(f"latent_explorer.train({job.source or '<images>'!r}, {str(job.folder)!r}, {words})")
    return replace(job, recipe=recipe, settings=own, command=command)


def _run(job: Job, arrays: Arrays, report: Callable[[Report], None]) -> Bundle:
    from latent_explorer.training.jobs import train_bundle

    before, token = _saved_at(job.folder), threading.Event()
    with _kept(job, arrays) as whole, _stopped_by_interrupt(token):
        for each in train_bundle(whole, token):
            report(each)
    if _saved_at(job.folder) == before:
        raise KeyboardInterrupt
    return open_bundle(job.folder, device=job.recipe.device)


@contextmanager
def _kept(job: Job, arrays: Arrays) -> Iterator[Job]:
    """The job on images in memory, which stay in the folder of its run if a bundle results."""
    if not arrays:
        yield job
        return
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays.values())).hexdigest()
    file, before = job.run.path / f"images-{digest[:16]}.npz", _saved_at(job.folder)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{file.parent} cannot be made: {why(error)}; the images are to be kept there") from error
    fresh = not file.exists()
    write_whole(file, lambda stream: np.savez(stream, **arrays), overwrite=True)
    try:
        yield replace(job, source=str(file))
    except DataError as error:
        raise DataError(str(error).replace(str(file), "dataset")) from None
    finally:
        if _saved_at(job.folder) != before:
            for each in {*file.parent.glob("images-*.npz")} - {file}:  # of a bundle that was replaced
                each.unlink()
        elif fresh:
            file.unlink()


def _stopped_by_interrupt(token: threading.Event) -> Any:
    from latent_explorer.training import stop_on_interrupt

    main = threading.current_thread() is threading.main_thread()
    return stop_on_interrupt(token) if main else nullcontext()


def _saved_at(folder: Path) -> int | None:
    """When the bundle in a folder was saved; None if there is none."""
    try:
        return (folder / CONFIG).stat().st_mtime_ns
    except OSError:
        return None
