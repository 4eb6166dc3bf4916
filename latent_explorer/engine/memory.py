"""How many pictures are decoded at a time, by what memory there is."""

import logging
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.errors import EngineError
from latent_explorer.nets.model import LatentModel

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
MOST_AT_ONCE = 2**14
_SHARE = 0.5  # of the free memory, since others use the device as well
_WORDS = ("out of memory", "can't allocate memory", "could not allocate", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory did not suffice; on a CPU torch says so in words only."""
    if isinstance(error, MemoryError | torch.cuda.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in _WORDS)


class Allowance:
    """At most so many pictures at a time; half as many from when memory did not suffice.

    release: gives memory that is kept for later back to the device, before the next attempt.
    """

    def __init__(self, most: int = MOST_AT_ONCE, release: Callable[[], None] = lambda: None) -> None:
        self.most = most
        self._release = release

    def pieces(self, work: Callable[[NDArray[np.float32]], _T], z: NDArray[np.float32]) -> list[_T]:
        """What `work` makes of latents (n, d), piece by piece in order; of none, one empty piece.

        Raises EngineError where there is no memory for a single picture.
        """
        done: list[_T] = []
        start = 0
        while start < len(z) or not done:
            piece = z[start : start + self.most]
            if self._sufficed(work, piece, done):
                start += len(piece)
            else:
                self._release()  # only here, where the error no longer keeps the attempt's tensors alive
        return done

    def _sufficed(self, work: Callable[[NDArray[np.float32]], _T], piece: NDArray[np.float32], done: list[_T]) -> bool:
        try:
            done.append(work(piece))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            self._halve(len(piece))
            return False
        return True

    def _halve(self, tried: int) -> None:
        if tried <= 1:
            raise EngineError("there is not enough memory to decode a single picture; close other programs")
        self.most = tried // 2
        _log.warning("memory did not suffice for %d pictures at a time: %d from now on", tried, self.most)


def bytes_per_picture(model: LatentModel, device: torch.device) -> int:
    """What decoding one picture leaves in memory if nothing is given back before the end: an upper bound."""
    sizes: list[int] = []

    def note(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> None:
        sizes.append(output.nbytes)

    layers = [layer for layer in model.decoder.modules() if not layer._modules]
    hooks = [layer.register_forward_hook(note) for layer in layers]
    with torch.inference_mode():
        picture = model.decode(torch.zeros(1, model.spec.latent_dim, device=device))
    for hook in hooks:
        hook.remove()
    return sum(sizes) + 3 * picture.nbytes  # the sigmoid, the levels, and their copy in another order


def fitting_batch(free_bytes: int, picture_bytes: int) -> int:
    """How many pictures half of the free memory holds: a power of two between 1 and MOST_AT_ONCE."""
    fitting = max(1, min(MOST_AT_ONCE, int(free_bytes * _SHARE) // max(1, picture_bytes)))
    return 1 << (fitting.bit_length() - 1)
