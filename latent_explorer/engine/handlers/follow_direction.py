"""FollowDirection: the curve of a direction through a latent, and measurements of its pictures."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Piece, Want
from latent_explorer.errors import EngineError
from latent_explorer.service.codec import Numbered


class FollowDirection(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the curve of a direction, by a name from ListDirections, through latent z (d,)."""

    z: np.ndarray
    name: str


class DirectionCurve(Piece, frozen=True, tag=True, eq=False):
    """One curve, float32 (1, points, 2 + d + 2 m).

    For each point: its value along the direction, its class, its latent, and both measurements of the m attributes.
    """


def _answer(request: FollowDirection, service: ModelService) -> Iterator[DirectionCurve | None]:
    from latent_explorer.engine.directions import directions_of

    service.decoder.check(request.z[None])
    found = yield from directions_of(service)
    if request.name not in {each.name for each in found.listed}:
        raise EngineError(f"there is no direction {request.name!r}; ListDirections says which there are")
    curve = yield from found.curve(request.z, request.name)
    parts = curve.position[:, None], curve.classes[:, None], curve.z, curve.followed, curve.scored
    yield DirectionCurve(request.number, 0, np.concatenate(parts, axis=1, dtype=np.float32)[None])


FOLLOW_DIRECTION = Handler(FollowDirection, DirectionCurve, _answer)


def want_direction(key: Hashable, z: NDArray[np.float32], name: str) -> Want:
    """The curve of a direction through a latent (d,)."""
    return Want(key, FollowDirection, 1, lambda number: FollowDirection(number, z, name))
