"""Inversion: finds the latents whose pictures are nearest to images, by optimisation.

From several starts for each image (the encoder's latent, the latents of the data with the nearest pictures, draws from
the data's Gaussian), it minimises the squared error with a penalty for leaving the data:

    mean (D(z) - x)^2 + price * [max(0, r(z) / r' - 1)^2 + max(0, m(z) / m' - 1)^2]

r(z) is the distance to the nearest of a sample of the data's latents, m(z) the one to their mean in standard
deviations; r' and m' are the 80th percentiles of these in the sample.

It takes Gauss-Newton steps with Levenberg-Marquardt damping, with the Jacobian by differences of decoded batches: up to
32 dimensions, that is cheaper than gradient descent, and the decoder can be any function. In more dimensions, it uses
Adam if the decoder is differentiable (Kingma and Ba, 2015); otherwise, each step is in another random subspace. All
starts take a few steps, and only the best continue.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.neighbourhood import Nearest

Latents = NDArray[np.float32]
Pixels = NDArray[np.float32]
DecodePixels = Callable[[Latents], Pixels]
"""A function for the pictures (n, pixels) in [0, 1] of latents (n, d)."""
Slope = Callable[[Latents, Pixels], tuple[NDArray[np.float32], NDArray[np.float32]]]
"""A function of latents (n, d) and images (n, pixels): the mean squared errors (n,) and derivatives (n, d)."""

SAMPLE = 2_048
"""The number of latents of the data that are decoded to find starts."""
SUBSPACE = 32
"""The number of dimensions up to which differences are taken in all dimensions."""
_NEAREST, _DRAWN = 3, 2  # starts for each image
_FINALISTS = 2  # starts that continue to the end
_FIRST_SHARE = 0.25  # share of the steps that all starts take
_USUAL = 0.8
_PROBES = 256  # latents for estimating distances within the sample
_PRICE = 0.02  # of being twice as far from the data as usual, in squared grey levels in [0, 1]
_ADAM_STEPS, _NEWTON_STEPS = 60, 10
_RATE = 0.15  # learning rate of Adam, in standard deviations of the data
_AWAY = 0.02  # step of differences, in the same units
_DAMPING = (0.1, 10.0)  # factors on the previous damping, tried in parallel


@dataclass(frozen=True, eq=False)
class Sample:
    """Latents of the data with their pictures.

    z: float32 (k, d). levels: uint8 (k, pixels), their pictures. spread: (d,), standard deviations of all data.
    """

    z: Latents
    levels: NDArray[np.uint8]
    spread: NDArray[np.float32]
    _tethers: "dict[float, Tether]" = field(default_factory=dict)

    @cached_property
    def _pictures(self) -> tuple[Pixels, NDArray[np.float32]]:
        """All pictures (k, pixels) in [0, 1] and the sums of their squares, cached: half of the time of a search."""
        pictures = self.levels.astype(np.float32) / np.float32(255)
        return pictures, np.square(pictures).sum(1)

    def tether(self, price: float) -> "Tether":
        """The penalty for leaving the data, computed once for each factor."""
        if price not in self._tethers:
            self._tethers[price] = Tether(self.z, price)
        return self._tethers[price]

    def nearest(self, images: Pixels, count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The numbers (m, count) of the pictures nearest to images (m, pixels), and their mean squared errors."""
        pictures, squares = self._pictures
        scores = squares - 2 * images @ pictures.T
        best = np.argsort(scores, axis=1, kind="stable")[:, :count]
        errors = np.stack(
            [np.square(pictures[one] - image).mean(1) for one, image in zip(best, images, strict=True)]
        ) if len(images) else np.zeros((0, count))  # fmt: skip
        return best.astype(np.int64), errors.astype(np.float64)


def sampled(
    latents: Latents, decode: DecodePixels, *, count: int = SAMPLE, piece: int = 64
) -> Generator[float, None, Sample]:
    """A sample of the data's latents (n, d), decoded `piece` at a time; yields the progress."""
    chosen = np.random.default_rng(0).permutation(len(latents))[:count]
    z, parts = latents[np.sort(chosen)], []
    for start in range(0, len(z), piece):
        parts.append((decode(z[start : start + piece]) * 255 + 0.5).astype(np.uint8))
        yield min(1.0, (start + piece) / len(z))
    spread = latents.std(0).astype(np.float32)
    return Sample(z, np.concatenate(parts), np.maximum(spread, max(1e-3 * float(spread.max()), 1e-6)))


