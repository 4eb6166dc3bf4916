"""What all messages between window and engine have in common; free of torch, since both sides read it.

The messages of one kind of request lie beside its handler, in `engine.handlers`.
"""

import numpy as np

from latent_explorer.service.codec import Numbered


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
