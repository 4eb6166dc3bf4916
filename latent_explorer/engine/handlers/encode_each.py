"""EncodeEach: the user's own image, encoded and decoded under each class of a conditional model."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Want
from latent_explorer.service.codec import Numbered


class EncodeEach(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the latents of an image under each class. image: uint8 (h, w, 1 or 3), of any size."""

    image: np.ndarray


class EncodedEach(Numbered, frozen=True, tag=True, eq=False):
    """The latents under each class.

    prepared: uint8 (h, w, c), the model's input. z: float32 (classes, d). error: float64 (classes,), the mean squared
    error of the picture decoded under each class, on pixels in [0, 1]: the smallest suggests the class of the image.
    """

    prepared: np.ndarray
    z: np.ndarray
    error: np.ndarray


def _answer(request: EncodeEach, service: ModelService) -> Iterator[EncodedEach | None]:
    from latent_explorer.data.preparing import prepared
    from latent_explorer.engine.own_image import NO_ENCODER, usual_images
    from latent_explorer.errors import EngineError

    if not service.config.encodes:
        raise EngineError(NO_ENCODER)
    usual = yield from usual_images(service)
    image = prepared(request.image, usual, ()).image
    labels = service.decoder.classes(np.arange(service.config.net.classes), service.config.net.classes)
    places, errors = [], []
    for label in labels:
        z, pictures = service.decoder.round_trip(image[None], np.array([label]))
        places.append(z[0])
        errors.append(np.square((image.astype(np.float32) - pictures[0]) / 255).mean())
        yield None
    yield EncodedEach(request.number, image, np.stack(places), np.array(errors, np.float64))


ENCODE_EACH = Handler(EncodeEach, EncodedEach, _answer)


def want_encoded_each(key: Hashable, image: NDArray[np.uint8]) -> Want:
    """The latents of an image uint8 (h, w, 1 or 3) under each class."""
    return Want(key, EncodeEach, 0, lambda number: EncodeEach(number, image))
