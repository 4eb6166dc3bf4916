"""What a chart is, and charts that are affine."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Chart(Protocol):
    """The two-way map between plane and latent space.

    name: tells charts of one bundle apart. axis_names: of u and v, in words; empty for an axis that is none.
    """

    @property
    def name(self) -> str: ...

    @property
    def axis_names(self) -> tuple[str, str]: ...

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
    axis_names: tuple[str, str] = ("u", "v")

    def to_latent(self, uv: ArrayLike) -> NDArray[np.float32]:
        return (self.origin + np.asarray(uv, np.float64) @ self.axes).astype(np.float32)

    def to_plane(self, z: ArrayLike) -> NDArray[np.float64]:
        plane: NDArray[np.float64] = (np.asarray(z, np.float64) - self.origin) @ self.axes.T
        return plane

    def slopes(self, uv: ArrayLike) -> NDArray[np.float64]:
        return self.axes
