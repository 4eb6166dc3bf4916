"""The expected error of the pictures of a map at each place, learnt from images whose error was measured.

At the place of an image on the map, the chart's inverse gives a latent that differs from the image's own, and so
another picture. The error of that picture varies over the map. It is predicted from

- the k images nearest on the map: the mean distance in latent space by which the chart's inverse misses them, the mean
  error of their own reconstructions, and their spread in latent space;
- the k nearest measured images: the mean of their errors, each at its own place, which is the leave-one-out estimate of
  Nadaraya-Watson regression; and the mean distance of their pictures from the one at the place, as an image that
  belongs here may look like any of them;
- the picture at the place: its brightness and greyness, as uncertain parts are decoded to grey.

No image counts as its own neighbour. The logarithm of the error is predicted linearly from the logarithms of these
figures, by ridge regression on the measured images.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating]
_NEIGHBOURS = (5, 15, 40)
_RIDGE = 1e-3  # times the number of images; the figures are standardised
_CODE = 96
_LEAST = 1e-9
_LOST, _ALL_LOST = 0.5, 1.0
_REACH = 10
_FAR, _FARTHER = 1.0, 3.0  # times the 99th percentile of distances on the map to the tenth nearest image


def coding(pixels: int) -> NDArray[np.float32]:
    """A matrix (pixels, k) that approximately keeps mean squared distances of pictures in fewer dimensions.

    A random projection (Johnson and Lindenstrauss 1984).
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
    """All images to learn from, n >= 2, with their places on a chart.

    uv: (n, 2), their places on the map. z: (n, d), their latents. shown: (n, d), the chart's latents at these places.
    error: (n,), of their own reconstructions, or None.
    """

    uv: Reals
    z: Reals
    shown: Reals
    error: Reals | None


@dataclass(frozen=True, eq=False)
class Look:
    """Features of pictures (m,): their codes (m, k), see `coding`, and their brightness and greyness (m,)."""

    codes: Reals
    bright: Reals
    grey: Reals

    @classmethod
    def of(cls, pixels: NDArray[np.float32], code: NDArray[np.float32]) -> "Look":
        """The features of pictures (m, pixels) in [0, 1]; greyness is the mean of p (1 − p)."""
        return cls(pixels @ code, pixels.mean(1), (pixels * (1 - pixels)).mean(1))


@dataclass(frozen=True, eq=False)
class MeasuredImages:
    """Measured images (m,), m >= 2: two pictures of each were decoded.

    numbers: their indices in `MappedImages`. error: (m,), the mean squared error of the pictures at their places.
    codes: (m, k), of the pictures of their own latents. shown: the features of the pictures at their places.
    """

    numbers: NDArray[np.int64]
    error: Reals
    codes: Reals
    shown: Look


class ExpectedError:
    """The expected error at places of a map.

    lost: the mean squared difference of images from their mean; a picture with this error is uninformative.
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
        """The expected mean squared error (n,) at places (n, 2) with these pictures."""
        logs: NDArray[np.float64] = self._standardised(self._figures(uv, shown)) @ self._weights
        return np.exp(logs)

    def cover(self, uv: Reals, error: Reals) -> NDArray[np.float64]:
        """How strongly to veil places (n, 2) with an expected error (n,), from 0 to 1; (n,).

        0 up to half of the variance of images, 1 at all of it. Also far from all images on the map: from the 99th
        percentile of distances to the tenth nearest image, to three times that.
        """
        reach = _nearest(self._everyone, uv, _REACH)[0][:, -1]
        far = _smooth((reach / self._usual_reach - _FAR) / (_FARTHER - _FAR))
        return np.maximum(_smooth((error / max(self.lost, _LEAST) - _LOST) / (_ALL_LOST - _LOST)), far)

    def _figures(self, uv: Reals, shown: Look, numbers: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """The logarithms (n, figures) of the predictors at places (n, 2).

        numbers: the measured images at these places, if they are images.
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
    """Distances and indices (n, k) of the nearest to places (n, 2); all points if there are fewer than k."""
    distances, indices = tree.query(uv, np.arange(1, min(count, tree.n) + 1))
    return distances, indices


def _others(tree: Any, uv: Reals, themselves: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The nearest (n, k) to places (n, 2), excluding the points themselves."""
    most = min(_NEIGHBOURS[-1], tree.n - 1)
    if themselves is None:
        return _nearest(tree, uv, most)[1]
    _, near = _nearest(tree, uv, most + 1)
    itself = near == themselves[:, None]
    itself[~itself.any(1), -1] = True  # with more than k duplicates, the point itself may be missing
    others: NDArray[np.int64] = near[~itself].reshape(len(uv), most)
    return others


def _smooth(share: Reals) -> NDArray[np.float64]:
    inside = np.clip(share, 0, 1)
    return inside * inside * (3 - 2 * inside)
