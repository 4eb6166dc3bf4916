"""What all messages between window and engine have in common; free of torch, since both sides read it.

The messages of one kind of request lie beside its handler, in `engine.handlers`.
"""

import msgspec
import numpy as np


class Message(msgspec.Struct, frozen=True, tag=True, eq=False):
    """A request or a reply. number: ties a reply to its request."""

    number: int


class Withdraw(Message, frozen=True, tag=True, eq=False):
    """The batch of this number is no longer wanted; not answered."""


class Refused(Message, frozen=True, tag=True, eq=False):
    """A request that could not be served, with the reason to show."""

    reason: str


class Piece(Message, frozen=True, tag=True, eq=False):
    """A part of what answers a batch: its content (k, ...), the k from index `start` on."""

    start: int
    content: np.ndarray


class Pictures(Piece, frozen=True, tag=True, eq=False):
    """Pictures uint8 (k, h, w, c)."""


class Values(Piece, frozen=True, tag=True, eq=False):
    """Values float32 (k, channels)."""
