"""The user's own image: read from a file, prepared, encoded and judged."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.background_task import aside
from latent_explorer.service.codec import Numbered, text_to_path


class Encode(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the latent of an image. image: uint8 (h, w, 1 or 3), of any size.

    without: the names of the preparation steps to skip; see `data.preparing.STEPS`. corruption: of the image before it
    is encoded; see `engine.corrupting.corruption_called`. refined: whether to refine the latent, if the model supports
    it, which takes several times as long: not while a stroke is being drawn. chart: the spec of the map's chart, as
    text; "" for no place. found: the latent (d,) that a search gave, used instead of the encoder's.
    """

    image: np.ndarray
    without: tuple[str, ...] = ()
    corruption: str = ""
    refined: bool = True
    chart: str = ""
    found: np.ndarray | None = None


class ImageEncoded(Numbered, frozen=True, tag=True, eq=False):
    """The latent and its place. prepared: uint8 (h, w, c), the model's input. done: the steps that changed something.

    z, picture, error, lacking: as in `engine.own_image.EncodedImage`; the error of a corrupted image is measured
    against the clean one. uv: float64 (2,), the place on the map of `chart`; (0,) if there is none.
    """

    prepared: np.ndarray
    done: tuple[str, ...]
    z: np.ndarray
    picture: np.ndarray
    error: float
    lacking: str
    chart: str
    uv: np.ndarray


def _encode(request: Encode, service: ModelService) -> Iterator[ImageEncoded | None]:
    from latent_explorer.data.preparing import prepared
    from latent_explorer.engine.own_image import encoded, placed, usual_images

    usual = yield from usual_images(service)
    made = prepared(request.image, usual, request.without)
    seen = _spoiled(made.image, request.corruption, service) if request.corruption else made.image
    found = encoded(service, seen, made.image, refined=request.refined, found=request.found)
    uv = yield from placed(service, found.z, request.chart)
    told = found.z, found.picture, found.error, found.lacking
    yield ImageEncoded(request.number, seen, made.done, *told, request.chart, uv)


def _spoiled(image: NDArray[np.uint8], corruption: str, service: ModelService) -> NDArray[np.uint8]:
    """The corrupted image; always with the same seed, so that it does not flicker while the user draws."""
    from latent_explorer.engine.corrupting import corrupted, corruption_called

    found: NDArray[np.uint8] = corrupted(image[None], corruption_called(service.config, corruption), seed=0)[0]
    return found


class ReadPicture(Numbered, frozen=True, tag=True, eq=False):
    """Asks for the picture in a file. path: as `path_to_text` writes it."""

    path: str


class PictureRead(Numbered, frozen=True, tag=True, eq=False):
    """The picture, as in `data.one_picture.OnePicture`."""

    image: np.ndarray
    notes: tuple[str, ...]


def _read(request: ReadPicture, service: ModelService) -> Iterator[PictureRead | None]:
    from latent_explorer.data.one_picture import read_picture

    path = text_to_path(request.path)
    found = yield from aside(partial(read_picture, path), "one picture")  # disks can be slow
    yield PictureRead(request.number, found.image, found.notes)


class AskPreparation(Numbered, frozen=True, tag=True, eq=False):
    """Asks how images are prepared for the open model.

    indexed: wait until its data are indexed, and with them its images, if any. chart: the spec of the map's chart, as
    text; it is made ready after the answer.
    """

    indexed: bool = False
    chart: str = ""


class Preparation(Numbered, frozen=True, tag=True, eq=False):
    """What is typical of the model's images, as in `data.usual.Usual`, and the preparation that follows.

    steps: name, title and sentence of each, in order. aim: the aim of scaling and centring, in words. provisional:
    whether it is based on decoded pictures while the images may still arrive. cleans: whether the model was trained on
    corrupted images, so that its pictures are cleaned.
    """

    shape: tuple[int, int, int]
    ground: int | None
    steps: tuple[tuple[str, str, str], ...]
    aim: str
    encodes: bool
    decodes: bool
    cleans: bool
    provisional: bool


def _preparation(request: AskPreparation, service: ModelService) -> Iterator[Preparation | None]:
    from latent_explorer.data.preparing import scale_words, steps_of
    from latent_explorer.engine.own_image import may_have_images, placed, usual_images

    usual, config = (yield from usual_images(service)), service.config
    steps = tuple((step.name, step.title, step.sentence) for step in steps_of(usual))
    known = usual.shape, usual.ground, steps, scale_words(usual), config.encodes, config.decodes, config.cleans
    yield Preparation(request.number, *known, provisional=not may_have_images(service))
    yield from placed(service, np.zeros(service.config.net.latent_dim, np.float32), request.chart)


class JudgeImage(Numbered, frozen=True, tag=True, eq=False):
    """Asks what the data say about an image at latent z (d,), reconstructed with an error (NaN for none).

    image: uint8 (h, w, c), the model's input, if its likelihood is requested, too.
    """

    z: np.ndarray
    error: float
    image: np.ndarray | None = None


class ImageJudged(Numbered, frozen=True, tag=True, eq=False):
    """What the data say about the image.

    indices, distances, shares, originals, reconstructions, missing, word, reason: as in `Place`. score, percentile,
    of_error, of_distance, of_likelihood, count, likelihood_by, sentence: as in `engine.own_image.Likelihood`.
    """

    indices: np.ndarray
    distances: np.ndarray
    shares: np.ndarray
    originals: np.ndarray
    reconstructions: np.ndarray
    missing: str
    word: str
    reason: str
    score: float
    percentile: float
    of_error: float | None
    of_distance: float
    of_likelihood: float | None
    count: int
    likelihood_by: str
    sentence: str


def _judge(request: JudgeImage, service: ModelService) -> Iterator[ImageJudged | None]:
    from latent_explorer.engine.own_image import judged

    found, verdict, likely = yield from judged(service, request.z, request.error, request.image)
    index, images = service.index, service.index.originals
    yield ImageJudged(
        request.number,
        found.indices,
        found.distances,
        found.shares,
        originals=index.images_near(found.indices),
        reconstructions=service.decoder.reconstructions(index.latents, found.indices),
        missing=images.missing if images.images is None else "",
        word=verdict.word,
        reason=verdict.reason,
        **asdict(likely),
        sentence=likely.sentence,
    )


_NEXT = 0.02  # seconds: a hand that draws asks again within 8, a slow one within 17 ms

ENCODE = Handler(Encode, ImageEncoded, _encode, newest=True, follows=_NEXT)
READ_PICTURE = Handler(ReadPicture, PictureRead, _read, newest=True)
PREPARATION = Handler(
    AskPreparation, Preparation, _preparation, needs_data=lambda request: request.indexed, newest=True
)
JUDGE_IMAGE = Handler(JudgeImage, ImageJudged, _judge, needs_data=lambda _: True, newest=True)
