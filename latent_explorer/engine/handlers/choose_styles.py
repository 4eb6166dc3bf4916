"""ChooseStyles: images that represent the styles of the dataset."""

from collections.abc import Hashable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Piece, Want
from latent_explorer.service.background_task import aside
from latent_explorer.service.codec import Numbered


class ChooseStyles(Numbered, frozen=True, tag=True, eq=False):
    """Asks for images that represent `count` styles. how, seed: as in `analysis.styles.choose_styles`."""

    count: int
    how: str
    seed: int


class StylesChosen(Piece, frozen=True, tag=True, eq=False):
    """The numbers int64 (k, 1) of the images."""


def _answer(request: ChooseStyles, service: ModelService) -> Iterator[StylesChosen | None]:
    from latent_explorer.analysis.styles import choose_styles

    work = partial(choose_styles, service.latents.mean, request.count, request.how, request.seed)
    found = yield from aside(work, "styles")  # a fit, which cannot be cut into slices
    yield StylesChosen(request.number, 0, found[:, None])


CHOOSE_STYLES = Handler(ChooseStyles, StylesChosen, _answer)


def want_styles(key: Hashable, count: int, how: str, seed: int = 0) -> Want:
    """The numbers of images that represent `count` styles."""
    return Want(key, ChooseStyles, count, lambda number: ChooseStyles(number, count, how, seed))


def row_names(class_names: Sequence[str], labels: NDArray[np.int64], rows: NDArray[np.int64] | None) -> tuple[str, ...]:
    """The names of the rows of a grid, from their classes (k,) and the numbers (k,) of their images, if any."""
    names = [class_names[label] for label in labels.tolist()]
    if rows is None:
        return tuple(names)
    return tuple(f"{name}, image {row}" for name, row in zip(names, rows.tolist(), strict=True))
