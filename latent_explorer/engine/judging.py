"""Anomaly scores of images for the open model: fitted on its training images; also for sets of other images."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.anomaly import (
    SAMPLE,
    SCORES,
    Coded,
    Coder,
    HeldOutScores,
    ImageJudge,
    Standing,
    coded,
    joined,
    sample_of,
)
from latent_explorer.analysis.anomaly.place import DISTANCE
from latent_explorer.analysis.anomaly.reconstruction import EXCESS, RECONSTRUCTION, excess_nats, squared_error
from latent_explorer.bundles import BundleConfig
from latent_explorer.bundles.latents import of_images
from latent_explorer.data.second_set import OtherImages, read_others
from latent_explorer.engine.coding import coder_of
from latent_explorer.engine.dataset_index import DatasetIndex
from latent_explorer.engine.decoder import Decoder
from latent_explorer.errors import EngineError
from latent_explorer.fields import Gradual
from latent_explorer.service.background_task import aside

_MOST_NUMBERS = 2**24  # pixels that scores are fitted on: 64 MiB
Score = Callable[[NDArray[np.uint8]], NDArray[np.floating]]


class HasData(Protocol):
    """The part of `ModelService` that has the images."""

    preparing: tuple[str, float]

    @property
    def decoder(self) -> Decoder: ...

    @property
    def index(self) -> DatasetIndex: ...

    @property
    def config(self) -> BundleConfig: ...

    def images_at(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """As `ModelService.images_at`."""

    def in_slices(
        self, kind: str, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """As `ModelService.in_slices`."""


@dataclass(frozen=True, eq=False)
class ImageLikelihood:
    """The likelihood of images by the score `name`."""

    name: str
    score: Score
    likelihood: HeldOutScores

    def of(self, image: NDArray[np.uint8]) -> Standing:
        """The rank of an image uint8 (h, w, c) of the model's shape among the held-out images."""
        return self.likelihood.of(float(self.score(image[None])[0]))


class Judging:
    """Scores images for the open bundle."""

    def __init__(self, service: HasData) -> None:
        self._service = service
        self.forget()

    def forget(self) -> None:
        """Drop everything fitted: the model or its images have changed."""
        self._judge = Gradual(self._fit)
        self._likely = Gradual(self._calibrate)
        self._others: OtherImages | None = None

    @property
    def can(self) -> dict[str, bool]:
        """The abilities of the open model, as arguments of `Score.lacks`."""
        return coder_of(self._service.decoder).can

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The latents float32 (n, d) of images uint8 (n, h, w, c). Raises EngineError without an encoder."""
        encode = coder_of(self._service.decoder).encode
        if encode is None:
            raise EngineError("this model has no encoder, so other images have no place on its map")
        return encode(images)[0]

    def ready(self, names: Sequence[str]) -> Generator[None, None, ImageJudge]:
        """The judge for these scores; fits those that are not fitted yet, one slice of work at each step.

        Raises UserError if a name is not a score, or the model does not support it.
        """
        judge, bare = self._judge, ImageJudge(coder_of(self._service.decoder), np.zeros(0, np.int64), None)
        bare.check(names)
        if judge.found is None and not any(SCORES[name].needs_sample for name in names):
            return bare
        yield from judge.steps()
        assert judge.found is not None
        return judge.found

    def likelihood(self) -> Generator[None, None, ImageLikelihood]:
        """Prepare the likelihood of single images, one slice of work at each step.

        Uses cross-entropy less entropy of the held-out images; without these, the errors stored in the bundle; without
        a decoder, the distance. Raises EngineError without an encoder.
        """
        likely = self._likely
        yield from likely.steps()
        assert likely.found is not None
        return likely.found

    def others(self, source: str) -> Generator[None, None, OtherImages]:
        """The images of another set, read in a thread; keeps the latest set. Raises DataError if there are none."""
        if self._others is None or self._others.source != source:
            shape = self._service.decoder.spec.image_shape
            self._others = yield from aside(partial(read_others, source, shape), "other images")
        return self._others

    def _fit(self) -> Iterator[ImageJudge | None]:
        service, coder = self._service, coder_of(self._service.decoder)
        pixels = int(np.prod(service.decoder.spec.image_shape))
        split = service.index.latents.split
        numbers = of_images(split)
        sample = numbers[sample_of(split[numbers], min(SAMPLE, max(2, _MOST_NUMBERS // pixels)))]
        parts: list[Coded] = []

        def look(some: NDArray[np.int64]) -> NDArray[np.int64]:
            parts.append(coded(coder, service.images_at(some)))
            return some

        try:
            for start, _ in service.in_slices("coding", sample, look):
                service.preparing = "Fitting the scores", start / len(sample)
                yield None
            usual = joined(parts)
            yield (yield from aside(lambda: ImageJudge(coder, sample, usual), "scores"))
        finally:
            service.preparing = "", 1.0

    def _calibrate(self) -> Iterator[ImageLikelihood | None]:
        service, coder = self._service, coder_of(self._service.decoder)
        if coder.encode is None:
            raise EngineError("this model has no encoder, so it cannot tell how likely an image is")
        name, known = _usual(service.index, coder)
        score = _scorer(service.index, coder, name)
        if known is None:
            found = []
            numbers = service.index.held.numbers
            for _, part in service.in_slices("likelihood", numbers, lambda some: score(service.images_at(some))):
                found.append(part)
                yield None
            known = np.concatenate(found)
        yield ImageLikelihood(name, score, HeldOutScores(known))


def _usual(index: DatasetIndex, coder: Coder) -> tuple[str, NDArray[np.floating] | None]:
    """The score for single images, and the values of the held-out images if they are stored."""
    if coder.decode is not None and index.originals.images is not None:
        return EXCESS.name, None
    if coder.decode is not None and index.held.error is not None:
        return RECONSTRUCTION.name, index.held.error
    return DISTANCE.name, index.held.reach


def _scorer(index: DatasetIndex, coder: Coder, name: str) -> Score:
    """A function for the scores (n,) of images uint8 (n, h, w, c)."""
    if name == DISTANCE.name:
        encoder = replace(coder, decode=None)
        return lambda images: index.neighbourhood.reach(coded(encoder, images).places)
    measure = excess_nats if name == EXCESS.name else squared_error
    return lambda images: measure(coded(coder, images, likely=False))
