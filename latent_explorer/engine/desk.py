"""What the engine holds, and how it answers each kind of request."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, Latents, read_config, read_latents, read_weights
from latent_explorer.engine.decoder import Decoder
from latent_explorer.engine.fields import evaluate, needs_survey
from latent_explorer.engine.pace import Pace
from latent_explorer.engine.protocol import (
    Average,
    Decode,
    Describe,
    Evaluate,
    Hover,
    Open,
    Opened,
    Originals,
    Picture,
    Pictures,
    Place,
    Ready,
    Reply,
    Request,
    Values,
)
from latent_explorer.engine.slices import in_slices
from latent_explorer.engine.survey import Survey, survey
from latent_explorer.engine.wishes import PICTURE
from latent_explorer.errors import EngineError
from latent_explorer.nets.weights import load_model

_log = logging.getLogger(__name__)


def choose_device() -> torch.device:
    """The accelerator that torch finds, or the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def in_background(task: Callable[[], None]) -> None:
    """Run a task in a thread of its own, which does not keep the process alive."""
    threading.Thread(target=task, name="survey", daemon=True).start()


def _known_label(config: BundleConfig, label: int) -> int:
    count = max(1, config.net.classes)
    if not 0 <= label < count:
        raise EngineError(f"{config.name} decodes under the classes 0..{count - 1}, and {label} is none of them")
    return label


class Desk:
    """The open model, and the answers to requests about it.

    post: puts a request in the loop's own line, from any thread; how a survey that is ready is announced.
    run: runs the task that prepares a survey.
    """

    def __init__(
        self, post: Callable[[Request], None], run: Callable[[Callable[[], None]], None] = in_background
    ) -> None:
        self._post = post
        self._run = run
        self._decoder: Decoder | None = None
        self._survey: Survey | None = None
        self._surveys: dict[int, Survey] = {}
        self._opened = 0
        self._paces: defaultdict[str, Pace] = defaultdict(Pace)

    def can_serve(self, request: Request) -> bool:
        """Whether a request can be answered now, be it with a refusal; those about the data wait for the survey."""
        if self._survey is not None or self._decoder is None:
            return True
        return not (
            isinstance(request, Describe | Originals | Average)
            or (isinstance(request, Evaluate) and needs_survey(request.field))
        )

    def open(self, request: Open) -> Iterator[Reply]:
        """Load a bundle; only when all of it is in order does it take the place of the one before."""
        folder = Path(request.folder)
        config = read_config(folder)
        model = load_model(config.net, read_weights(folder, config))
        model.label = _known_label(config, request.label)
        latents = read_latents(folder, config)
        self._decoder = Decoder(model, choose_device(), before=self._decoder)
        self._survey, self._opened = None, request.number
        self._paces.clear()
        self._paces[PICTURE] = Pace(self._decoder.choice.batch, self._decoder.largest_slice)
        yield Opened(request.number, str(self._decoder.device), self._decoder.kernel)
        self._run(lambda: self._prepare(request.number, config, latents))

    def _prepare(self, number: int, config: BundleConfig, latents: Latents) -> None:
        self._surveys[number] = survey(config, latents)
        self._post(Ready(number))

    def take_survey(self, ready: Ready) -> None:
        """Use a survey that is ready, unless another bundle has been opened since."""
        survey = self._surveys.pop(ready.number)
        if ready.number == self._opened:
            self._survey = survey

    def hover(self, request: Hover) -> Iterator[Reply]:
        """The one exact picture."""
        yield Picture(request.number, self._open_decoder().pictures(request.z[None])[0])

    def describe(self, request: Describe) -> Iterator[Reply]:
        """What the data say about a place."""
        decoder = self._open_decoder()
        assert self._survey is not None  # see can_serve
        decoder.check(request.z[None])
        found = self._survey.neighbourhood.around(request.z)
        yield Place(
            request.number,
            indices=found.indices,
            distances=found.distances,
            shares=found.shares,
            reach=found.reach,
            word=found.word,
            originals=self._survey.originals(found.indices),
            reconstructions=decoder.reconstructions(self._survey.latents, found.indices),
            missing=self._survey.missing,
        )

    def decode(self, request: Decode) -> Iterator[Reply]:
        """The pictures, a slice at each step."""
        pace, ahead = self._paces[PICTURE], self._decoder.ahead if self._decoder else 0
        for start, pictures in in_slices(request.z, pace, lambda z: self._open_decoder().begin(z), ahead):
            yield Pictures(request.number, start, pictures)

    def evaluate(self, request: Evaluate) -> Iterator[Reply]:
        """The values of a field, a slice at each step."""
        for start, values in self._at_once(request.field, request.z, lambda z: self._values(request.field, z)):
            yield Values(request.number, start, values)

    def originals(self, request: Originals) -> Iterator[Reply]:
        """The original images, a slice at each step."""
        for start, images in self._at_once("originals", request.indices, self._images):
            yield Pictures(request.number, start, images)

    def average(self, request: Average) -> Iterator[Reply | None]:
        """The mean of original images; a slice is summed at each step, and the last answers."""
        indices = np.flatnonzero(request.chosen)
        if not len(indices):
            raise EngineError("no image is chosen whose mean could be shown")
        total: NDArray[np.uint64] | None = None
        for _, summed in self._at_once("average", indices, lambda some: self._images(some).sum(0, np.uint64)):
            total = summed if total is None else total + summed
            yield None
        assert total is not None
        mean = np.rint(total / len(indices)).astype(np.uint8)
        yield Pictures(request.number, 0, mean[None])

    def _images(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        self._open_decoder()
        assert self._survey is not None  # see can_serve
        return self._survey.images_at(indices)

    def _values(self, field: str, z: NDArray[np.float32]) -> NDArray[np.float32]:
        decoder = self._open_decoder()
        decoder.check(z)
        return evaluate(field, decoder, self._survey, z)

    def _at_once(
        self, kind: str, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """What `work` makes of latents or indices, slice by slice; each kind of work has its pace."""

        def begin(piece: NDArray[Any]) -> Callable[[], NDArray[Any]]:
            made = work(piece)
            return lambda: made

        return in_slices(asked, self._paces[kind], begin, ahead=0)

    def _open_decoder(self) -> Decoder:
        if self._decoder is None:
            raise EngineError("no bundle is open; open one first")
        return self._decoder
