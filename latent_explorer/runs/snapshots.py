"""The snapshots of a run as they lie on disk."""

import shutil
from pathlib import Path

from latent_explorer.runs.folder import RunFolder


def snapshots_of(run: RunFolder) -> list[Path]:
    """The folders of the snapshots, by step; the list may be shorter the next time, since they are thinned."""
    return sorted(folder for folder in run.snapshots.glob("*") if folder.name.isdecimal() and folder.is_dir())


def step_of(snapshot: Path) -> int:
    """After which step one was taken; 0 for the untrained network."""
    return int(snapshot.name)


def bytes_of(snapshot: Path) -> int:
    """What one takes on disk."""
    return sum(file.stat().st_size for file in snapshot.iterdir())


def sweep_snapshots(run: RunFolder, after: int) -> None:
    """Remove those later than a step, all where it is 0, and what a run that was killed left half written.

    Raises OSError where that cannot be done.
    """
    for stray in run.snapshots.glob(".*"):
        shutil.rmtree(stray)
    for folder in snapshots_of(run):
        if after == 0 or step_of(folder) > after:
            shutil.rmtree(folder)
