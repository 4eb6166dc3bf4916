"""The locations of the files of a training run, including its snapshots."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run, beside the bundle that it trains."""

    path: Path

    @classmethod
    def of_bundle(cls, folder: Path) -> "RunFolder":
        """The folder of the run whose bundle goes into `folder`."""
        folder = folder.absolute()
        return cls(folder.with_name(f"{folder.name}.run"))

    @property
    def bundle(self) -> Path:
        """The folder of the bundle that the run trains."""
        return self.path.with_name(self.path.name.removesuffix(".run"))

    @property
    def job(self) -> Path:
        """The request, as JSON."""
        return self.path / "job.json"

    @property
    def state(self) -> Path:
        """The state at the end of the last epoch, until the run is complete."""
        return self.path / "state.safetensors"

    @property
    def log(self) -> Path:
        """The CSV of everything that the run has reported."""
        return self.path / "log.csv"

    @property
    def events(self) -> Path:
        """The folder of TensorBoard's files, if it is installed."""
        return self.path / "tensorboard"

    @property
    def snapshots(self) -> Path:
        """The folder of the snapshots: one bundle each, of the weights at one report."""
        return self.path / "snapshots"

    @property
    def strips(self) -> Path:
        """The folder of the strips: pictures of the same latents or images at some reports, as PNG files."""
        return self.path / "strips"

    def strip(self, step: int) -> Path:
        """The strip after a step; names sort like steps."""
        return self.strips / f"{step:08d}.png"

    def snapshot(self, step: int) -> Path:
        """The folder of the snapshot after a step; names sort like steps."""
        return self.snapshots / f"{step:08d}"


def snapshots_of(run: RunFolder) -> list[Path]:
    """The folders of the snapshots, by step; the list may get shorter, because snapshots are thinned out."""
    return sorted(folder for folder in run.snapshots.glob("*") if folder.name.isdecimal() and folder.is_dir())


def step_of(snapshot: Path) -> int:
    """The step of a snapshot; 0 for the untrained network."""
    return int(snapshot.name)


def bytes_of(snapshot: Path) -> int:
    """The size of a snapshot on disk."""
    return sum(file.stat().st_size for file in snapshot.iterdir())


def sweep_snapshots(run: RunFolder, after: int) -> None:
    """Remove the snapshots later than a step, all if it is 0, and unfinished ones of a run that was killed.

    Raises OSError if that fails.
    """
    for stray in run.snapshots.glob(".*"):
        shutil.rmtree(stray)
    for folder in snapshots_of(run):
        if after == 0 or step_of(folder) > after:
            shutil.rmtree(folder)
