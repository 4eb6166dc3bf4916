"""Random numbers for the images of a batch, independent of how many processes share it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Draws:
    """Random numbers for this process's images of a batch.

    Every process draws for all images and keeps its part, so that the numbers of an image depend on the generator and
    on its position in the batch only. generator: None for torch's global one. first: the position in the batch of this
    process's first image. count: of the images of the whole batch; None if all are here.
    """

    generator: torch.Generator | None = None
    first: int = 0
    count: int | None = None

    def normal(self, shape: Sequence[int], device: torch.device, images: int = 0) -> Tensor:
        """Standard normal numbers of a shape whose dimension `images` runs over this process's images."""
        whole = torch.randn(self._whole(shape, images), device=device, generator=self.generator)
        return whole.narrow(images, self.first, shape[images])

    def uniform(self, shape: Sequence[int], device: torch.device, images: int = 0) -> Tensor:
        """As `normal`, uniform in [0, 1)."""
        whole = torch.rand(self._whole(shape, images), device=device, generator=self.generator)
        return whole.narrow(images, self.first, shape[images])

    def _whole(self, shape: Sequence[int], images: int) -> list[int]:
        count = shape[images] if self.count is None else self.count
        return [*shape[:images], count, *shape[images + 1 :]]


UNSHARED = Draws()
"""Draws from torch's global generator, for a batch that is not shared."""


def seeded(device: torch.device | str, seed: int) -> torch.Generator:
    """A random number generator with a seed.

    torch 2.14 has no generators until one of its modules is imported, which a process that imports torch without the
    parts for compilers skips.
    """
    import torch._prims.rng_prims

    return torch.Generator(device).manual_seed(seed)
