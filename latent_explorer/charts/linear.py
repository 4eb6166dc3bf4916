"""Charts that are affine: the identity, and principal components."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Chart(Protocol):
    """The two-way map between plane and latent space. name: tells charts of one bundle apart."""

    @property
    def name(self) -> str: ...

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        """Latents (n, d) of plane points (n, 2); or (d,) of one point (2,)."""
        ...

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        """Plane points (n, 2) of latents (n, d); or (2,) of one latent (d,)."""
        ...

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        """How the latent changes (2, d) with u and with v at a plane point (2,)."""
        ...


@dataclass(frozen=True, eq=False)
class LinearChart:
    """The plane through `origin` (d,) spanned by the two rows of `axes` (2, d).

    The rows are orthonormal (a row is zero where the latent space has only one dimension), so plane distances are
    latent distances within the plane, and `to_plane` projects at right angles.
    """

    name: str
    origin: NDArray[np.float64]
    axes: NDArray[np.float64]

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        return (self.origin + np.asarray(uv, np.float64) @ self.axes).astype(np.float32)

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        plane: NDArray[np.float64] = (np.asarray(z, np.float64) - self.origin) @ self.axes.T
        return plane

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        return self.axes


def identity_chart() -> LinearChart:
    """The chart of a two-dimensional latent space: the plane is the space."""
    return LinearChart("identity", np.zeros(2), np.eye(2))


def principal_chart(means: ArrayLike) -> LinearChart:
    """The plane of the first two principal components of `means` (n, d), through their centre.

    Each axis points to where its largest entry is positive, so that equal data give an equal chart.
    """
    points = np.asarray(means, np.float64)
    origin = points.mean(0)
    _, vectors = np.linalg.eigh(np.atleast_2d(np.cov(points, rowvar=False, bias=True)))  # one point is data too
    leading = vectors.T[::-1][:2]
    largest = np.take_along_axis(leading, np.abs(leading).argmax(1)[:, None], axis=1)
    axes = np.zeros((2, points.shape[1]))
    axes[: len(leading)] = leading * np.sign(largest)
    return LinearChart("principal", origin, axes)
