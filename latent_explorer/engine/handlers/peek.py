"""Peek: a single exact picture for a linked map; does not replace the hover of this map."""

from collections.abc import Iterator

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class Peek(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the picture of latent z (d,), translated from another map."""

    z: np.ndarray


class Peeked(Numbered, frozen=True, tag=True, eq=False):
    """The exact picture, uint8 (h, w, c)."""

    image: np.ndarray


def _answer(request: Peek, service: ModelService) -> Iterator[Peeked]:
    yield Peeked(request.number, service.decoder.pictures(request.z[None])[0])


PEEK = Handler(Peek, Peeked, _answer, newest=True)
