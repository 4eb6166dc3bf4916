"""Image set: images besides those of the dataset, opened for comparison."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Pictures, Values, Want
from latent_explorer.service.codec import Numbered


class OpenImageSet(Numbered, frozen=True, tag=True, eq=False):
    """Asks to read the images at `source`: the name of a dataset, a file or a folder."""

    source: str


class ImageSetOpened(Numbered, frozen=True, tag=True, eq=False):
    """The images are open. count: the number used, of `all_images`. note: how they were changed."""

    source: str
    name: str
    count: int
    all_images: int
    note: str


class SetImages(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the images of a set at `numbers`, int64 (n,)."""

    source: str
    numbers: np.ndarray


class SetLatents(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the latents (n, d) of the images of a set at `numbers`, int64 (n,)."""

    source: str
    numbers: np.ndarray


def _open(request: OpenImageSet, service: ModelService) -> Iterator[ImageSetOpened | None]:
    found = yield from service.judging.others(request.source)
    yield ImageSetOpened(request.number, request.source, found.name, len(found.images), found.all_images, found.note)


def _images(request: SetImages, service: ModelService) -> Iterator[Pictures | None]:
    found = yield from service.judging.others(request.source)
    for start, images in service.in_slices("set images", request.numbers, found.at):
        yield Pictures(request.number, start, images)


def _latents(request: SetLatents, service: ModelService) -> Iterator[Values | None]:
    found = yield from service.judging.others(request.source)
    encode = service.judging.encode
    for start, z in service.in_slices("set latents", request.numbers, lambda some: encode(found.at(some))):
        yield Values(request.number, start, z)


OPEN_IMAGE_SET = Handler(OpenImageSet, ImageSetOpened, _open, newest=True)
SET_IMAGES = Handler(SetImages, Pictures, _images)
SET_LATENTS = Handler(SetLatents, Values, _latents)


def want_set_images(key: Hashable, source: str, numbers: NDArray[np.int64]) -> Want:
    """Images of a set, by number (n,)."""
    return Want(key, SetImages, len(numbers), lambda number: SetImages(number, source, numbers))


def want_set_latents(key: Hashable, source: str, numbers: NDArray[np.int64]) -> Want:
    """The latents (n, d) of images of a set, by number (n,)."""
    return Want(key, SetLatents, len(numbers), lambda number: SetLatents(number, source, numbers))
