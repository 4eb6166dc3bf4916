"""Whether a place is like those of images: a score for any number of dimensions, calibrated on held-out images.

Three measures at a place z, where m and S are the mean and covariance of the latents, and ‖x‖ = sqrt(xᵀ S⁻¹ x):

- reach: the distance to the 10th nearest image (Sun et al. 2022, "Out-of-distribution detection with deep nearest
  neighbors");
- radius: ‖z − m‖, tested on both sides. In many dimensions hardly any image lies near the mean, although the density is
  highest there: the typical set of Nalisnick et al. 2019, "Detecting out-of-distribution inputs to deep generative
  models using typicality". The lower side counts to the extent that the density of ‖z − m‖² falls towards the mean, by
  its power there and at most in full: for Gaussian data in d dimensions min(d/2 − 1, 1), and so not in two;
- astray: ‖E(D(z)) − z‖ / max(‖z − m‖, r), how far from z the encoder puts the decoded picture, where r is the radius
  that 95 % of images exceed. A picture off the data's manifold does not come back.

Each is converted to a surprise, −log of the share of held-out images with at least that value, extrapolated
exponentially beyond the top tenth. The score is the largest of the three, divided by its 95th percentile on held-out
images: 1 in 20 of them has a score above 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating]
Ask = Callable[[NDArray[np.float32]], Reals]
"""A function from latents (n, d) to values that are expensive to compute: their reach (n,), or the encoder's latents of
their decoded pictures (n, d)."""
Reason = Literal["", "far", "central", "astray"]

INSIDE, EDGE, OUTSIDE = "inside the data", "at the edge", "outside the data"
WORDS = INSIDE, EDGE, OUTSIDE
_SHARE, _RARE = 0.95, 0.999
"""The shares of held-out images that are inside, and not outside."""
_HELD_OUT, _FEWEST = 2_000, 20
_SPREAD_SAMPLE = 10_000
_TAIL = 0.1
_TINY = 1e-12
_LEAST_SCALE = 1e-3  # of a tail of logarithms: if all images have the same value, anything above is a surprise


class Spread:
    """Mean and covariance of latents (n, d); with log-variances (n, d), of the full posteriors."""

    def __init__(self, means: NDArray[np.float32], log_variance: NDArray[np.float32] | None = None) -> None:
        some = np.random.default_rng(0).permutation(len(means))[:_SPREAD_SAMPLE]
        points = means[some].astype(np.float64)
        covariance = np.atleast_2d(np.cov(points, rowvar=False, bias=True))
        if log_variance is not None:  # unused dimensions then have the width of the prior
            covariance = covariance + np.diag(np.exp(log_variance[some].astype(np.float64)).mean(0))
        variances, axes = np.linalg.eigh(covariance)
        self._middle = points.mean(0)
        self._whitening = axes / np.sqrt(np.maximum(variances, max(1e-6 * variances[-1], _TINY)))

    def radius(self, z: Reals) -> Reals:
        """The distance of latents (n, d) from the mean, in standard deviations (n,)."""
        return self.length(z - self._middle)

    def length(self, difference: Reals) -> Reals:
        """The Mahalanobis length (n,) of differences (n, d)."""
        lengths: Reals = np.linalg.norm(difference @ self._whitening, axis=1)
        return lengths


class Tail:
    """The surprise of values of which large ones are unusual. usual: the values of images (n,), n >= 1.

    scale: the mean excess of the top tenth over its lowest value.
    """

    def __init__(self, usual: Reals) -> None:
        self._usual = np.sort(usual)
        self._start = float(np.quantile(usual, 1 - _TAIL))
        beyond = self._usual[self._usual > self._start] - self._start
        self.scale = max(float(beyond.mean()) if len(beyond) else 0.0, _LEAST_SCALE)

    def surprise(self, values: Reals) -> Reals:
        """−log of the share of images with at least these values, (n,)."""
        below = np.searchsorted(self._usual, values, side="left") / (len(self._usual) + 1)
        inner = -np.log(np.maximum(1 - below, _TAIL))
        return np.where(values > self._start, -math.log(_TAIL) + (values - self._start) / self.scale, inner)


class RadiusTails:
    """The surprise of radii, on both sides, given those of images (n,).

    The number of images within a radius r falls as r^(2 power + 2) towards the mean, by Hill's estimator, and the
    density of r² as r^(2 power).
    """

    def __init__(self, radius: Reals) -> None:
        self._outer, self._inner = Tail(np.square(radius)), Tail(-2 * _log(radius))
        self.weight = min(max(1 / self._inner.scale - 1, 0.0), 1.0)

    def surprise(self, radius: Reals) -> Reals:
        """The larger of the surprises of both sides, (n,)."""
        return np.maximum(*self._sides(radius))

    def is_central(self, radius: float) -> bool:
        """Whether a radius is surprising because it is small."""
        outer, inner = self._sides(np.array([radius]))
        return bool(inner[0] > outer[0])

    def _sides(self, radius: Reals) -> tuple[Reals, Reals]:
        inner = self.weight * self._inner.surprise(-2 * _log(radius))
        return self._outer.surprise(np.square(radius)), inner


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Held-out images, k >= 1, with measurements that do not need the model.

    numbers: int64 (k,), of the images. z: float32 (k, d). reach: (k,), excluding the image itself. error: of their
    reconstructions (k,), or None. spread: of all latents.
    """

    numbers: NDArray[np.int64]
    z: NDArray[np.float32]
    reach: Reals
    error: Reals | None
    spread: Spread


