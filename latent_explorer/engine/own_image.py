"""The user's own image in the engine: its preparation, its latent, and how typical it is."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import Surroundings, Verdict
from latent_explorer.analysis.anomaly import SCORES
from latent_explorer.bundles.latents import of_images
from latent_explorer.data.usual import Usual, usual_of
from latent_explorer.engine.model_service import ModelService
from latent_explorer.errors import EngineError, UserError
from latent_explorer.fields import Gradual, returned_by
from latent_explorer.nets.threads import threads
from latent_explorer.service.background_task import aside

NO_ENCODER = "The model has no encoder, so it cannot say where the image lies."
_SAMPLE = 400  # images that determine what is typical
_USUAL = 95  # percentile of the held-out images up to which an image is typical


@dataclass(frozen=True, eq=False)
class EncodedImage:
    """The latent of an image, and the picture decoded from it.

    z: float32 (d,); (0,) without an encoder. picture: uint8 (h, w, c); (0, 0, c) without encoder or decoder. error: the
    mean squared error between both, on pixels in [0, 1]; NaN without a picture. lacking: what the model lacks.
    """

    z: NDArray[np.float32]
    picture: NDArray[np.uint8]
    error: float
    lacking: str = ""


def usual_images(service: ModelService) -> Generator[None, None, Usual]:
    """What is typical of the open bundle's images, computed on first use, in steps.

    Based on the images, otherwise on the pictures of their latents, otherwise on their shape alone.
    """
    key = "usual images", may_have_images(service)
    found: Gradual[Usual] = service.kept.setdefault(key, Gradual(partial(_finding, service)))
    yield from found.steps()
    assert found.found is not None
    return found.found


def may_have_images(service: ModelService) -> bool:
    """Whether the images are loaded, if the open bundle has any; possible before the data are indexed."""
    return service.shows_images or not service.indexing


def _finding(service: ModelService) -> Iterator[Usual | None]:
    images = yield from _some_images(service)
    if images is None:
        yield Usual(service.config.net.image_shape)
    else:
        yield (yield from aside(partial(usual_of, images), "usual images"))


def _some_images(service: ModelService) -> Generator[None, None, NDArray[np.uint8] | None]:
    latents = service.field_input(with_data=False).data
    numbers = np.sort(np.random.default_rng(0).permutation(of_images(latents.split))[:_SAMPLE]).astype(np.int64)
    if may_have_images(service) and not service.config.imageless:
        try:
            return (yield from aside(partial(service.images_at, numbers), "some images"))
        except EngineError:
            pass  # there are none
    if not service.decoder.decodes:
        return None
    pictures = []
    for _, some in service.decoded(latents.mean[numbers]):
        pictures.append(some)
        yield None
    return np.concatenate(pictures)


def encoded(
    service: ModelService,
    image: NDArray[np.uint8],
    clean: NDArray[np.uint8] | None = None,
    *,
    refined: bool = True,
    found: NDArray[np.float32] | None = None,
) -> EncodedImage:
    """Encode an image uint8 (h, w, c) of the model's shape and decode its latent.

    clean: the image to measure the error against, if the input is corrupted. refined: as in `Decoder.encoded`.
    found: the latent (d,) to use instead of the encoder's.
    """
    decoder, none = service.decoder, np.zeros((0, 0, image.shape[2]), np.uint8)
    if found is None and not service.config.encodes:
        return EncodedImage(np.zeros(0, np.float32), none, float("nan"), NO_ENCODER)
    with threads(1):  # for so little work, waiting for threads takes longer than the work
        z = decoder.encoded(image[None], refined=refined) if found is None else found[None]
        decoder.check(z)
        picture = decoder.pictures(z)[0] if decoder.decodes else none
    if not decoder.decodes:
        return EncodedImage(z[0], none, float("nan"), "The model has no decoder, so there is no picture and no error.")
    return EncodedImage(z[0], picture, squared_error(image if clean is None else clean, picture))


def placed(service: ModelService, z: NDArray[np.float32], chart: str) -> Generator[None, None, NDArray[np.float64]]:
    """The place (2,) of a latent (d,) on the map of a chart, given by the text of its spec; (0,) if there is none.

    Yields while the chart is made, the first time. There is no place for an empty latent (0,), on a map that is still
    being fitted, or if its fit could not be saved, so that only the window has it.
    """
    if not (chart and len(z)):
        return np.zeros(0)
    try:
        seen_through = yield from service.maps.chart(chart)
    except UserError:
        return np.zeros(0)
    return seen_through.to_plane(z)


def squared_error(image: NDArray[np.uint8], picture: NDArray[np.uint8]) -> float:
    """The mean squared error between two pictures of the same shape, on pixels in [0, 1]."""
    return float(np.square((image.astype(np.float32) - picture) / 255).mean())


@dataclass(frozen=True)
class Likelihood:
    """How likely an image is to belong to the data, relative to the held-out images.

    score: outside the data above 1; see `Trust.score_images`. percentile: of the score among the held-out images.
    of_error, of_distance: the percentiles of the reconstruction error alone (None if unknown) and of the distance to
    the 10th nearest image alone, large in sparse regions. of_likelihood: the percentile of the likelihood of single
    images (`Judging.likelihood`); None without an encoder, or if not requested; likelihood_by: that score's title.
    count: of held-out images.
    """

    score: float
    percentile: float
    of_error: float | None
    of_distance: float
    of_likelihood: float | None
    count: int
    likelihood_by: str = ""

    @property
    def sentence(self) -> str:
        """A sentence on how likely the image is to belong to the data."""
        odder = 100 - self.percentile
        if self.percentile < _USUAL:
            return f"Like these data: of {self.count:,} held-out images, {odder:.0f} % are odder."
        if self.percentile < 100 * self.count / (self.count + 1) - 1e-9:
            return f"Unusual for these data: of {self.count:,} held-out images, only {odder:.1f} % are odder."
        return f"Unlike these data: odder than each of {self.count:,} held-out images."


def judged(
    service: ModelService, z: NDArray[np.float32], error: float, image: NDArray[np.uint8] | None = None
) -> Generator[None, None, tuple[Surroundings, Verdict, Likelihood]]:
    """What the data say about an image encoded to z (d,) with a reconstruction error (NaN for none).

    image: uint8 (h, w, c), the model's input, if its likelihood is requested, too.
    """
    service.decoder.check(z[None])
    of_likelihood, by = None, ""
    if image is not None and service.config.encodes:
        likelihood = yield from service.judging.likelihood()
        of_likelihood, by = 100 * (1 - likelihood.of(image).share), SCORES[likelihood.name].title
    yield from service.calibrate()
    index, trust = service.index, service.trust
    found, ask = index.neighbourhood.around(z), returned_by(service.field_input(with_data=True))
    verdict = trust.verdict(z, found.reach, ask)
    held, places, reach = index.held, z[None], np.array([found.reach])
    known = held.error is not None and np.isfinite(error)
    errors = np.array([error if known else 0.0])
    back = None if ask is None or service.config.net.classes else ask(places)
    score = float(trust.score_images(places, reach, back, errors)[0])
    of_error = _percentile(held.error, error) if known and held.error is not None else None
    of_reach = _percentile(held.reach, found.reach)
    percentiles = 100 * trust.less_usual(score), of_error, of_reach, of_likelihood
    return found, verdict, Likelihood(score, *percentiles, len(held.z), by)


def _percentile(usual: NDArray[np.floating], value: float) -> float:
    """The percentage of typical values (n,) that are lower; always below 100, like `Trust.less_usual`."""
    return 100 * float((usual < value).sum()) / (len(usual) + 1)
