"""PlaceImages: the latents of many images of the user's own, with progress."""

from collections.abc import Hashable, Iterator

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService, Stage, Want
from latent_explorer.service.codec import Numbered


class PlaceImages(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the latents of the images in files and folders, or in one dataset. sources: as from `path_to_text`.

    prepare: which images are prepared, as in `engine.image_sets.Prepare`. search: whether to optimise their latents.
    most: the maximum number of images.
    """

    sources: tuple[str, ...]
    prepare: str
    search: bool
    most: int


class ImagesPlaced(Stage, frozen=True, tag=True, eq=False):
    """The next images, as in `engine.image_sets.PlacedImages`. name: of the set. notes: on what was not read."""

    name: str
    notes: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    thumbnails: np.ndarray
    z: np.ndarray
    error: np.ndarray
    score: np.ndarray
    rejected: tuple[tuple[str, str], ...]
    total: int


def _answer(request: PlaceImages, service: ModelService) -> Iterator[ImagesPlaced | None]:
    from latent_explorer.engine.image_sets import PREPARES, PlacedImages, SetOfImages, placed
    from latent_explorer.errors import EngineError

    prepare = next((each for each in PREPARES if each == request.prepare), None)
    if prepare is None:
        raise EngineError(f"images are prepared as one of {', '.join(PREPARES)}, found {request.prepare!r}")
    known = SetOfImages("", ())
    for found in placed(service, request.sources, prepare, search=request.search, most=request.most):
        if isinstance(found, SetOfImages):
            known = found
            yield None
        elif isinstance(found, PlacedImages):
            yield ImagesPlaced(
                request.number, known.name, known.notes, found.names, found.groups, found.thumbnails, found.z,
                found.error, found.score, found.rejected, found.of,
                share=found.done / found.of, more=found.done < found.of,
            )  # fmt: skip
        else:
            yield None


PLACE_IMAGES = Handler(PlaceImages, ImagesPlaced, _answer, needs_data=lambda _: True)


def want_placed(key: Hashable, sources: tuple[str, ...], prepare: str, *, search: bool, most: int) -> Want:
    """The latents of images; several answers follow, see `protocol.Stage`."""
    return Want(key, PlaceImages, 1, lambda number: PlaceImages(number, sources, prepare, search, most))
