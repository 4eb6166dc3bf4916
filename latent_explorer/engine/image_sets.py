"""Many images of the user's own: read and prepared in a thread, encoded or optimised by the open model in slices."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.analysis.inversion import invert
from latent_explorer.data.dataset import Split
from latent_explorer.data.gathering import MOST_OWN, OwnImages, gathered
from latent_explorer.data.preparing import STEPS, in_channels, prepared
from latent_explorer.data.usual import Usual
from latent_explorer.engine.decoder import Latents, Pictures
from latent_explorer.engine.inverting import check_images, images_as_pixels, problem_of, sample_of
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.own_image import usual_images
from latent_explorer.errors import DataError, EngineError
from latent_explorer.fields import returned_by
from latent_explorer.service.background_task import aside
from latent_explorer.service.codec import text_to_path
from latent_explorer.steps import relayed

Prepare = Literal["others", "all", "none"]
"""Which images are prepared like those of the dataset: those of another size, all, or none (only resized)."""
PREPARES: tuple[Prepare, ...] = "others", "all", "none"
NO_PLACE = (
    "the model has no encoder: let their places be searched for, which takes some hundredths of a second for each image"
)
_N = TypeVar("_N", bound=np.generic)
_AT_ONCE = 16  # files read before other requests get a turn
_SOUGHT_AT_ONCE = 4  # images whose latents are optimised together
_THUMBNAIL = 64  # pixels: the longer side
_PIECE, _LARGE_PIECE = 64, 512  # pictures decoded before other requests get a turn, and if nobody waits
_STEPS = frozenset(step.name for step in STEPS)
_UNKNOWN = float("nan")


@dataclass(frozen=True, eq=False)
class PlacedImages:
    """Some of a set's images with their latents.

    names, groups: as in `OwnImages`. thumbnails: uint8 (k, h, w, c), the model's input, reduced to 64 pixels. z:
    float32 (k, d). error: float64 (k,), the mean squared errors of their pictures on pixels in [0, 1]; NaN without a
    decoder. score: float64 (k,), above 1 for an image on which the model cannot be trusted. rejected: images in between
    that could not be placed, with reasons. done, of: images of the set. With a search only: encoded: float64 (k,), the
    errors of the encoder's latents; NaN without an encoder; nearest: the errors of the best of 2,048 of the dataset's
    latents.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    thumbnails: Pictures
    z: Latents
    error: NDArray[np.float64]
    score: NDArray[np.float64]
    rejected: tuple[tuple[str, str], ...]
    done: int
    of: int
    encoded: NDArray[np.float64]
    nearest: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SetOfImages:
    """The set that is placed. name: of the set. notes: sentences on what was not read."""

    name: str
    notes: tuple[str, ...]


@dataclass(eq=False)
class _Read:
    """Images of the model's shape with their numbers, and those that could not be read or prepared, with reasons."""

    numbers: list[int] = field(default_factory=list)
    images: list[NDArray[np.uint8]] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)


def placed(
    service: ModelService,
    sources: Sequence[str],
    prepare: Prepare,
    *,
    search: bool,
    most: int = MOST_OWN,
    split: Split | None = None,
    hurry: bool = False,
) -> Iterator[SetOfImages | PlacedImages | None]:
    """Place the images of files and folders, or of a dataset; yields None between results.

    Yields the set, then its images in order, some at a time. search: whether to optimise the latents, starting from the
    encoder's if there is one. hurry: allow long steps, as nobody else waits. Raises DataError if there are no images,
    EngineError if the model cannot place any, UserError if a dataset cannot be opened.
    """
    if not service.config.encodes and not search:
        raise EngineError(NO_PLACE)
    if search:
        check_images(service.decoder, np.zeros((0, *service.config.net.image_shape), np.uint8))
    usual = yield from usual_images(service)
    paths = [str(text_to_path(source)) for source in sources]
    found = yield from aside(partial(gathered, paths, most, split), "own images")
    yield SetOfImages(found.name, found.notes)
    yield from service.calibrate()
    for start in range(0, len(found), _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, len(found)))
        read = yield from aside(partial(_read, found, numbers, usual, prepare), "own images")
        yield (yield from _placed(service, found, read, numbers.stop, _Manner(search, hurry)))


def _read(found: OwnImages, numbers: range, usual: Usual, prepare: Prepare) -> _Read:
    made = _Read()
    for number in numbers:
        try:
            made.images.append(_shaped(found.read(number), usual, prepare))
            made.numbers.append(number)
        except DataError as error:
            made.rejected.append((number, str(error)))
    return made


def _shaped(image: NDArray[np.uint8], usual: Usual, prepare: Prepare) -> NDArray[np.uint8]:
    """The image in the model's shape, prepared or only resized."""
    if prepare != "all" and image.shape[:2] == usual.shape[:2]:
        return np.ascontiguousarray(in_channels(image, usual.shape[2]))
    return prepared(image, usual, _STEPS if prepare == "none" else ()).image


