"""Nearest: the images of the dataset nearest to latents."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Piece, Want
from latent_explorer.service.codec import Numbered

NEAR = 11
"""The number of images returned; for the latent of an image, the first is the image itself."""


class FindNearest(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the images nearest to latents z (n, d)."""

    z: np.ndarray


class NearestImages(Piece, frozen=True, tag=True, eq=False):
    """The numbers int64 (k, NEAR) of the nearest images, nearest first; fewer columns for a smaller dataset."""


def _answer(request: FindNearest, service: ModelService) -> Iterator[NearestImages]:
    def images(z: NDArray[np.float32]) -> NDArray[np.int64]:
        service.decoder.check(z)
        return service.index.neighbourhood.nearest(z, NEAR)[1]

    for start, found in service.in_slices("nearest", request.z, images):
        yield NearestImages(request.number, start, found)


NEAREST = Handler(FindNearest, NearestImages, _answer, needs_data=lambda _: True)


def want_nearest(key: Hashable, z: NDArray[np.float32]) -> Want:
    """The numbers of the images nearest to latents (n, d)."""
    return Want(key, FindNearest, len(z), lambda number: FindNearest(number, z))
