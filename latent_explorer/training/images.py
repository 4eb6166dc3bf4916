"""A dataset's images as one tensor, and batches of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.data.dataset import Dataset

EVALUATION_BATCH = 1000


@dataclass(frozen=True, eq=False)
class Images:
    """All images of a dataset on one device: uint8 (n, c, h, w), a quarter of what float32 would take."""

    pixels: Tensor

    @classmethod
    def of(cls, dataset: Dataset, device: torch.device) -> "Images":
        """The images of `dataset`, copied to `device`."""
        return cls(torch.from_numpy(dataset.images.transpose(0, 3, 1, 2).copy()).to(device))

    @property
    def device(self) -> torch.device:
        """Where the images are."""
        return self.pixels.device

    def batch(self, indices: Tensor) -> Tensor:
        """The images at `indices` (k,) as float32 (k, c, h, w) in [0, 1]."""
        return self.pixels.index_select(0, indices).float().div_(255)  # copies rows: indexing goes by value

    def batches(self, indices: NDArray[np.intp], size: int) -> Iterator[Tensor]:
        """The images at `indices`, in their order, `size` at a time; see `batch`."""
        for part in torch.split(torch.from_numpy(indices).to(self.device), size):
            yield self.batch(part)
