"""What classes look like in latent space: a Gaussian each, by which a walk keeps to the class that it began in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NEAR = 400
_OWN = 0.95  # of a covariance; the rest is its diagonal, which keeps it invertible
Latents = NDArray[np.floating]
_SAMPLE = 60_000


@dataclass(frozen=True, eq=False)
class Classes:
    """Latents by class; one class where there are no labels, or all have the same.

    numbers: those of the classes that have enough images. mean, precision, log_volume: (c, d), (c, d, d), (c,).
    members: the latents of each. spread: the standard deviation of all latents in each dimension, (d,).
    """

    numbers: NDArray[np.int64]
    mean: NDArray[np.float64]
    precision: NDArray[np.float64]
    log_volume: NDArray[np.float64]
    members: tuple[NDArray[np.float64], ...]
    spread: NDArray[np.float64]

    @classmethod
    def of(cls, latents: Latents, label: NDArray[np.int64] | None) -> "Classes":
        """Those of latents (n, d), with labels (n,) where there are some; of each at most 60,000 are looked at."""
        if len(latents) > _SAMPLE:
            chosen = np.sort(np.random.default_rng(0).choice(len(latents), _SAMPLE, replace=False))
            latents, label = latents[chosen], None if label is None else label[chosen]
        groups = _groups(latents, label)
        members = tuple(latents[where].astype(np.float64) for _, where in groups)
        whole = covariance(latents.astype(np.float64))
        covariances = [covariance(each) for each in members]
        return cls(
            np.array([number for number, _ in groups], np.int64),
            np.array([each.mean(0) for each in members], np.float64),
            np.asarray(np.linalg.inv(covariances), np.float64),
            np.asarray(np.linalg.slogdet(covariances)[1], np.float64),
            members,
            np.sqrt(np.diag(whole)),
        )

    @property
    def several(self) -> bool:
        """Whether there is more than one class to keep to."""
        return len(self.numbers) > 1

    def likelihood(self, z: Latents) -> NDArray[np.float64]:
        """The logarithm of each class's density at latents (n, d), up to a constant: (n, c)."""
        apart = z[:, None] - self.mean
        return np.asarray(-0.5 * (np.einsum("ncd,cde,nce->nc", apart, self.precision, apart) + self.log_volume))

    def nearest(self, z: Latents) -> NDArray[np.int64]:
        """The places of the likeliest classes of latents (n, d): (n,)."""
        return np.asarray(self.likelihood(z).argmax(1))

    def slope(self, z: Latents, own: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
        """The gradient (n, d) of how much likelier the own class is than another."""
        return self._pull(z, own) - self._pull(z, other)

    def around(self, z: NDArray[np.floating], place: int) -> NDArray[np.float64]:
        """The covariance (d, d) of the 400 latents of a class that are nearest to a latent (d,)."""
        members = self.members[place]
        count = max(min(_NEAR, len(members)), min(len(members), 2))
        if count == len(members):
            return covariance(members)
        distances = np.square((members - z) / self.spread).sum(1)
        return covariance(members[np.argpartition(distances, count)[:count]])

    def _pull(self, z: Latents, place: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(-np.einsum("nde,ne->nd", self.precision[place], z - self.mean[place]))


def covariance(latents: NDArray[np.float64]) -> NDArray[np.float64]:
    """That of latents (n, d), with a little of its diagonal, so that it can be inverted."""
    found = np.cov(latents.T).reshape(latents.shape[1], -1) if len(latents) > 1 else np.zeros((latents.shape[1],) * 2)
    diagonal = np.diag(found)
    least = max(1e-4 * diagonal.max(), 1e-9)
    return np.asarray(_OWN * found + (1 - _OWN) * np.diag(diagonal) + least * np.eye(len(found)))


def _groups(latents: Latents, label: NDArray[np.int64] | None) -> list[tuple[int, NDArray[np.int64]]]:
    """The classes with more images than dimensions, each with its images; all as one where there are none."""
    if label is not None:
        numbers, counts = np.unique(label, return_counts=True)
        enough = [number for number, count in zip(numbers, counts, strict=True) if count > latents.shape[1]]
        if enough:
            return [(int(number), np.flatnonzero(label == number)) for number in enough]
    return [(-1, np.arange(len(latents)))]
