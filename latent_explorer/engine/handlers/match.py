"""Match: the image of the dataset that is nearest to a latent."""

from collections.abc import Iterator

import numpy as np

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class Match(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the image nearest to latent z (d,)."""

    z: np.ndarray


class Matched(Numbered, frozen=True, tag=True, eq=False):
    """The number of the image and its distance in latent space.

    image: uint8 (h, w, c), an original or a thumbnail; if there is none, empty with the reason in `missing`.
    """

    index: int
    distance: float
    image: np.ndarray
    missing: str = ""


def _answer(request: Match, service: ModelService) -> Iterator[Matched]:
    service.decoder.check(request.z[None])
    index = service.index
    nearest = index.neighbourhood.nearest_images(request.z[None], 1)[1][0]
    image, missing = np.zeros((0, 0, 1), np.uint8), index.originals.missing
    if index.originals.images is not None:
        image, missing = index.images_near(nearest)[0], ""
    distance = np.linalg.norm(index.latents.mean[nearest[0]].astype(np.float64) - request.z)
    yield Matched(request.number, int(nearest[0]), float(distance), image, missing)


MATCH = Handler(Match, Matched, _answer, needs_data=lambda _: True, newest=True)
