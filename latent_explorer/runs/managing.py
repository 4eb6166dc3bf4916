"""Renaming, copying and removing trained bundles together with their runs: completely, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from latent_explorer.errors import BundleError
from latent_explorer.runs.folder import RunFolder
from latent_explorer.runs.plan import taken
from latent_explorer.runs.settings import name_problem


def parts_of(bundle: Path) -> list[Path]:
    """The folders that belong to a bundle: its own, and that of its run if there is one."""
    return [path for path in (bundle, RunFolder.of_bundle(bundle).path) if path.is_dir()]


def bytes_in(*folders: Path) -> int:
    """The size of folders on disk; unreadable files count as nothing."""
    return sum(map(_size, folders))


def rename_bundle(bundle: Path, name: str) -> Path:
    """Rename a bundle's folder, and that of its run; returns the new folder.

    Its files, and therefore its seal, do not change, so pins, pictures and charts are kept.
    Raises BundleError if the name cannot be used, is taken, or the folders cannot be renamed: then nothing is.
    """
    new = _free(bundle.parent, name)
    done: list[tuple[Path, Path]] = []
    try:
        for old, target in ((bundle, new), (RunFolder.of_bundle(bundle).path, RunFolder.of_bundle(new).path)):
            if old.is_dir():
                old.rename(target)
                done.append((old, target))
    except OSError as error:
        for old, target in reversed(done):
            target.rename(old)
        raise BundleError(f"{bundle.name} could not be renamed: {error.strerror or error}") from error
    return new


def duplicate_bundle(bundle: Path, folder: Path, name: str) -> Path:
    """Copy a bundle, without its run, into `folder` under another name; returns the new folder.

    Raises BundleError if the name cannot be used, is taken, or it cannot be copied: then nothing is left.
    """
    new = _free(folder, name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=f".{name[:40]}.") as scratch:
            copy = Path(scratch) / "copy"
            copy.mkdir()
            for file in _files(bundle):
                shutil.copyfile(file, copy / file.name)
            copy.rename(new)
    except OSError as error:
        raise BundleError(f"{bundle.name} could not be copied: {error.strerror or error}") from error
    return new


def remove_bundle(bundle: Path) -> None:
    """Delete a bundle and its run for good. Raises BundleError if deleting cannot start: then nothing is deleted."""
    parts = parts_of(bundle)
    try:
        scratch = Path(tempfile.mkdtemp(dir=bundle.parent, prefix=f".{bundle.name[:40]}.deleted."))
        for part in parts:
            part.rename(scratch / part.name)
    except OSError as error:
        raise BundleError(f"{bundle.name} could not be deleted: {error.strerror or error}") from error
    shutil.rmtree(scratch, ignore_errors=True)  # under this name nobody takes for a bundle what may be left of it


def free_name(bundle: Path, folder: Path) -> str:
    """An unused name in `folder` for a copy of a bundle."""
    stem = bundle.name[:60]
    names = (f"{stem}-copy{'' if number == 1 else f'-{number}'}" for number in range(1, 10**6))
    return next(name for name in names if not taken(folder, name))


def _free(folder: Path, name: str) -> Path:
    if (problem := name_problem(name, folder)) is not None:
        raise BundleError(problem)
    return folder / name


def _files(bundle: Path) -> Iterator[Path]:
    """The files that belong to a bundle; other files in its folder stay."""
    return (path for path in sorted(bundle.iterdir()) if path.is_file() and not path.name.startswith("."))


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - of snapshots there are thousands
            except OSError:
                continue
    return total
