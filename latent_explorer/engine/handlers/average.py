"""Average: the mean of selected images of the dataset."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Pictures, Want
from latent_explorer.errors import EngineError
from latent_explorer.service.codec import Numbered


class Average(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the mean of the chosen images. chosen: uint8 (n,), 1 for each chosen image of the dataset."""

    chosen: np.ndarray


def _answer(request: Average, service: ModelService) -> Iterator[Pictures | None]:
    """Sum one slice at each step; the last step answers."""
    indices = np.flatnonzero(request.chosen)
    if not len(indices):
        raise EngineError("no image is selected: expected at least one")

    def summed(some: NDArray[np.int64]) -> NDArray[np.uint64]:
        sums: NDArray[np.uint64] = service.images_at(some).sum(0, np.uint64)
        return sums

    total: NDArray[np.uint64] | None = None
    for _, sums in service.in_slices("average", indices, summed):
        total = sums if total is None else total + sums
        yield None
    assert total is not None
    yield Pictures(request.number, 0, np.rint(total / len(indices)).astype(np.uint8)[None])


AVERAGE = Handler(Average, Pictures, _answer, needs_data=lambda _: True, of_images=True)


def want_average(key: Hashable, chosen: NDArray[np.bool_]) -> Want:
    """The mean of the chosen images, bool (n,), of the dataset."""
    return Want(key, Average, 1, lambda number: Average(number, chosen.view(np.uint8)))
