"""What the engine holds, and how it answers each kind of request."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from latent_explorer.bundles import BundleConfig, Latents, read_config, read_latents, read_weights
from latent_explorer.engine.decoder import Decoder
from latent_explorer.engine.protocol import (
    Decode,
    Describe,
    Hover,
    Open,
    Opened,
    Picture,
    Pictures,
    Place,
    Ready,
    Reply,
    Request,
)
from latent_explorer.engine.survey import Survey, survey
from latent_explorer.errors import EngineError
from latent_explorer.nets.weights import load_model

_log = logging.getLogger(__name__)

SLICE_SECONDS = 0.0035
"""Aim for one slice of a batch; with its overhead it stays under 4 ms."""

LARGEST_SLICE = 1024


def choose_device() -> torch.device:
    """The accelerator that torch finds, or the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def in_background(task: Callable[[], None]) -> None:
    """Run a task in a thread of its own, which does not keep the process alive."""
    threading.Thread(target=task, name="survey", daemon=True).start()


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
        self._per_slice = 64

    @property
    def can_describe(self) -> bool:
        """Whether a Describe can be answered now, be it with a refusal."""
        return self._survey is not None or self._decoder is None

    def open(self, request: Open) -> Iterator[Reply]:
        """Load a bundle; only when all of it is in order does it take the place of the one before."""
        folder = Path(request.folder)
        config = read_config(folder)
        model = load_model(config.net, read_weights(folder, config))
        latents = read_latents(folder, config)
        self._decoder = Decoder(model, choose_device())
        self._survey, self._opened, self._per_slice = None, request.number, 64
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
        assert self._survey is not None  # see can_describe
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
            reconstructions=decoder.pictures(self._survey.means[found.indices]),
            missing=self._survey.missing,
        )

    def decode(self, request: Decode) -> Iterator[Reply]:
        """The pictures, a slice at each step; slices are sized by how long the last ones took."""
        start = 0
        while start < len(request.z):
            piece = request.z[start : start + self._per_slice]
            began = time.perf_counter()
            pictures = self._open_decoder().pictures(piece)
            self._learn_pace(len(piece), time.perf_counter() - began)
            yield Pictures(request.number, start, pictures)
            start += len(piece)

    def _learn_pace(self, count: int, seconds: float) -> None:
        """Size the next slices by what the last took, in powers of two: each new size costs oneDNN a compilation."""
        if count < self._per_slice:
            return  # a last, smaller piece says little
        fitting = count * SLICE_SECONDS / max(seconds, 1e-6)
        if fitting >= 2 * self._per_slice:
            self._per_slice = min(2 * self._per_slice, LARGEST_SLICE)
        elif fitting < self._per_slice:
            self._per_slice = max(self._per_slice // 2, 1)

    def _open_decoder(self) -> Decoder:
        if self._decoder is None:
            raise EngineError("no bundle is open; open one first")
        return self._decoder
