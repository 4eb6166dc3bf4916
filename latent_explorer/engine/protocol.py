"""What is said between window and engine; free of torch, since both sides read it.

The messages of one kind of request lie beside its handler, in `engine.handlers`; here is what they have in common.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from latent_explorer.service.codec import Numbered

if TYPE_CHECKING:
    from latent_explorer.engine.model_service import ModelService as ModelService
else:
    ModelService = object  # which imports torch

_R = TypeVar("_R", bound=Numbered)


class Withdraw(Numbered, frozen=True, tag=True, eq=False):
    """The batch of this number is no longer wanted; not answered."""


class Piece(Numbered, frozen=True, tag=True, eq=False):
    """A part of what answers a batch: its content (k, ...), the k from index `start` on."""

    start: int
    content: np.ndarray


class Pictures(Piece, frozen=True, tag=True, eq=False):
    """Pictures uint8 (k, h, w, c)."""


class Values(Piece, frozen=True, tag=True, eq=False):
    """Values float32 (k, channels)."""


class Stage(Numbered, frozen=True, tag=True, eq=False, kw_only=True):
    """How far a request is that takes long: handed on at once, as an Answer. more: whether others follow it.

    share: of the work, in [0, 1]. A want that is withdrawn meanwhile is given up.
    """

    share: float
    more: bool


def never(_: object) -> bool:
    """No request of a kind waits for the dataset."""
    return False


@dataclass(frozen=True)
class Handler(Generic[_R]):
    """One kind of request.

    answer: yields replies; of a batch a slice of work at each step, with None where that gave no reply yet. What it
    raises refuses the request. reply: what it yields, besides None. needs_data: whether a request waits until the
    dataset is indexed; of_images: unless its images, which are all that it needs, are there before. newest: whether a
    newer request replaces one that is not yet answered.
    """

    request: type[_R]
    reply: type[Numbered]
    answer: Callable[[_R, ModelService], Iterator[Numbered | None]]
    needs_data: Callable[[_R], bool] = never
    newest: bool = False
    of_images: bool = False

    @property
    def prompt(self) -> bool:
        """Whether such a request never waits for the dataset."""
        return self.needs_data is never


@dataclass(frozen=True, eq=False)
class Want:
    """A batch that the window wants.

    key: what the window calls it, unique within its topic. kind: of the request; batches of one kind compete for the
    engine, pictures do not wait for values. count: how many rows of content make it complete. make: the request of a
    number, made only when the engine has room: far more is wanted than is ever asked for.
    """

    key: Hashable
    kind: type[Numbered]
    count: int
    make: Callable[[int], Numbered]
