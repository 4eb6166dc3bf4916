"""What the pictures of a map are expected to get wrong, place by place, learnt from images whose error was measured.

At the place of an image on the map, the chart's way back gives another latent than the image's own, and so another
picture. How far that one is from the image differs from place to place. Told are

- of the k images nearest on the map: the mean of how far in latent space the chart's way back misses each of them, the
  mean of the errors of their own reconstructions, and how wide they are spread in latent space;
- of the k nearest among those that were measured: the mean of their errors, each at its own place, which is the
  leave-one-out estimate of Nadaraya and Watson's regression; and how far in the mean their pictures are from the one at
  the place, since an image that belongs here may look like any of them;
- of the picture at the place, how bright and how grey it is: what is uncertain is decoded to greys.

No image counts as its own neighbour. The logarithm of the error is a linear function of the logarithms of these
figures, by ridge regression on the measured images.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating]
_NEIGHBOURS = (5, 15, 40)
_RIDGE = 1e-3  # of the number of images: the figures are standardised
_CODE = 96
_LEAST = 1e-9
_LOST, _ALL_LOST = 0.5, 1.0
_REACH = 10
_FAR, _FARTHER = 1.0, 3.0  # times the distance on the map that 99 % of images have to the tenth nearest


def coding(pixels: int) -> NDArray[np.float32]:
    """A matrix (pixels, k) that keeps mean squared distances of pictures, about, in fewer numbers.

    Johnson and Lindenstrauss 1984: random projection.
    """
    code: NDArray[np.float32]
    if pixels <= _CODE:
        code = np.eye(pixels, dtype=np.float32) / np.float32(np.sqrt(pixels))
        return code
    drawn = np.random.default_rng(0).standard_normal((pixels, _CODE))
    code = (drawn / np.sqrt(_CODE * pixels)).astype(np.float32)
    return code


@dataclass(frozen=True, eq=False)
class MappedImages:
    """All images that may be learnt from, n >= 2, where a chart shows them.

    uv: (n, 2), their places on the map. z: (n, d), their latents. shown: (n, d), the chart's latents of these places.
    error: (n,), of their own reconstructions, or None.
    """

    uv: Reals
    z: Reals
    shown: Reals
    error: Reals | None


@dataclass(frozen=True, eq=False)
class Look:
    """What is told of pictures (m,): their codes (m, k), see `coding`, how bright they are and how grey, (m,)."""

    codes: Reals
    bright: Reals
    grey: Reals

    @classmethod
    def of(cls, pixels: NDArray[np.float32], code: NDArray[np.float32]) -> "Look":
        """That of pictures (m, pixels) in [0, 1]; grey is the mean of p (1 − p)."""
        return cls(pixels @ code, pixels.mean(1), (pixels * (1 - pixels)).mean(1))


@dataclass(frozen=True, eq=False)
class MeasuredImages:
    """Some of those images (m,), m >= 2, of which two pictures were decoded.

    numbers: which they are, among all that may be learnt from. error: (m,), the mean squared error of the pictures at
    their places. codes: (m, k), of the pictures of their own latents. shown: the look of those at their places.
    """

    numbers: NDArray[np.int64]
    error: Reals
    codes: Reals
    shown: Look


class ExpectedError:
    """The error to be expected at places of a map.

    lost: the mean squared difference of an image from the mean of all; where the error is as large, nothing is told.
    """

    def __init__(self, images: MappedImages, measured: MeasuredImages) -> None:
        from scipy.spatial import KDTree

        self._images, self._measured = images, measured
        self._miss = np.square(images.shown - images.z).sum(1)
        uv, numbers = images.uv[measured.numbers], measured.numbers
        self._tree, self._everyone = KDTree(uv), KDTree(images.uv)
        self.lost = float(np.square(measured.codes - measured.codes.mean(0)).sum(1).mean())
        own = self._everyone.query(uv, min(_REACH + 1, len(images.uv)))[0][:, -1]
        self._usual_reach = max(float(np.quantile(own, 0.99)), _LEAST)
        figures = self._figures(uv, measured.shown, numbers)
        self._middle, self._spread = figures.mean(0), np.maximum(figures.std(0), _LEAST)
        given = self._standardised(figures)
        goal = np.log(np.maximum(measured.error, _LEAST))
        ridge = _RIDGE * len(given) * np.diag([*np.ones(given.shape[1] - 1), 0.0])
        self._weights = np.linalg.solve(given.T @ given + ridge, given.T @ goal)

    def error(self, uv: Reals, shown: Look) -> NDArray[np.float64]:
        """The mean squared error (n,) to be expected at places (n, 2) whose pictures look so."""
        logs: NDArray[np.float64] = self._standardised(self._figures(uv, shown)) @ self._weights
        return np.exp(logs)

    def cover(self, uv: Reals, error: Reals) -> NDArray[np.float64]:
        """How far places (n, 2) of an expected error (n,) are from being told, from 0 to 1; (n,).

        0 up to where half of what images differ in is lost, 1 where all is. Likewise where no image lies near on the
        map, from the distance to the tenth nearest on that 99 % of images do not exceed, to three times as much.
        """
        reach = _nearest(self._everyone, uv, _REACH)[0][:, -1]
        far = _smooth((reach / self._usual_reach - _FAR) / (_FARTHER - _FAR))
        return np.maximum(_smooth((error / max(self.lost, _LEAST) - _LOST) / (_ALL_LOST - _LOST)), far)

    def _figures(self, uv: Reals, shown: Look, numbers: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """The logarithms (n, figures) of what is told at places (n, 2).

        numbers: which measured images lie there, if any do.
        """
        images, known = self._images, self._measured
        rows = None if numbers is None else np.arange(len(numbers))
        near, measured = _others(self._everyone, uv, numbers), _others(self._tree, uv, rows)
        astray = np.square(known.codes[measured] - shown.codes[:, None]).sum(2)
        columns = [shown.bright, shown.grey]
        for count in _NEIGHBOURS:
            some, few = near[:, :count], measured[:, :count]
            columns += [self._miss[some].mean(1), images.z[some].var(1).sum(1)]
            columns += [known.error[few].mean(1), astray[:, :count].mean(1)]
            columns += [] if images.error is None else [images.error[some].mean(1)]
        logs: NDArray[np.float64] = np.log(np.maximum(np.stack(columns, 1), _LEAST))
        return logs

    def _standardised(self, figures: Reals) -> NDArray[np.float64]:
        ones = np.ones((len(figures), 1))
        return np.concatenate([(figures - self._middle) / self._spread, ones], axis=1)


def _nearest(tree: Any, uv: Reals, count: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distances and indices (n, k) of the nearest of places (n, 2); all where they are fewer."""
    distances, indices = tree.query(uv, np.arange(1, min(count, tree.n) + 1))
    return distances, indices


def _others(tree: Any, uv: Reals, themselves: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The nearest (n, k) of places (n, 2), without those of the tree that they themselves are."""
    most = min(_NEIGHBOURS[-1], tree.n - 1)
    if themselves is None:
        return _nearest(tree, uv, most)[1]
    _, near = _nearest(tree, uv, most + 1)
    itself = near == themselves[:, None]
    itself[~itself.any(1), -1] = True  # among more than k in its own place it may not be found
    others: NDArray[np.int64] = near[~itself].reshape(len(uv), most)
    return others


def _smooth(share: Reals) -> NDArray[np.float64]:
    inside = np.clip(share, 0, 1)
    return inside * inside * (3 - 2 * inside)
