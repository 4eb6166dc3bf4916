"""The directions of the open model, learnt from its pictures once and shared by all requests."""

from collections.abc import Generator, Iterator
from functools import partial
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes import AttributeWalker, Classes, Decode, Directions, learn
from latent_explorer.bundles.latents import of_images
from latent_explorer.engine.decoder import Decoder
from latent_explorer.engine.model_service import ModelService
from latent_explorer.errors import EngineError
from latent_explorer.fields.calibration import Gradual
from latent_explorer.nets.families import NO_DECODER
from latent_explorer.service.background_task import aside

_PACE = "attributes"
_TRAIN = 0
_KNOWN: WeakKeyDictionary[Decoder, Gradual[Directions]] = WeakKeyDictionary()


def directions_of(service: ModelService) -> Generator[None, None, Directions]:
    """The directions of the open model, learnt in slices on first use.

    Raises EngineError if the model has no decoder, or there are too few images.
    """
    decoder = service.decoder
    if not decoder.decodes:
        raise EngineError(NO_DECODER)
    if decoder not in _KNOWN:
        _KNOWN[decoder] = Gradual(partial(_learnt, service))
    yield from _KNOWN[decoder].steps()
    found = _KNOWN[decoder].found
    assert found is not None
    return found


def _learnt(service: ModelService) -> Iterator[Directions | None]:
    latents = service.field_input(with_data=False).data
    train = np.flatnonzero(latents.split == _TRAIN)
    chosen = train if len(train) else of_images(latents.split)
    if len(chosen) < 3:
        raise EngineError(f"directions are learnt of three images at least, and this model has {len(chosen)}")
    label = None if latents.label is None else latents.label[chosen]
    decode, slices = pictures_of(service.decoder), partial(service.in_slices, _PACE)
    classes = yield from aside(partial(Classes.of, latents.mean[chosen], label), "classes")
    learned = yield from learn(latents.mean[chosen], classes, decode, slices)
    yield Directions(AttributeWalker(learned, decode, slices), service.config.dataset.class_names)


def pictures_of(decoder: Decoder) -> Decode:
    """A function from latents float32 (n, d) to pictures float32 (n, h, w, c) in [0, 1], not rounded."""
    height, width, channels = decoder.spec.image_shape

    def decode(z: NDArray[np.float32]) -> NDArray[np.float32]:
        flat = decoder.measured(lambda model, latents: model.decode(latents).flatten(1), np.ascontiguousarray(z))
        return flat.reshape(len(z), channels, height, width).transpose(0, 2, 3, 1)

    return decode
