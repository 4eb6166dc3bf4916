"""Batches of a dataset's images on a network's device."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.data.dataset import Dataset, ShardedImages, blocks
from latent_explorer.errors import TrainingError

EVALUATION_BATCH = 1000
_MOST_HELD = 2**30  # bytes: more images in files are not copied into memory
_AHEAD = 2048  # images prefetched from disk
_SHARE = 0.5  # of the free memory of a GPU


class Images(ABC):
    """All images of a dataset. Batches do not depend on where the images are stored.

    device: of the batches. labels: int64 (n,), for a conditional network.
    """

    def __init__(self, device: torch.device, labels: Tensor | None = None) -> None:
        self.device, self.labels = device, labels

    @staticmethod
    def of(dataset: Dataset, device: torch.device, classes: int = 0) -> "Images":
        """The images of `dataset`: copied to `device` if there is room, otherwise read batch by batch.

        classes: `NetSpec.classes` of a conditional network. Raises TrainingError if a label is not one of these.
        """
        labels = _labels(dataset, classes).to(device) if classes else None
        if dataset.images.nbytes > _most_held(dataset, device):
            return ReadImages(dataset.images, device, labels)
        return HeldImages.copied(dataset, device, labels)

    @abstractmethod
    def batch(self, indices: Tensor) -> Tensor:
        """The images at `indices` (k,) as float32 (k, c, h, w) in [0, 1]."""

    def expected(self, batches: Sequence[Tensor]) -> Iterator[Tensor]:
        """Pass on the indices of batches that will be requested one by one."""
        yield from batches

    def labels_at(self, indices: Tensor) -> Tensor | None:
        """The classes int64 (k,) of the images at `indices`; None for a network that is not conditional."""
        return None if self.labels is None else self.labels[indices]

    def batches(self, indices: NDArray[np.intp], size: int) -> Iterator[tuple[Tensor, Tensor | None]]:
        """The images at `indices` with their classes, in order, `size` at a time; see `batch`."""
        for part in torch.split(torch.from_numpy(indices).to(self.device), size):
            yield self.batch(part), self.labels_at(part)


class HeldImages(Images):
    """All images on one device: `pixels` uint8 (n, c, h, w), a quarter of what float32 would take."""

    def __init__(self, pixels: Tensor, labels: Tensor | None = None) -> None:
        super().__init__(pixels.device, labels)
        self.pixels = pixels

    @classmethod
    def copied(cls, dataset: Dataset, device: torch.device, labels: Tensor | None = None) -> "HeldImages":
        """The images of `dataset`, copied to `device` block by block."""
        height, width, channels = dataset.image_shape
        pixels = torch.empty((len(dataset), channels, height, width), dtype=torch.uint8, device=device)
        start = 0
        for block in blocks(dataset.images):
            pixels[start : start + len(block)] = torch.from_numpy(block.transpose(0, 3, 1, 2).copy())
            start += len(block)
        return cls(pixels, labels)

    def batch(self, indices: Tensor) -> Tensor:
        return self.pixels.index_select(0, indices).float().div_(255)  # copies rows; indexing copies values


class ReadImages(Images):
    """Images that stay in `source`; each batch is copied to a device."""

    def __init__(
        self, source: NDArray[np.uint8] | ShardedImages, device: torch.device, labels: Tensor | None = None
    ) -> None:
        super().__init__(device, labels)
        self.source = source

    def batch(self, indices: Tensor) -> Tensor:
        pixels = torch.from_numpy(self.source[indices.cpu().numpy()]).to(self.device).permute(0, 3, 1, 2)
        return pixels.to(torch.float32, memory_format=torch.contiguous_format).div_(255)

    def expected(self, batches: Sequence[Tensor]) -> Iterator[Tensor]:
        """As `Images.expected`, and prefetch the next images from disk."""
        ahead = -(-_AHEAD // len(batches[0])) if batches else 0
        for batch in batches[:ahead]:
            self._expect(batch)
        for batch, later in zip_longest(batches, batches[ahead:]):
            if later is not None:
                self._expect(later)
            yield batch

    def _expect(self, indices: Tensor) -> None:
        if isinstance(self.source, ShardedImages):
            self.source.expect(indices.cpu().numpy())


def judged(dataset: Dataset) -> NDArray[np.intp]:
    """The images that a network is evaluated on: the test split; without one, the training images."""
    test = dataset.indices("test")
    return test if len(test) else dataset.indices("train")


def evenly(indices: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """At most `most` of the indices, evenly from first to last."""
    return indices[np.linspace(0, len(indices) - 1, min(most, len(indices))).round().astype(np.intp)]


def _labels(dataset: Dataset, classes: int) -> Tensor:
    if dataset.labels is None:
        raise TrainingError(f"this network is given the class of each image, and {dataset.name} has no labels")
    if len(dataset) and dataset.labels.max() >= classes:
        raise TrainingError(f"this network knows {classes} classes, and {dataset.name} has {len(dataset.class_names)}")
    return torch.from_numpy(dataset.labels)


def _most_held(dataset: Dataset, device: torch.device) -> float:
    """The bytes of images that may be copied to `device`."""
    if device.type == "cuda":
        return _SHARE * torch.cuda.mem_get_info(device)[0]
    return _MOST_HELD if isinstance(dataset.images, ShardedImages) else math.inf
