"""Random numbers for the images of a batch, the same however many processes share them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Draws:
    """What is drawn for those images of a batch that this process has.

    Every process draws for all images and keeps its own: so what is drawn for an image depends on the generator and on
    its place in the batch, not on who has it. generator: None for torch's global one. first: the place in the batch of
    the first image here. count: of the images of the batch; None where all are here.
    """

    generator: torch.Generator | None = None
    first: int = 0
    count: int | None = None

    def normal(self, shape: Sequence[int], device: torch.device, images: int = 0) -> Tensor:
        """Standard normal numbers in a shape whose dimension `images` counts the images here."""
        whole = torch.randn(self._whole(shape, images), device=device, generator=self.generator)
        return whole.narrow(images, self.first, shape[images])

    def uniform(self, shape: Sequence[int], device: torch.device, images: int = 0) -> Tensor:
        """Numbers in [0, 1) likewise."""
        whole = torch.rand(self._whole(shape, images), device=device, generator=self.generator)
        return whole.narrow(images, self.first, shape[images])

    def _whole(self, shape: Sequence[int], images: int) -> list[int]:
        count = shape[images] if self.count is None else self.count
        return [*shape[:images], count, *shape[images + 1 :]]


UNSHARED = Draws()
"""From torch's global generator, for images that are all here."""


def seeded(device: torch.device | str, seed: int) -> torch.Generator:
    """A generator of random numbers that begins with a seed.

    torch 2.14 has none before a module of it is imported, which a process leaves out that imports torch without what
    compilers need.
    """
    import torch._prims.rng_prims

    return torch.Generator(device).manual_seed(seed)
