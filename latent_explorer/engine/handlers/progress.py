"""Progress: what the engine prepares before it can answer requests about the data."""

from collections.abc import Iterator

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.service.codec import Numbered


class AskProgress(Numbered, frozen=True, tag=True, eq=False):
    """Asks what is being prepared."""


class Preparing(Numbered, frozen=True, tag=True, eq=False):
    """A description of what is being prepared; empty for nothing. share: its progress in [0, 1]."""

    words: str
    share: float


def _answer(request: AskProgress, service: ModelService) -> Iterator[Preparing]:
    yield Preparing(request.number, *service.preparing)


PROGRESS = Handler(AskProgress, Preparing, _answer, newest=True)
