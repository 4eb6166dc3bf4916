"""Hover: the one exact picture, before all else."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from latent_explorer.engine.handler import Handler
from latent_explorer.service.codec import Numbered

if TYPE_CHECKING:
    from latent_explorer.engine.model_service import ModelService


class Hover(Numbered, frozen=True, tag=True, eq=False):
    """Decode latent z (d,)."""

    z: np.ndarray


class Picture(Numbered, frozen=True, tag=True, eq=False):
    """The exact picture: uint8 (h, w, c)."""

    image: np.ndarray


def _answer(request: Hover, service: "ModelService") -> Iterator[Picture]:
    yield Picture(request.number, service.decoder.pictures(request.z[None])[0])


HOVER = Handler(Hover, Picture, _answer, newest=True)
