"""Two bundles in coordinates relative to their common anchors, fitted in a separate process, which leaves files.

Run as `python -m latent_explorer.alignment.relative_fit`.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.protocol import RELATING, Relate
from latent_explorer.bundles import BundleConfig, Latents, read_config, read_latents
from latent_explorer.charts import FitCache, FitReport, fitted_as
from latent_explorer.charts.relative import MEASURES, relative_spec
from latent_explorer.errors import UserError
from latent_explorer.places import chart_folder
from latent_explorer.service.job import serve_job

_AT_ONCE = 8192
Array = NDArray[np.float32]


def relative_plane(source: Array, target: Array, anchors: NDArray[np.int64], measure: str) -> tuple[Array, Array]:
    """Latents (n, d) and (m, e) on one plane, (n, 2) and (m, 2).

    Each is described by its similarities to the anchors of its own space (Moschella et al. 2023, "Relative
    representations enable zero-shot latent space communication"), and both together are projected onto their first two
    principal axes.
    anchors: int64 (k, 2), images of the source and of the target. Raises UserError like `Alike`.
    """
    one, two = Alike(source, anchors[:, 0], measure), Alike(target, anchors[:, 1], measure)
    middle = (one.mean() + two.mean()) / 2
    axes = np.linalg.eigh(one.spread(middle) + two.spread(middle))[1][:, ::-1][:, :2]
    axes *= np.where(np.abs(axes).max(0) == axes.max(0), 1, -1)  # the same way round whenever it is asked
    ours, theirs = (np.concatenate([(part - middle) @ axes for part in side.parts()]) for side in (one, two))
    return ours.astype(np.float32), theirs.astype(np.float32)


class Alike:
    """The similarities of latents (n, d) to those of anchors, images (k,): cosines about the mean, or distances.

    Distances are in units of the spread, so that a wider space counts no more. Raises UserError if anchors are too few,
    or out of range.
    """

    def __init__(self, z: Array, anchors: NDArray[np.int64], measure: str) -> None:
        if measure not in MEASURES:
            raise UserError(f"relative coordinates: no measure {measure!r}; expected {' or '.join(MEASURES)}")
        if len(anchors) < 3:
            raise UserError(f"relative coordinates need at least 3 anchors, and there are {len(anchors)}")
        if anchors.min() < 0 or anchors.max() >= len(z):
            raise UserError(f"anchors: expected images 0 to {len(z) - 1}, found {anchors.min()} to {anchors.max()}")
        middle = z.mean(0, np.float64)
        scale = np.sqrt(np.square(z - middle).sum(1).mean()) or 1.0
        self._z, self._middle, self._scale, self._cosine = z, middle, scale, measure == MEASURES[0]
        self._anchors = self._centred(z[anchors])

    def parts(self) -> Iterator[NDArray[np.float64]]:
        """Similarities (m, k), some at a time, in order."""
        for start in range(0, len(self._z), _AT_ONCE):
            part = self._centred(self._z[start : start + _AT_ONCE])
            product = part @ self._anchors.T
            if self._cosine:
                yield product
            else:
                squares = np.square(part).sum(1)[:, None] + np.square(self._anchors).sum(1) - 2 * product
                yield np.sqrt(np.maximum(squares, 0))

    def mean(self) -> NDArray[np.float64]:
        """The mean similarities (k,)."""
        total: NDArray[np.float64] = np.sum([part.sum(0) for part in self.parts()], 0) / len(self._z)
        return total

    def spread(self, middle: NDArray[np.float64]) -> NDArray[np.float64]:
        """Their second moments (k, k) about a middle."""
        total: NDArray[np.float64] = np.sum([(p - middle).T @ (p - middle) for p in self.parts()], 0) / len(self._z)
        return total

    def _centred(self, z: Array) -> NDArray[np.float64]:
        centred: NDArray[np.float64] = (z - self._middle) / self._scale
        if self._cosine:
            centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
        return centred


def _work(request: Relate) -> Generator[FitReport, None, None]:
    yield FitReport(0.0, "reading the latents")
    (one, source), (two, target) = _read(request.source), _read(request.target)
    pairs = np.stack([request.anchors, request.others], axis=1)
    yield FitReport(0.2, "comparing all images with the anchors")
    found = relative_plane(source.mean, target.mean, pairs, request.measure)
    yield FitReport(0.9, "keeping what was found")
    seals, cache = (one.seal, two.seal), FitCache(chart_folder())
    for number, uv in enumerate(found):
        own, others = pairs[:, number].tolist(), pairs[:, 1 - number].tolist()
        spec = relative_spec(seals[number], seals[1 - number], own, others, request.measure)
        cache.keep(seals[number], fitted_as(spec), {"points": uv})


def _read(folder: Path) -> tuple[BundleConfig, Latents]:
    config = read_config(folder)
    return config, read_latents(folder, config)


if __name__ == "__main__":
    serve_job("relating", RELATING, _work, niceness=10)  # somebody waits for it