def _placed(
    service: ModelService, found: OwnImages, read: _Read, done: int, search: "_Manner"
) -> Generator[None, None, PlacedImages]:
    names = tuple(found.names[number] for number in read.numbers)
    groups = tuple(found.groups[number] for number in read.numbers)
    rejected = tuple((found.names[number], why) for number, why in read.rejected)
    d, shape = service.config.net.latent_dim, service.config.net.image_shape
    images = np.stack(read.images) if read.images else np.zeros((0, *shape), np.uint8)
    nothing = np.zeros(0)
    made = _Latents(np.zeros((0, d), np.float32), nothing, nothing)
    error = score = nothing
    if len(images):
        made = yield from _latents(service, images, search)
        error = yield from _errors(service, images, made.z)
        score = yield from _scores(service, made.z, error, at_home=not search.wanted)
    small = thumbnails_of(images)
    beside = made.encoded, made.nearest
    return PlacedImages(names, groups, small, made.z, error, score, rejected, done, len(found), *beside)


@dataclass(frozen=True, eq=False)
class _Latents:
    """Latents z (n, d), and the other errors of `PlacedImages`."""

    z: Latents
    encoded: NDArray[np.float64]
    nearest: NDArray[np.float64]


@dataclass(frozen=True)
class _Manner:
    """Whether to optimise latents, and whether to allow long steps."""

    wanted: bool
    hurry: bool


def _latents(service: ModelService, images: Pictures, search: _Manner) -> Generator[None, None, _Latents]:
    """The encoder's latents of images, or optimised ones."""
    encoded = None
    if service.config.encodes:
        encoded = yield from _in_slices(service, "own images", images, service.decoder.encoded)
    if search.wanted:
        return (yield from _sought(service, images, encoded, search.hurry))
    assert encoded is not None
    return _Latents(encoded, np.zeros(0), np.zeros(0))


def _sought(
    service: ModelService, images: Pictures, encoded: Latents | None, hurry: bool
) -> Generator[None, None, _Latents]:
    piece = _LARGE_PIECE if hurry else max(8, min(_PIECE, service.decoder.choice.batch))
    at_once = len(images) if hurry else _SOUGHT_AT_ONCE
    sample = yield from relayed(sample_of(service.decoder, service.index.latents.mean, piece), lambda _: None)
    parts = []
    for start in range(0, len(images), at_once):
        rows = slice(start, start + at_once)
        begun = None if encoded is None else encoded[rows]
        z = np.zeros((0, service.config.net.latent_dim), np.float32)
        for stage in invert(problem_of(service.decoder, sample, images[rows], begun, piece)):
            z = z if stage is None else stage.z
            yield None
        parts.append(z)
    nearest = sample.nearest(images_as_pixels(images), 1)[1][:, 0]
    alone = np.full(len(images), _UNKNOWN)
    if encoded is not None:
        alone = yield from _errors(service, images, encoded)
    return _Latents(np.concatenate(parts), alone, nearest)


def _errors(service: ModelService, images: Pictures, z: Latents) -> Generator[None, None, NDArray[np.float64]]:
    """The mean squared errors (n,) of the pictures of latents."""
    if not service.decoder.decodes:
        return np.full(len(z), _UNKNOWN)
    errors = []
    for start, pictures in service.decoded(z):
        off = (images[start : start + len(pictures)].astype(np.float32) - pictures) / 255
        errors.append(np.square(off, dtype=np.float64).reshape(len(off), -1).mean(1))
        yield None
    return np.concatenate(errors)


def _scores(
    service: ModelService, z: Latents, error: NDArray[np.float64], at_home: bool
) -> Generator[None, None, NDArray[np.float64]]:
    """As `Trust.score_images`; by their latents alone if the errors are unknown.

    at_home: whether the latents are the encoder's; others need not agree with it.
    """
    yield from service.calibrate()
    ask, trust = returned_by(service.field_input(with_data=True)) if at_home else None, service.trust
    conditional = bool(service.config.net.classes)  # an image may be encoded under another class than its own

    def scores(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        some, reach = z[rows], service.index.neighbourhood.reach(z[rows])
        if np.isnan(error[rows]).any():
            return trust.score(some, lambda places: service.index.neighbourhood.reach(places), ask)
        back = None if ask is None or conditional else ask(some)
        return trust.score_images(some, reach, back, error[rows]).astype(np.float64)

    return (yield from _in_slices(service, "judged images", np.arange(len(z)), scores))


def _in_slices(
    service: ModelService, kind: str, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[_N]]
) -> Generator[None, None, NDArray[_N]]:
    """The results of `work` on all of `asked`, concatenated."""
    parts = []
    for _, made in service.in_slices(kind, asked, work):
        parts.append(made)
        yield None
    return np.concatenate(parts)


def thumbnails_of(images: Pictures) -> Pictures:
    """Images (n, h, w, c) reduced so that the longer side has at most 64 pixels."""
    side = max(images.shape[1:3])
    if side <= _THUMBNAIL or not len(images):
        return images
    size = tuple(max(1, round(length * _THUMBNAIL / side)) for length in (images.shape[2], images.shape[1]))
    small = [Image.fromarray(image.squeeze(2) if image.shape[2] == 1 else image).resize(size) for image in images]
    return np.stack([np.asarray(each).reshape(size[1], size[0], -1) for each in small])
