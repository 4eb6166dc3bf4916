"""How a curve asks: it yields a question and is sent the answer, so that the answering side can do other work between.

A curve never calls the model. It yields `AskPictures`, `AskNearest` or None, which only gives others a turn, and is
sent the answer. The engine answers slice by slice between hovers, `answered` all at once.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError

Reals = NDArray[np.float64]
Pixels = NDArray[np.float32]
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class AskPictures:
    """Asks for the pictures of latents z (n, d). Answered with pixels float32 (n, p) in [0, 1]."""

    z: Reals


@dataclass(frozen=True, eq=False)
class AskNearest:
    """Asks for the images nearest to latents z (n, d). Answered with their distances and numbers, each (n, count)."""

    z: Reals
    count: int


Ask = AskPictures | AskNearest | None
Steps = Generator[Ask, Any, _T]
"""A result computed step by step, with questions on the way."""

Neighbours = tuple[Reals, NDArray[np.int64]]


def pictures_of(z: Reals) -> Steps[Pixels]:
    """The pixels float32 (n, p) of latents (n, d)."""
    pixels: Pixels = yield AskPictures(z)
    return pixels


def nearest_of(z: Reals, count: int) -> Steps[Neighbours]:
    """Distances and numbers (n, count) of the images nearest to latents (n, d), nearest first."""
    found: Neighbours = yield AskNearest(z, count)
    return found


def answered(
    steps: Steps[_T],
    decode: Callable[[NDArray[np.float32]], Pixels] | None,
    near: Callable[[NDArray[np.float32], int], Neighbours] | None,
) -> _T:
    """The result of the steps, with each question answered at once. Raises UserError if one cannot be."""
    answer: object = None
    while True:
        try:
            ask = steps.send(answer)
        except StopIteration as done:
            found: _T = done.value
            return found
        answer = None
        if isinstance(ask, AskPictures):
            if decode is None:
                raise UserError("this curve needs a decoder, and none was given")
            answer = decode(ask.z.astype(np.float32))
        elif isinstance(ask, AskNearest):
            if near is None:
                raise UserError("this curve needs the latents of data, and none were given")
            answer = near(ask.z.astype(np.float32), ask.count)
