"""Trust in a model's places, calibrated on held-out images."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import Latents
from latent_explorer.bundles.latents import of_images
from latent_explorer.fields.consistency import returned_by
from latent_explorer.fields.field import FieldInput

if TYPE_CHECKING:
    from latent_explorer.analysis import HeldOut, Neighbourhood, Trust

_T = TypeVar("_T")
_PARTS = 20  # after each of which one is told how far it is
Slices = Callable[[NDArray[Any], Callable[[NDArray[Any]], NDArray[Any]]], Iterator[tuple[int, NDArray[Any]]]]
"""The results of some work on latents, slice by slice in order, each with its start."""


def held_out_of(
    latents: Latents, near: "Neighbourhood", label: int | None, tell: Callable[[float], None] = lambda share: None
) -> "HeldOut":
    """The images on which trust is calibrated. label: of one class only, if there are any; None for all.

    tell: the share of the neighbour search that is done, in [0, 1].
    """
    from latent_explorer.analysis import HeldOut, Spread, held_out

    among = of_images(latents.split)
    if label is not None and latents.label is not None and (latents.label[among] == label).any():
        among = among[latents.label[among] == label]
    numbers = among[held_out(latents.split[among])]
    z, error = latents.mean[numbers], None if latents.error is None else latents.error[numbers]
    reach = []
    for number, part in enumerate(parts := np.array_split(z, min(len(z), _PARTS))):
        tell(number / len(parts))
        reach.append(near.reach(part, of_images=True))
    return HeldOut(numbers, z, np.concatenate(reach), error, Spread(latents.mean, latents.log_variance))


def calibration(known: FieldInput, held: "HeldOut", slices: Slices) -> Iterator["Trust | None"]:
    """Ask the model where it puts the pictures of held-out images; yields None for each slice, and finally the
    trust."""
    from latent_explorer.analysis import Trust

    returned, found = returned_by(known), []
    if returned is not None:
        for _, some in slices(held.z, returned):
            found.append(some)
            yield None
    yield Trust(held, np.concatenate(found) if found else None)


class Gradual(Generic[_T]):
    """A result computed slice by slice on first use, and then kept.

    work: yields None for each slice, and the result last. found: None until then.
    """

    def __init__(self, work: Callable[[], Iterator[_T | None]]) -> None:
        self.found: _T | None = None
        self._work = work
        self._under_way: Iterator[_T | None] | None = None

    def steps(self) -> Iterator[None]:
        """One slice per step, until it is `found`; a caller that stops leaves the rest to the next."""
        while self.found is None:
            under_way = self._under_way or self._work()
            self._under_way = None  # if it fails, whoever asks next begins anew
            self.found = next(under_way)
            self._under_way = under_way
            yield
