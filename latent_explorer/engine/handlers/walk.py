"""Walk: the frames of a path along a curve, with its figures and those of the straight line."""

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.errors import EngineError
from latent_explorer.paths.asking import Ask, AskPictures, Neighbours
from latent_explorer.paths.curves import Path
from latent_explorer.paths.figures import PathFigures
from latent_explorer.paths.parts import prepare
from latent_explorer.paths.pixels import pixels_of
from latent_explorer.paths.walking import walk_steps
from latent_explorer.service.background_task import aside
from latent_explorer.service.codec import Numbered

_SECONDS = 0.003  # seconds that one turn may take


class Walk(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the path from the first to the last of latents z (k, d), k >= 2, through those in between, in order.

    curve, frames, easing, beside: as in `paths.Path`. Refused if the model lacks what they need: see `Curve.lacks`.
    """

    z: np.ndarray
    curve: str = "straight"
    frames: int = 48
    easing: str = "steady"
    beside: str = ""


class Walked(Numbered, frozen=True, tag=True, eq=False):
    """The frames float32 (frames, d) and their figures, and those of the straight line.

    The straight line has the same way points and easing. If the curve is straight, or found nothing better, both are
    the same.
    """

    z: np.ndarray
    figures: PathFigures
    straight: np.ndarray
    straight_figures: PathFigures


def _answer(request: Walk, service: ModelService) -> Iterator[Walked | None]:
    z = request.z
    service.decoder.check(z)
    if len(z) < 2:
        raise EngineError(f"a path needs at least two places, its start and its end; found {len(z)}")
    path = Path(z[0], z[-1], request.curve, request.frames, request.easing, z[1:-1], request.beside)
    yield from aside(prepare, "paths")
    steps, answer = walk_steps(path, service.space), None
    while True:
        try:
            ask = steps.send(answer)
        except StopIteration as done:
            found = done.value
            break
        answer = yield from _told(ask, service)
    yield Walked(request.number, found.latents, found.figures, found.straight, found.straight_figures)


WALK = Handler(Walk, Walked, _answer, needs_data=lambda _: True)  # two at a time: a filmstrip compares curves


def _told(ask: Ask, service: ModelService) -> Generator[None, None, Any]:
    """The answer to a question of a curve, computed one slice at each step."""
    if ask is None:
        yield None
        return None
    z = ask.z.astype(np.float32)
    if isinstance(ask, AskPictures):
        return (yield from _decoded(z, service))
    return (yield from _neighbours(z, ask.count, service))


def _decoded(z: NDArray[np.float32], service: ModelService) -> Generator[None, None, NDArray[np.float32]]:
    decoder, found = service.decoder, []
    for _, pixels in service.in_pieces(z, lambda some: decoder.differentiated(pixels_of, some), service.piece_of_paths):
        found.append(pixels)
        yield None
    return np.concatenate(found)


def _neighbours(z: NDArray[np.float32], count: int, service: ModelService) -> Generator[None, None, Neighbours]:
    near, found = service.index.neighbourhood, []
    rows = near.rows_at_once(_SECONDS)
    for start in range(0, len(z), rows):
        found.append(near.nearest(z[start : start + rows], count))
        yield None
    distances, numbers = zip(*found, strict=True)
    return np.concatenate(distances), np.concatenate(numbers)
