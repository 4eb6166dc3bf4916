"""The snapshots of a run, read and checked, for a film."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, Moment, check_bundle, read_latents
from latent_explorer.charts import chart_for
from latent_explorer.errors import BundleError, TrainingError
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.runs import RunFolder
from latent_explorer.runtime.loading import load_bundle_model


@dataclass(frozen=True, eq=False)
class Shot:
    """A snapshot for a film.

    uv: float32 (n, 2), where its chart puts the watched images. watched: int64 (n,), their numbers in the dataset;
    label: int64 (n,), 0 without labels; for draws, what a classifier saw in their pictures at this moment.
    classes: the names of the classes; none without labels.
    """

    folder: Path
    config: BundleConfig
    moment: Moment
    uv: NDArray[np.float32]
    watched: NDArray[np.int64]
    label: NDArray[np.int64]
    classes: tuple[str, ...]

    def pictures(self, uv: NDArray[np.float64]) -> NDArray[np.uint8]:
        """The decoded pictures of plane points (k, 2): uint8 (k, h, w, c)."""
        chart = chart_for(read_latents(self.folder, self.config).mean, None, self.config.turn)
        model = load_bundle_model(self.folder, self.config)
        return decode_pictures(model, chart.to_latent(uv))


def run_at(path: Path) -> RunFolder:
    """The run in a folder, or that of the bundle in a folder. Raises TrainingError if neither has snapshots."""
    for run in (RunFolder(path), RunFolder.of_bundle(path)):
        if run.snapshots.is_dir():
            return run
    found = "none" if path.is_dir() else "no such folder"
    raise TrainingError(f"{path}: expected a training run with snapshots, or the bundle that it made; found {found}")


def read_shots(folders: list[Path]) -> Iterator[Shot | BundleError]:
    """Each snapshot, or the reason why it cannot be shown: damaged, or of other images than those before."""
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


def _read(folder: Path) -> Shot:
    config = check_bundle(folder)
    if config.moment is None:
        raise BundleError(f"{folder}: expected the snapshot of a run, found a bundle without a step")
    latents = read_latents(folder, config)
    count, label = len(latents), latents.label
    uv = chart_for(latents.mean, None, config.turn).to_plane(latents.mean).astype(np.float32)
    classes = config.dataset.class_names if label is not None else ()
    label = np.zeros(count, np.int64) if label is None else label.astype(np.int64)
    return Shot(folder, config, config.moment, uv, latents.images(np.arange(count)), label, classes)
