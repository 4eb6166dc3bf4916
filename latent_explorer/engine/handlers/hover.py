"""Hover: a single exact picture, with the highest priority."""

from collections.abc import Iterator

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class Hover(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the picture of latent z (d,)."""

    z: np.ndarray


class Picture(Numbered, frozen=True, tag=True, eq=False):
    """The exact picture, uint8 (h, w, c)."""

    image: np.ndarray


def _answer(request: Hover, service: ModelService) -> Iterator[Picture]:
    yield Picture(request.number, service.decoder.pictures(request.z[None])[0])


HOVER = Handler(Hover, Picture, _answer, newest=True)
