"""DecodeAs: the pictures of latents by a conditional model, each under its own class."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Pictures, Want
from latent_explorer.service.codec import Numbered


class DecodeAs(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the pictures of latents z (n, d) under labels int64 (n,). repeatable: as in `Decode`."""

    z: np.ndarray
    labels: np.ndarray
    repeatable: bool = False


def _answer(request: DecodeAs, service: ModelService) -> Iterator[Pictures]:
    labels = service.decoder.classes(request.labels, len(request.z))
    if request.repeatable:
        steps = service.in_pieces(
            np.arange(len(labels)), lambda some: service.decoder.repeatable(request.z[some], labels[some])
        )
    else:
        steps = service.in_slices(
            "decode as", np.arange(len(labels)), lambda some: service.decoder.pictures(request.z[some], labels[some])
        )
    for start, pictures in steps:
        yield Pictures(request.number, start, pictures)


DECODE_AS = Handler(DecodeAs, Pictures, _answer)


def want_decoded_as(
    key: Hashable, z: NDArray[np.float32], labels: NDArray[np.int64], *, repeatable: bool = False
) -> Want:
    """The pictures of latents (n, d) under classes (n,). repeatable: for exports."""
    return Want(key, DecodeAs, len(z), lambda number: DecodeAs(number, z, labels, repeatable))
