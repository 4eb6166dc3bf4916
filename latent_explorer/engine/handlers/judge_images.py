"""JudgeImages: anomaly scores of images of the dataset or of another set."""

from collections.abc import Hashable, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Values, Want
from latent_explorer.errors import EngineError
from latent_explorer.service.codec import Numbered


class JudgeImages(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the scores of images `numbers` (n,), in the order of the names in `scores`.

    source: the set of the images, as in `OpenImageSet`; empty for the dataset of the bundle.
    """

    scores: tuple[str, ...]
    numbers: np.ndarray
    source: str = ""


def _answer(request: JudgeImages, service: ModelService) -> Iterator[Values | None]:
    others = None
    if request.source:
        others = yield from service.judging.others(request.source)
    judge = yield from service.judging.ready(request.scores)

    def scores(numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        if others is None:
            return judge.scores(service.images_at(numbers), request.scores, numbers)
        return judge.scores(others.at(numbers), request.scores)

    for start, values in service.in_slices(" ".join(("scores", *request.scores)), request.numbers, scores):
        if not np.isfinite(values).all():
            raise EngineError("the model gives pictures or latents that are not finite, so these images have no score")
        yield Values(request.number, start, values)


JUDGE_IMAGES = Handler(JudgeImages, Values, _answer, needs_data=lambda _: True)


def want_scores(key: Hashable, scores: tuple[str, ...], numbers: NDArray[np.int64], source: str = "") -> Want:
    """The scores (n, scores) of images by number (n,), of the dataset or of another set."""
    return Want(key, JudgeImages, len(numbers), lambda number: JudgeImages(number, scores, numbers, source))
