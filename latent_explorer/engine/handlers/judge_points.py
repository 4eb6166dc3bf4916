"""JudgePoints: which images have false neighbours on the map, and which miss true ones."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Values, Want
from latent_explorer.service.codec import Numbered


class JudgePoints(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the shares of false and missing neighbours of images `numbers` (n,) on the map of a chart.

    chart: its spec as text. See `analysis.Projection.shares`.
    """

    chart: str
    numbers: np.ndarray


def _answer(request: JudgePoints, service: ModelService) -> Iterator[Values | None]:
    numbers = service.known(request.numbers)
    seen = yield from service.maps.steps(request.chart)
    for start, shares in service.in_slices("judging", numbers, seen.projection.shares):
        yield Values(request.number, start, shares)


JUDGE_POINTS = Handler(JudgePoints, Values, _answer, needs_data=lambda _: True)


def want_judged(key: Hashable, chart: str, numbers: NDArray[np.int64]) -> Want:
    """The shares (n, 2) of false and missing neighbours of images (n,) on the map of a chart."""
    return Want(key, JudgePoints, len(numbers), lambda number: JudgePoints(number, chart, numbers))