class Tether:
    """The penalty for leaving the data, with a sample z (k, d); see the formula above. price: its factor."""

    def __init__(self, z: Latents, price: float = _PRICE) -> None:
        self._points, self.price = z, price
        self._nearest = Nearest(z)
        apart = self._nearest.find(z[:_PROBES], 2)[0][:, -1] if len(z) > 1 else np.ones(1)
        self._usual = max(float(np.quantile(apart, _USUAL)), 1e-6)
        self._middle = z.mean(0)
        self._whitening = _whitening(z)
        self._radius = max(
            float(np.quantile(np.linalg.norm((z - self._middle) @ self._whitening, axis=1), _USUAL)), 1e-6
        )

    def excess(self, z: Latents) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The square roots (n, 2) of the penalties of latents (n, d), and their derivatives (n, 2, d)."""
        distances, numbers = self._nearest.find(z, 1)
        near = self._over(distances[:, 0], z - self._points[numbers[:, 0]], self._usual)
        white = (z - self._middle) @ self._whitening
        far = self._over(np.linalg.norm(white, axis=1), white @ self._whitening.T, self._radius)
        return np.stack([near[0], far[0]], 1), np.stack([near[1], far[1]], 1)

    def cost(self, z: Latents) -> NDArray[np.float64]:
        """The penalties (n,) of latents (n, d)."""
        total: NDArray[np.float64] = np.square(self.excess(z)[0], dtype=np.float64).sum(1)
        return total

    def _over(
        self, length: NDArray[np.floating], along: NDArray[np.floating], usual: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The excess of lengths (n,) over the usual, and its derivatives (n, d). along: length times its gradient."""
        root, over = np.sqrt(self.price), np.maximum(0.0, length / usual - 1)
        slope = np.where(over > 0, root / (usual * np.maximum(length, 1e-12)), 0.0)
        return (root * over).astype(np.float32), (slope[:, None] * along).astype(np.float32)


def _whitening(z: Latents) -> NDArray[np.float32]:
    """The matrix that scales differences of latents (k, d) to standard deviations."""
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(z, rowvar=False, bias=True)))
    whitening: NDArray[np.float32] = (axes / np.sqrt(np.maximum(variances, max(1e-6 * variances[-1], 1e-12)))).astype(
        np.float32
    )
    return whitening


@dataclass(frozen=True, eq=False)
class Converging:
    """Progress and results. share: of the steps, in [0, 1]. z: float32 (m, d), the best latents so far. error: float64
    (m,), their mean squared errors on pixels in [0, 1]. begun: the same for the best starts.
    """

    share: float
    z: Latents
    error: NDArray[np.float64]
    begun: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Problem:
    """The problem. images: float32 (m, pixels) in [0, 1]. sample: of the data. decode: returns pictures of latents.

    slope: of a differentiable decoder. encoded: (m, d), the encoder's latents of the images, if there is an encoder.
    steps: of the optimisation; 0 for the default of the method. piece: pictures decoded between two yields. price: as
    in `Tether`.
    """

    images: Pixels
    sample: Sample
    decode: DecodePixels
    slope: Slope | None = None
    encoded: Latents | None = None
    steps: int = 0
    piece: int = 64
    price: float = _PRICE
    tether: Tether = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tether", self.sample.tether(self.price))


def invert(problem: Problem) -> Iterator[Converging | None]:
    """Find the latents of images; yields None between results, and the final result, with share 1, last.

    Results never get worse: steps that do not help are discarded.
    """
    starts = _starts(problem)  # (m, s, d)
    count, ways, d = starts.shape
    which = np.repeat(np.arange(count), ways)
    search = _Search(problem, starts.reshape(-1, d), which)
    yield from search.judged()
    begun = search.best(count)[1]
    steps = problem.steps or (_ADAM_STEPS if problem.slope is not None else _NEWTON_STEPS)
    first = max(1, round(_FIRST_SHARE * steps)) if ways > _FINALISTS else 0
    for number in range(steps):
        if number == first and first:
            search = search.narrowed(count, _FINALISTS)
        yield from search.step(number / steps)
        z, error = search.best(count)
        if number < steps - 1:
            yield Converging((number + 1) / steps, z, error, begun)
    z, error = search.best(count)
    yield Converging(1.0, z, error, begun)


