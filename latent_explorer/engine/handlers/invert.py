"""Invert: the latent whose picture is nearest to an image, found by optimisation, with progress."""

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService, Stage, Want
from latent_explorer.service.codec import Numbered
from latent_explorer.steps import relayed

if TYPE_CHECKING:
    from latent_explorer.analysis.inversion import Converging

_DECODING = 0.3  # share of the work, the first time: decoding the starting points


class Invert(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the latent of an image uint8 (h, w, c). chart: as in `Encode`."""

    image: np.ndarray
    chart: str = ""


class Inverted(Stage, frozen=True, tag=True, eq=False):
    """The result so far: z float32 (d,), picture uint8 (h, w, c), mean squared errors on pixels in [0, 1].

    error: of the picture. begun: of the best starting point. encoded: of the encoder's latent; None without an encoder.
    uv: float64 (2,), the place on the chart's map. z and uv are (0,) and the picture empty before the first result.
    """

    z: np.ndarray
    uv: np.ndarray
    picture: np.ndarray
    error: float
    begun: float
    encoded: float | None


def _answer(request: Invert, service: ModelService) -> Iterator[Inverted | None]:
    from latent_explorer.analysis.inversion import invert
    from latent_explorer.engine.inverting import check_images, problem_of, sample_of
    from latent_explorer.engine.own_image import placed

    decoder, images = service.decoder, request.image[None]
    check_images(decoder, images)
    piece = max(8, min(64, decoder.choice.batch))
    latents = service.index.latents.mean
    preparing = sample_of(decoder, latents, piece)
    sample = yield from relayed(preparing, lambda share: _none_yet(request.number, _DECODING * share))
    encoded, error = None, None
    if service.config.encodes:
        encoded, picture = decoder.round_trip(images, None)
        error = float(np.square((images.astype(np.float64) - picture) / 255).mean())
    problem = problem_of(decoder, sample, images, encoded, piece)
    for found in invert(problem):
        if found is None:
            yield None
        else:
            uv = yield from placed(service, found.z[0], request.chart)
            yield _told(request.number, found, uv, decoder.pictures(found.z)[0], error)


def _none_yet(number: int, share: float) -> Inverted:
    empty = np.zeros((0, 0, 0), np.uint8)
    return Inverted(number, np.zeros(0, np.float32), np.zeros(0), empty, 1.0, 1.0, None, share=share, more=True)


def _told(
    number: int, found: "Converging", uv: NDArray[np.float64], picture: NDArray[np.uint8], encoded: float | None
) -> Inverted:
    share = _DECODING + (1 - _DECODING) * found.share
    error, begun = float(found.error[0]), float(found.begun[0])
    return Inverted(number, found.z[0], uv, picture, error, begun, encoded, share=share, more=found.share < 1)


INVERT = Handler(Invert, Inverted, _answer, needs_data=lambda _: True)


def want_inverted(key: Hashable, image: NDArray[np.uint8], chart: str = "") -> Want:
    """The latent of an image uint8 (h, w, c); several answers follow as it converges, see `protocol.Stage`."""
    return Want(key, Invert, 1, lambda number: Invert(number, image, chart))