def held_out(split: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The numbers of 2,000 test images, always the same; of any images without a test split."""
    test = np.flatnonzero(split == 1)
    places = test if len(test) >= _FEWEST else np.arange(len(split))
    return np.random.default_rng(0).permutation(places)[:_HELD_OUT].astype(np.int64)


@dataclass(frozen=True)
class Verdict:
    """The trust in a place. score: inside up to 1. reason: why it is not inside, if it is not.

    reach: the distance to the 10th nearest image; astray: how far away the encoder puts its picture (None without an
    encoder); both in units of the 95th percentile of held-out images. radius: standard deviations from the mean of the
    data; usual_radius: the range of 95 % of held-out images.
    """

    word: str
    score: float
    reason: Reason
    reach: float
    radius: float
    usual_radius: tuple[float, float]
    astray: float | None


class Trust:
    """Scores how far places can be trusted.

    held: the images it is calibrated on. returned: the encoder's latents of their decoded pictures (k, d); None without
    an encoder.
    """

    def __init__(self, held: HeldOut, returned: Reals | None) -> None:
        self._spread, radius = held.spread, held.spread.radius(held.z)
        self._nearest_middle = max(float(np.quantile(radius, 1 - _SHARE)), _TINY)
        self._reach, self._radius = Tail(_log(held.reach)), RadiusTails(radius)
        astray = None if returned is None else self._astray_by(held.z, returned)
        self._astray = None if astray is None else Tail(_log(astray))
        self._usual_reach = _usual(held.reach)
        self._usual_astray = None if astray is None else _usual(astray)
        rest = (1 - _SHARE) / 2
        self._usual_radius: tuple[float, float] = tuple(np.quantile(radius, (rest, 1 - rest)).tolist())
        surprise = self._surprises(held.z, held.reach, returned).max(0)
        self._most = max(_usual(surprise), 1.0)
        self._error = None if held.error is None else Tail(_log(held.error))
        if held.error is not None and self._error is not None:
            surprise = np.maximum(surprise, self._error.surprise(_log(held.error)))
        self._most_of_images = max(_usual(surprise), 1.0)
        self._scores = np.sort(surprise / self._most_of_images)

    @property
    def edge(self) -> float:
        """The score above which a place is outside: exceeded by one held-out image in a thousand."""
        return 1 + math.log((1 - _SHARE) / (1 - _RARE)) / self._most

    def score(
        self, z: NDArray[np.float32], reach: Ask, returned: Ask | None = None, enough: float = math.inf
    ) -> NDArray[np.float64]:
        """The scores (n,) of latents (n, d); inside up to 1.

        returned: for a model with an encoder. Expensive values are not computed for places whose score reaches `enough`
        without them; the scores of these are then too low.
        """
        scores: NDArray[np.float64] = self._radius.surprise(self._spread.radius(z)).astype(np.float64) / self._most
        for tail, measured in ((self._reach, reach), (self._astray, self._astray_asked(returned))):
            asked = scores < enough
            if tail is not None and measured is not None and asked.any():
                scores[asked] = np.maximum(scores[asked], tail.surprise(_log(measured(z[asked]))) / self._most)
        return scores

    def _astray_asked(self, returned: Ask | None) -> Ask | None:
        return None if returned is None else lambda z: self._astray_by(z, returned(z))

    def score_images(self, z: NDArray[np.float32], reach: Reals, returned: Reals | None, error: Reals) -> Reals:
        """The scores (n,) of new images, which include their reconstruction errors (n,).

        In two dimensions, an encoder puts nearly all images among the data; foreign ones are detected by their error.
        """
        surprise = self._surprises(z, reach, returned).max(0)
        if self._error is not None:
            surprise = np.maximum(surprise, self._error.surprise(_log(error)))
        scores: Reals = surprise / self._most_of_images
        return scores

    def less_usual(self, score: float) -> float:
        """The share of held-out images with a lower `score_images`, always below 1.

        An image odder than all n held-out images gets n / (n + 1).
        """
        return float(np.searchsorted(self._scores, score, side="left")) / (len(self._scores) + 1)

    def cover(self, z: NDArray[np.float32], reach: Ask, returned: Ask | None = None) -> NDArray[np.float64]:
        """The veil (n,) at latents (n, d): 0 inside, 1 outside, smooth at the edge."""
        share = np.clip((self.score(z, reach, returned, self.edge) - 1) / (self.edge - 1), 0, 1)
        smooth: NDArray[np.float64] = share * share * (3 - 2 * share)
        return smooth

    def verdict(self, z: NDArray[np.float32], reach: float, returned: Ask | None = None) -> Verdict:
        """The verdict on a latent (d,) with a distance `reach` to its 10th nearest image."""
        places, radius = z[None], float(self._spread.radius(z[None])[0])
        back = returned(places) if returned is not None and self._astray is not None else None
        surprises = self._surprises(places, np.array([reach]), back)[:, 0]
        score = float(surprises.max()) / self._most
        reasons: tuple[Reason, ...] = "far", "central" if self._radius.is_central(radius) else "far", "astray"
        return Verdict(
            word=INSIDE if score <= 1 else EDGE if score <= self.edge else OUTSIDE,
            score=score,
            reason=reasons[int(surprises.argmax())] if score > 1 else "",
            reach=reach / self._usual_reach,
            radius=radius,
            usual_radius=self._usual_radius,
            astray=None if back is None else float(self._astray_by(places, back)[0]) / (self._usual_astray or 1),
        )

    def _surprises(self, z: Reals, reach: Reals, returned: Reals | None) -> Reals:
        """The surprises of reach, radius and, if `returned` is given, astray: (2 or 3, n)."""
        rows = [self._reach.surprise(_log(reach)), self._radius.surprise(self._spread.radius(z))]
        if self._astray is not None and returned is not None:
            rows.append(self._astray.surprise(_log(self._astray_by(z, returned))))
        return np.stack(rows)

    def _astray_by(self, z: Reals, returned: Reals) -> Reals:
        by: Reals = self._spread.length(returned - z) / np.maximum(self._spread.radius(z), self._nearest_middle)
        return by


def _log(values: Reals) -> Reals:
    logs: Reals = np.log(np.maximum(values, _TINY))
    return logs


def _usual(values: Reals) -> float:
    """The 95th percentile of values of held-out images."""
    return max(float(np.quantile(values, _SHARE)), _TINY)