def _starts(problem: Problem) -> Latents:
    """The starts (m, s, d): the encoder's latents, the nearest of the sample by picture, draws."""
    sample, count = problem.sample, len(problem.images)
    near, _ = sample.nearest(problem.images, min(_NEAREST, len(sample.z)))
    random = np.random.default_rng(1)
    drawn = random.integers(0, len(sample.z), (count, _DRAWN))  # from the data, which the decoder was trained on
    kinds = [sample.z[near], sample.z[drawn]]
    if problem.encoded is not None:
        kinds.insert(0, problem.encoded[:, None])
    return np.concatenate(kinds, axis=1).astype(np.float32)


class _Search:
    """Rows of latents during the optimisation, each for one of the images."""

    def __init__(self, problem: Problem, z: Latents, which: NDArray[np.int64]) -> None:
        self._problem, self._z, self._which = problem, z, which
        self._images = problem.images[which]
        self._moments = np.zeros_like(z), np.zeros_like(z)
        self._taken = 0
        self._damping = np.full(len(z), 1e-2)
        self._pictures: Pixels = np.zeros((0, 0), np.float32)
        self._best_z, self._error = z.copy(), np.full(len(z), np.inf)
        self._cost = np.full(len(z), np.inf)

    def judged(self) -> Iterator[None]:
        """Decode and score the rows."""
        self._pictures = yield from self._decoded(self._z)
        self._keep(self._z, self._mse(self._pictures, self._images), self._problem.tether.cost(self._z))

    def best(self, count: int) -> tuple[Latents, NDArray[np.float64]]:
        """The best latents (m, d) of each of `count` images, by error and penalty, and their errors (m,)."""
        order = np.lexsort((self._cost, self._which))
        first = order[np.searchsorted(self._which[order], np.arange(count))]
        return self._best_z[first], self._error[first]

    def narrowed(self, count: int, ways: int) -> "_Search":
        """The search with only the best `ways` rows of each image."""
        order = np.lexsort((self._cost, self._which)).reshape(count, -1)
        kept = order[:, :ways].ravel()
        narrow = _Search(self._problem, self._z[kept], self._which[kept])
        narrow._moments, narrow._taken = (self._moments[0][kept], self._moments[1][kept]), self._taken
        narrow._damping, narrow._pictures = self._damping[kept], self._pictures[kept]
        narrow._best_z, narrow._error, narrow._cost = self._best_z[kept], self._error[kept], self._cost[kept]
        return narrow

    def step(self, share: float) -> Iterator[None]:
        """Take one step with all rows. share: of the steps done before it."""
        if self._problem.slope is not None:
            yield from self._descend(share)
        else:
            yield from self._solve(share)

    # -- with derivatives

    def _descend(self, share: float) -> Iterator[None]:
        assert self._problem.slope is not None
        rate = _RATE * 0.5 * (1 + np.cos(np.pi * share)) + 1e-3
        self._taken += 1
        for rows in self._pieces(len(self._z), 8):  # forward and backward, without packed kernels
            z = self._z[rows]
            error, slope = self._problem.slope(z, self._images[rows])
            over, by = self._problem.tether.excess(z)
            self._keep(z, error.astype(np.float64), np.square(over, dtype=np.float64).sum(1), rows)
            self._z[rows] = z - self._adam(rows, slope + 2 * np.einsum("nk,nkd->nd", over, by)) * rate
            yield None

    def _adam(self, rows: slice, slope: NDArray[np.float32]) -> NDArray[np.float32]:
        """The direction of a step (k, d), in units of the data's spread."""
        spread = self._problem.sample.spread
        slope = slope * spread
        mean, square = self._moments
        mean[rows] = 0.9 * mean[rows] + 0.1 * slope
        square[rows] = 0.99 * square[rows] + 0.01 * slope**2
        flat = mean[rows] / (1 - 0.9**self._taken)
        steep = np.sqrt(square[rows] / (1 - 0.99**self._taken))
        step: NDArray[np.float32] = (flat / (steep + 1e-8) * spread).astype(np.float32)
        return step

    # -- without derivatives

    def _solve(self, share: float) -> Iterator[None]:
        """A Levenberg-Marquardt step for each row, in a subspace if there are many dimensions."""
        ways = self._directions(round(1e6 * share))  # (p, d)
        slopes = yield from self._slopes(ways)  # (n, p, pixels)
        over, by = self._problem.tether.excess(self._z)
        pixels = self._images.shape[1]
        residual = self._pictures - self._images
        inner = by @ ways.T  # (n, 2, p)
        square = slopes @ slopes.transpose(0, 2, 1) / pixels + inner.transpose(0, 2, 1) @ inner
        pull = (slopes @ residual[..., None])[..., 0] / pixels + (over[:, None] @ inner)[:, 0]
        tried = []
        for factor in _DAMPING:
            tried.append((yield from self._tried(square, pull, ways, factor)))
        self._take(tried)

    def _directions(self, seed: int) -> Latents:
        """Directions (p, d) for differences, scaled by the spread of the data."""
        d, spread = self._z.shape[1], self._problem.sample.spread
        if d <= SUBSPACE:
            return np.diag(spread).astype(np.float32)
        mixed = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, SUBSPACE)))[0].T
        return (mixed * spread).astype(np.float32)

    def _slopes(self, ways: Latents) -> Generator[None, None, Pixels]:
        """The derivatives (n, p, pixels) of the rows' pictures along directions (p, d)."""
        moved = self._z[:, None] + np.float32(_AWAY) * ways
        pictures = yield from self._decoded(moved.reshape(-1, moved.shape[2]))
        slopes: Pixels = (pictures.reshape(len(self._z), len(ways), -1) - self._pictures[:, None]) / np.float32(_AWAY)
        return slopes

    def _tried(
        self, square: Pixels, pull: Pixels, ways: Latents, factor: float
    ) -> Generator[None, None, tuple[Latents, Pixels, NDArray[np.float64], NDArray[np.float64]]]:
        """The result of a step with a damping: latents, pictures, costs, damping."""
        damping = np.clip(self._damping * factor, 1e-6, 1e6)
        scale = np.einsum("npp->np", square)
        system = square + np.einsum("np,pq->npq", damping[:, None] * scale + 1e-9, np.eye(square.shape[1]))
        weights = -np.linalg.solve(system.astype(np.float64), pull[..., None].astype(np.float64))[..., 0]
        weights *= np.minimum(1.0, 2.0 / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12))
        z = (self._z + weights @ ways).astype(np.float32)
        pictures = yield from self._decoded(z)
        return z, pictures, self._mse(pictures, self._images) + self._problem.tether.cost(z), damping

    def _take(self, tried: list[tuple[Latents, Pixels, NDArray[np.float64], NDArray[np.float64]]]) -> None:
        """Take the step with the lowest cost; if none is lower, stay and increase the damping."""
        costs = np.stack([cost for _, _, cost, _ in tried])
        chosen = costs.argmin(0)
        better = costs.min(0) < self._cost
        for number, (z, pictures, _, damping) in enumerate(tried):
            rows = better & (chosen == number)
            self._z[rows], self._pictures[rows], self._damping[rows] = z[rows], pictures[rows], damping[rows]
        self._damping[~better] = np.minimum(self._damping[~better] * _DAMPING[-1] ** 2, 1e6)
        self._keep(self._z, self._mse(self._pictures, self._images), self._problem.tether.cost(self._z))

    # -- shared

    def _pieces(self, count: int, dearer: int = 1) -> list[slice]:
        size = max(1, self._problem.piece // dearer)
        return [slice(start, start + size) for start in range(0, count, size)]

    def _decoded(self, z: Latents) -> Generator[None, None, Pixels]:
        parts = []
        for rows in self._pieces(len(z)):
            parts.append(self._problem.decode(z[rows]))
            yield None
        return np.concatenate(parts)

    def _keep(
        self, z: Latents, error: NDArray[np.float64], extra: NDArray[np.float64], rows: slice = slice(None)
    ) -> None:
        """Keep latents with a lower cost than the best so far."""
        cost = error + extra
        better = cost < self._cost[rows]
        for kept, found in ((self._best_z, z), (self._error, error), (self._cost, cost)):
            kept[rows][better] = found[better]

    @staticmethod
    def _mse(pictures: Pixels, images: Pixels) -> NDArray[np.float64]:
        errors: NDArray[np.float64] = np.square(pictures - images).mean(1, dtype=np.float64)
        return errors
