"""Attach: give the open bundle its original images, from wherever they are on this computer."""

import threading
from collections.abc import Iterator
from typing import Any

from latent_explorer.engine.protocol import Handler, ModelService
from latent_explorer.errors import EngineError
from latent_explorer.service.background import in_words
from latent_explorer.service.codec import Numbered

_TURN = 0.004  # seconds for which others wait at a time


class AttachImages(Numbered, frozen=True, tag=True, eq=False):
    """Take the images at a path, if they are those that the model was trained on."""

    path: str


class Attached(Numbered, frozen=True, tag=True, eq=False):
    """They are. count: how many there are. path: where."""

    count: int
    path: str


def _answer(request: AttachImages, service: ModelService) -> Iterator[Attached | None]:
    found: list[Any] = []

    def attach() -> None:
        try:
            found.append(service.attach(request.path))
        except Exception as error:
            found.append(EngineError(in_words(error)))

    reader = threading.Thread(target=attach, name="attach", daemon=True)
    reader.start()
    while reader.is_alive():
        reader.join(_TURN)
        yield None
    (outcome,) = found
    if isinstance(outcome, EngineError):
        raise outcome
    yield Attached(request.number, outcome, request.path)


ATTACH = Handler(AttachImages, Attached, _answer, needs_data=lambda _: True, newest=True)
