"""The measurements of a path: its length in decoded pixels, its evenness, whether it leaves the data, its classes."""

import msgspec
import numpy as np

from latent_explorer.paths.asking import Pixels, Reals, Steps, nearest_of
from latent_explorer.paths.frames import waiting
from latent_explorer.paths.local_data import REACH
from latent_explorer.paths.space import Space

_VOTERS = 50  # as many as count for the class regions of the map


class PathFigures(msgspec.Struct, frozen=True, eq=False):
    """The measurements of n frames; unavailable ones are None, or have no rows. Shares leave out waiting frames.

    length: of the path in decoded pixels, Σ |D(z_i+1) − D(z_i)| with pixels in [0, 1], by fine steps. ratio: of that to
    the straight line's through the same way points. steps: float32 (n - 1,), the distance of each frame's picture from
    the one before; greatest_to_mean: the greatest of these divided by their mean. off: uint8 (n,), 1 if a frame is
    farther from its 10th nearest image than 99 % of held-out images are; off_share: of the frames. label: int64 (n,),
    the most frequent class among the 50 nearest images, and sure: float32 (n,), its share of them.
    """

    length: float | None
    ratio: float | None
    steps: np.ndarray
    greatest_to_mean: float | None
    off: np.ndarray
    off_share: float | None
    label: np.ndarray
    sure: np.ndarray

    def waiting(self, frames: int) -> "PathFigures":
        """The same for this many frames, of which the additional ones wait at the end."""
        steps = np.concatenate([self.steps, np.zeros(max(0, frames - 1 - len(self.steps)), np.float32)])
        rows = (waiting(each, frames) for each in (self.off, self.label, self.sure))
        off, label, sure = rows
        return msgspec.structs.replace(
            self, steps=steps if len(self.steps) else self.steps, off=off, label=label, sure=sure
        )


def figures_of(
    space: Space, z: Reals, pixels: Pixels | None, length: float | None, straight: float | None
) -> Steps[PathFigures]:
    """The measurements of frames at z (n, d) with pixels (n, p). length, straight: of the path, of the straight
    line."""
    steps = np.zeros(0) if pixels is None else np.linalg.norm(np.diff(pixels, axis=0), axis=1)
    mean = float(steps.mean()) if len(steps) else 0.0
    off, label, sure = yield from _beside_data(space, z)
    return PathFigures(
        length=length,
        ratio=length / straight if length is not None and straight else None,
        steps=steps.astype(np.float32),
        greatest_to_mean=float(steps.max()) / mean if mean > 0 else None,
        off=off,
        off_share=float(off.mean()) if len(off) else None,
        label=label,
        sure=sure,
    )


def _beside_data(space: Space, z: Reals) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    off, label, sure = np.zeros(0, np.uint8), np.zeros(0, np.int64), np.zeros(0, np.float32)
    if space.means is None or not len(space.means):
        return off, label, sure
    distances, numbers = yield from nearest_of(z, min(_VOTERS, len(space.means)))
    if np.isfinite(space.largest_reach):
        off = (distances[:, :REACH][:, -1] > space.largest_reach).astype(np.uint8)
    if space.label is not None:
        label, sure = votes(space.label[numbers], space.classes)
    return off, label, sure


def votes(labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """The most frequent class in each row of labels (n, k), int64 (n,), and its share, float32 (n,)."""
    rows, classes = np.arange(len(labels)), max(classes, int(labels.max(initial=0)) + 1)
    cells = rows[:, None] * classes + labels
    counts = np.bincount(cells.ravel(), minlength=len(labels) * classes).reshape(len(labels), classes)
    winner = counts.argmax(1).astype(np.int64)
    return winner, (counts[rows, winner] / labels.shape[1]).astype(np.float32)
