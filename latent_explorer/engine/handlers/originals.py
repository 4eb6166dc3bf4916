"""Originals: images of the dataset."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Pictures, Want
from latent_explorer.service.codec import Numbered


class Originals(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the images of the dataset at `indices`, int64 (n,)."""

    indices: np.ndarray


def _answer(request: Originals, service: ModelService) -> Iterator[Pictures]:
    for start, images in service.in_slices("originals", request.indices, service.images_at):
        yield Pictures(request.number, start, images)


ORIGINALS = Handler(Originals, Pictures, _answer, needs_data=lambda _: True, of_images=True)


def want_originals(key: Hashable, indices: NDArray[np.int64]) -> Want:
    """Images of the dataset, by number (n,)."""
    return Want(key, Originals, len(indices), lambda number: Originals(number, indices))
