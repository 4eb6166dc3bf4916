"""What was learned about all images, at any place: the class shares of the images around it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import EngineError

if TYPE_CHECKING:
    from latent_explorer.analysis import Neighbourhood

_NEIGHBOURS = 10
_ROOM = 1 << 17  # places remembered: a hundred tiles, 10 MiB


class RememberedNeighbours:
    """The images nearest to recently requested places: these do not change when something else is learned."""

    def __init__(self) -> None:
        self._slots: dict[bytes, int] = {}
        self._distances = np.zeros((0, _NEIGHBOURS), np.float32)
        self._indices = np.zeros((0, _NEIGHBOURS), np.int32)

    def near(self, near: "Neighbourhood", z: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """The distances to, and the numbers of, the 10 nearest images of latents (n, d), (n, 10) or all if fewer."""
        z = np.ascontiguousarray(z)
        keys = [row.tobytes() for row in z]
        new = np.flatnonzero([key not in self._slots for key in keys])
        if len(new):
            self._remember([keys[place] for place in new], *near.nearest(z[new], _NEIGHBOURS))
            keys_lost = any(key not in self._slots for key in keys)
            if keys_lost:  # there was no room for all: these are asked for anew
                self._remember(keys, *near.nearest(z, _NEIGHBOURS))
        slots = np.array([self._slots[key] for key in keys], np.int64)
        return self._distances[slots], self._indices[slots]

    def _remember(self, keys: list[bytes], distances: NDArray[np.float64], indices: NDArray[np.int64]) -> None:
        if len(self._slots) + len(keys) > _ROOM or distances.shape[1] != self._distances.shape[1]:
            self._slots.clear()
            self._distances, self._indices = self._distances[:0, : distances.shape[1]], self._indices[:0]
            self._distances = np.zeros((0, distances.shape[1]), np.float32)
            self._indices = np.zeros((0, distances.shape[1]), np.int32)
        start = len(self._distances)
        self._slots.update((key, start + place) for place, key in enumerate(keys))
        self._distances = np.concatenate([self._distances, distances.astype(np.float32)])
        self._indices = np.concatenate([self._indices, indices.astype(np.int32)])


class LearnedShares:
    """shares: float32 (n, classes), the probability of each class for all images. Raises EngineError for other
    images."""

    def __init__(
        self, shares: NDArray[np.float32], near: "Neighbourhood", remembered: RememberedNeighbours | None = None
    ) -> None:
        if len(shares) != near.count:
            raise EngineError(f"what was learned is of {len(shares):,} images: expected {near.count:,}")
        self._shares, self._near = shares, near
        self._remembered = remembered or RememberedNeighbours()

    def vote(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """The most probable class at latents (n, d) and its share, (n, 2): of the 10 nearest, weighted by distance."""
        from latent_explorer.analysis.few_labels.probe import blended

        shares = blended(self._shares, *self._remembered.near(self._near, z))
        return np.stack([shares.argmax(1), shares.max(1)], axis=1).astype(np.float32)
