"""The snapshots of a run, read and checked: what a film is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, Latents, Moment, check_bundle, read_latents, read_weights
from latent_explorer.charts import Chart, chart_for
from latent_explorer.errors import BundleError, TrainingError
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.weights import load_model
from latent_explorer.runs import RunFolder


@dataclass(frozen=True, eq=False)
class Shot:
    """A snapshot as it is filmed.

    uv: float32 (n, 2), where its chart has the watched images. watched: int64 (n,), which of the dataset they are;
    label: int64 (n,), 0 where there are no labels.
    """

    folder: Path
    config: BundleConfig
    moment: Moment
    uv: NDArray[np.float32]
    watched: NDArray[np.int64]
    label: NDArray[np.int64]

    def pictures(self, uv: NDArray[np.float64]) -> NDArray[np.uint8]:
        """What its decoder makes of plane points (k, 2): uint8 (k, h, w, c)."""
        latents = read_latents(self.folder, self.config)
        model = load_model(self.config.net, read_weights(self.folder, self.config))
        return decode_pictures(model, _chart(latents, self.config).to_latent(uv))


def run_at(path: Path) -> RunFolder:
    """The run in a folder, or that of the bundle in a folder. Raises TrainingError where neither has snapshots."""
    for run in (RunFolder(path), RunFolder.of_bundle(path)):
        if run.snapshots.is_dir():
            return run
    found = "none" if path.is_dir() else "no such folder"
    raise TrainingError(f"{path}: expected a training run with snapshots, or the bundle that it made; found {found}")


def read_shots(folders: list[Path]) -> Iterator[Shot | BundleError]:
    """Each snapshot; or why it cannot be shown, where it is damaged or of other images than the ones before."""
    watched = None
    for folder in folders:
        try:
            shot = _read(folder)
            if watched is not None and not np.array_equal(shot.watched, watched):
                raise BundleError(f"{folder}: expected the images watched before, found others")
        except BundleError as error:
            yield error
        else:
            watched = shot.watched
            yield shot


def check_enough(run: RunFolder, shots: list[Shot]) -> None:
    """Raise TrainingError where there is nothing to go to from the first moment."""
    if len(shots) < 2:
        raise TrainingError(
            f"{run.snapshots}: expected at least two snapshots that can be read, found {len(shots) or 'none'}; "
            "a film shows what changes from one to the next"
        )


def _read(folder: Path) -> Shot:
    config = check_bundle(folder)
    if config.moment is None:
        raise BundleError(f"{folder}: expected the snapshot of a run, found a bundle of no moment")
    latents = read_latents(folder, config)
    uv = _chart(latents, config).to_plane(latents.mean)
    return Shot(folder, config, config.moment, uv.astype(np.float32), _watched(latents), _label(latents))


def _chart(latents: Latents, config: BundleConfig) -> Chart:
    return chart_for(None, latents.mean, config.turn)


def _watched(latents: Latents) -> NDArray[np.int64]:
    return latents.images(np.arange(len(latents)))


def _label(latents: Latents) -> NDArray[np.int64]:
    return np.zeros(len(latents), np.int64) if latents.label is None else latents.label.astype(np.int64)
