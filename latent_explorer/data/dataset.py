"""One dataset, whatever it was read from."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.shards import ShardedImages, blocks
from latent_explorer.errors import DataError

Split = Literal["train", "test"]
SPLITS: tuple[Split, ...] = ("train", "test")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with all that is known about them.

    images: uint8 (n, h, w, c), C-contiguous, c = 1 or 3; ShardedImages where they are read as they are needed.
    labels: int64 (n,), each an index into `class_names`, or None.
    split: uint8 (n,), each an index into SPLITS.
    source: what `open_dataset` takes to open it again; empty when it was made in memory.
    Raises DataError when these do not fit each other.
    """

    name: str
    images: NDArray[np.uint8] | ShardedImages
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    split: NDArray[np.uint8]
    source: str = ""

    def __post_init__(self) -> None:
        shape, count = self.images.shape, len(self.images)
        if self.images.dtype != np.uint8 or len(shape) != 4 or shape[3] not in (1, 3) or 0 in shape:
            raise DataError(f"{self.name}: expected uint8 images (n, h, w, 1 or 3), found {self.images.dtype} {shape}")
        if self.split.shape != (count,) or (count and self.split.max() >= len(SPLITS)):
            raise DataError(f"{self.name}: expected one split per image, each one of {SPLITS}")
        if self.labels is None:
            return
        if self.labels.shape != (count,):
            raise DataError(f"{self.name}: expected {count} labels, found {self.labels.shape}")
        if self.labels.min() < 0 or self.labels.max() >= len(self.class_names):
            raise DataError(f"{self.name}: labels must lie in 0..{len(self.class_names) - 1}")

    def __len__(self) -> int:
        return len(self.images)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one picture."""
        height, width, channels = self.images.shape[1:]
        return height, width, channels

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of images, labels and splits, as hexadecimal digits; the same in one array or in many."""
        digest = hashlib.sha256(repr(self.images.shape).encode())
        for block in blocks(self.images):
            digest.update(np.ascontiguousarray(block).data)
        if self.labels is not None:
            digest.update(np.ascontiguousarray(self.labels).data)
        digest.update(np.ascontiguousarray(self.split).data)
        return digest.hexdigest()

    def part(self, start: int, stop: int) -> "Dataset":
        """The images start..stop - 1 as a dataset of their own, in memory."""
        labels = None if self.labels is None else self.labels[start:stop]
        return replace(self, images=self.images[start:stop], labels=labels, split=self.split[start:stop])

    def indices(self, split: Split) -> NDArray[np.intp]:
        """The indices of the images of one split, ascending."""
        return np.flatnonzero(self.split == SPLITS.index(split))


@dataclass(frozen=True)
class Facts:
    """How large a dataset is.

    image_shape: (h, w, c). train, test: images. at_hand: False where it is downloaded first. classes: 0 without labels.
    """

    image_shape: tuple[int, int, int]
    train: int
    test: int
    at_hand: bool = True
    classes: int = 0

    @classmethod
    def of(cls, dataset: Dataset) -> "Facts":
        """Those of a dataset that was read."""
        classes = 0 if dataset.labels is None else len(dataset.class_names)
        return cls(dataset.image_shape, len(dataset.indices("train")), len(dataset.indices("test")), classes=classes)
