"""The messages between window and engine; free of torch, as both sides import it.

The messages of each kind of request are in `engine.handlers`, beside its handler; the common parts are here.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from latent_explorer.service.codec import Numbered

if TYPE_CHECKING:
    from latent_explorer.engine.model_service import ModelService as ModelService
else:
    ModelService = object  # the real one imports torch

_R = TypeVar("_R", bound=Numbered)


class Withdraw(Numbered, frozen=True, tag=True, eq=False):
    """Withdraws the batch with this number; not answered."""


class Piece(Numbered, frozen=True, tag=True, eq=False):
    """A part of the answer to a batch: its content (k, ...) from index `start`."""

    start: int
    content: np.ndarray


class Pictures(Piece, frozen=True, tag=True, eq=False):
    """Pictures uint8 (k, h, w, c)."""


class Values(Piece, frozen=True, tag=True, eq=False):
    """Values float32 (k, channels)."""


class Stage(Numbered, frozen=True, tag=True, eq=False, kw_only=True):
    """The progress or a partial result of a long request, passed on at once as an Answer. more: whether others follow.

    share: the progress in [0, 1]. Withdrawing the want cancels the work.
    """

    share: float
    more: bool


def never(_: object) -> bool:
    """Never wait for the dataset."""
    return False


@dataclass(frozen=True)
class Handler(Generic[_R]):
    """One kind of request.

    answer: yields replies; for a batch, does one slice of work at each step and yields None if there is no reply yet.
    An exception refuses the request. reply: the type it yields besides None. needs_data: whether a request waits until
    the dataset is indexed; of_images: it needs only the images, and may start as soon as these are available. newest:
    whether a newer request replaces an unanswered one. follows: seconds after an answer in which the next request is
    expected, as while one draws: nothing less urgent is begun meanwhile.
    """

    request: type[_R]
    reply: type[Numbered]
    answer: Callable[[_R, ModelService], Iterator[Numbered | None]]
    needs_data: Callable[[_R], bool] = never
    newest: bool = False
    of_images: bool = False
    follows: float = 0.0

    @property
    def prompt(self) -> bool:
        """Whether these requests never wait for the dataset."""
        return self.needs_data is never


@dataclass(frozen=True, eq=False)
class Want:
    """A batch that the window wants.

    key: identifies it within its topic. kind: of the request; batches of one kind share a limit, so that pictures do
    not wait for values. count: the rows of content of the complete batch. make: makes the request with a number, only
    when the engine has room: far more batches are wanted than are ever requested.
    """

    key: Hashable
    kind: type[Numbered]
    count: int
    make: Callable[[int], Numbered]
