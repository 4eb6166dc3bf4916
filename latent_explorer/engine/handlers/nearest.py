"""Nearest: which images of the data are the nearest in latent space."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Piece, Want
from latent_explorer.service.codec import Numbered

NEAR = 11
"""How many images are told; of an image, the first is itself."""


class FindNearest(Numbered, frozen=True, tag=True, eq=False):
    """Which images are the nearest of latents z (n, d)?"""

    z: np.ndarray


class NearestImages(Piece, frozen=True, tag=True, eq=False):
    """The numbers int64 (k, NEAR) of the nearest images, nearest first; fewer columns where the data are fewer."""


def _answer(request: FindNearest, service: ModelService) -> Iterator[NearestImages]:
    def images(z: NDArray[np.float32]) -> NDArray[np.int64]:
        service.decoder.check(z)
        return service.index.neighbourhood.nearest(z, NEAR)[1]

    for start, found in service.in_slices("nearest", request.z, images):
        yield NearestImages(request.number, start, found)


NEAREST = Handler(FindNearest, NearestImages, _answer, needs_data=lambda _: True)


def want_nearest(key: Hashable, z: NDArray[np.float32]) -> Want:
    """The numbers of the images that are nearest to latents (n, d)."""
    return Want(key, FindNearest, len(z), lambda number: FindNearest(number, z))
