"""One dataset, whatever its source, with images in memory or in files larger than memory."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import Any, Literal
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.report import DatasetReport, PassedOver
from latent_explorer.errors import DataError

Split = Literal["train", "test", "val"]
SPLITS: tuple[Split, ...] = ("train", "test", "val")
"""val: held out beside test, used neither for training nor for testing."""

_MOST_FILES = 256  # open at a time
BLOCK_BYTES = 32 * 2**20


@dataclass(frozen=True)
class ImageShard:
    """One array file. count: of its images; offset: of the first one's first byte."""

    path: Path
    count: int
    offset: int


class ShardedImages:
    """The images of several array files as one array uint8 (n, h, w, c); only the requested ones are read.

    A number, a slice or an array of numbers as index gives copies of those images, and nothing is kept: repeated reads
    come from the system's file cache, as far as it has room. The files are read, not mapped: for scattered images a map
    brings in, and counts as this process's memory, up to 2 MiB around each. For one thread at a time. Raises DataError
    if a file has changed.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, shards: Sequence[ImageShard], image_shape: tuple[int, int, int]) -> None:
        self._shards = tuple(shards)
        self._ends = np.cumsum([shard.count for shard in self._shards])
        self.shape = (int(self._ends[-1]), *image_shape)
        self._image_bytes = int(np.prod(image_shape))
        before = self._ends - [shard.count for shard in self._shards]
        self._origins = np.array([shard.offset for shard in self._shards]) - before * self._image_bytes
        self._files: dict[int, FileIO] = {}
        self._closing = ExitStack()
        finalize(self, self._closing.close)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """The memory that all images would take."""
        return len(self) * self._image_bytes

    def __getitem__(self, key: int | np.integer[Any] | slice | NDArray[Any]) -> NDArray[np.uint8]:
        if isinstance(key, slice):
            return self._read(np.arange(*key.indices(len(self))))
        if isinstance(key, int | np.integer):
            picture: NDArray[np.uint8] = self._read(self._places(np.array([key])))[0]
            return picture
        return self._read(self._places(np.flatnonzero(key) if key.dtype == np.bool_ else key))

    def expect(self, indices: NDArray[np.integer[Any]]) -> None:
        """Ask the system to fetch the images at `indices` from the disk in advance."""
        if not hasattr(os, "posix_fadvise"):
            return
        for number, start in self._located(self._places(indices)):
            file = self._file(number)
            os.posix_fadvise(file.fileno(), start, self._image_bytes, os.POSIX_FADV_WILLNEED)

    def _places(self, indices: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
        places = np.where(indices < 0, indices + len(self), indices)
        if len(places) and not (places.min() >= 0 and places.max() < len(self)):
            raise IndexError(f"expected images 0 to {len(self) - 1}, found {indices.min()} to {indices.max()}")
        return places

    def _read(self, places: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
        """The images at `places`; consecutive ones in a file with one read."""
        order = np.argsort(places, kind="stable")
        places = places[order]
        follows = (np.diff(places, prepend=-2) == 1) & ~np.isin(places, self._ends)
        begins = np.flatnonzero(~follows)
        rows = np.empty((len(places), self._image_bytes), np.uint8)
        ends = [*begins[1:].tolist(), len(places)]
        for begin, end, (number, start) in zip(begins.tolist(), ends, self._located(places[begins]), strict=False):
            self._fill(rows[begin:end], number, start)
        images = rows.reshape(len(places), *self.shape[1:])
        if (order[:-1] < order[1:]).all():
            return images
        unsorted = np.empty_like(images)
        unsorted[order] = images
        return unsorted

    def _located(self, places: NDArray[np.integer[Any]]) -> Iterator[tuple[int, int]]:
        """The file number of each image, and where in it the image begins."""
        numbers = np.searchsorted(self._ends, places, side="right")
        return zip(numbers.tolist(), (self._origins[numbers] + places * self._image_bytes).tolist(), strict=True)

    def _fill(self, rows: NDArray[np.uint8], number: int, start: int) -> None:
        """Read into `rows` (k, bytes) from one file, from the byte `start` on."""
        shard, file = self._shards[number], self._file(number)
        try:
            file.seek(start)
            left = rows.reshape(-1).data
            while left:
                done = file.readinto(left)
                if not done:
                    raise DataError(f"{shard.path}: expected {shard.count} images as before, found fewer")
                left = left[done:]
        except OSError as error:
            raise DataError(f"{shard.path}: cannot be read: {error.strerror}") from error

    def _file(self, number: int) -> FileIO:
        if number in self._files:
            return self._files[number]
        path = self._shards[number].path
        if len(self._files) >= _MOST_FILES:
            self._files.clear()
            self._closing.close()
        try:
            self._files[number] = self._closing.enter_context(FileIO(path))
        except OSError as error:
            raise DataError(f"{path}: cannot be read: {error.strerror}") from error
        return self._files[number]


def blocks(images: NDArray[np.uint8] | ShardedImages) -> Iterator[NDArray[np.uint8]]:
    """All images in order, about 32 MiB of them at a time."""
    size = max(1, BLOCK_BYTES // max(1, images.nbytes // len(images)))
    for start in range(0, len(images), size):
        yield images[start : start + size]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with everything known about them.

    images: uint8 (n, h, w, c), C-contiguous, c = 1 or 3; ShardedImages if they are read on demand.
    labels: int64 (n,), each an index into `class_names`, or None.
    split: uint8 (n,), each an index into SPLITS.
    source: what `open_dataset` takes to open it again; empty if it was made in memory.
    passed_over: files that were not read. notes: what was done or guessed while reading; both as in `report`.
    Raises DataError if these do not fit each other.
    """

    name: str
    images: NDArray[np.uint8] | ShardedImages
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    split: NDArray[np.uint8]
    source: str = ""
    passed_over: tuple[PassedOver, ...] = ()
    notes: tuple[str, ...] = ()

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

    @property
    def report(self) -> DatasetReport:
        """What was read, and what was not."""
        splits = tuple((name, len(self.indices(name))) for name in SPLITS)
        classes: tuple[tuple[str, int], ...] = ()
        if self.labels is not None:
            counts = np.bincount(self.labels, minlength=len(self.class_names)).tolist()
            classes = tuple(zip(self.class_names, counts, strict=True))
        some = tuple(each for each in splits if each[1])
        return DatasetReport(self.name, self.image_shape, some, classes, self.passed_over, self.notes)

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
        """The images start..stop - 1 as a separate dataset in memory."""
        labels = None if self.labels is None else self.labels[start:stop]
        return replace(self, images=self.images[start:stop], labels=labels, split=self.split[start:stop])

    def indices(self, split: Split) -> NDArray[np.intp]:
        """The indices of the images of one split, ascending."""
        return np.flatnonzero(self.split == SPLITS.index(split))


@dataclass(frozen=True)
class Facts:
    """The size of a dataset.

    image_shape: (h, w, c). train, test, val: images. download: what must be downloaded before it can be read, from
    where, in words; empty for nothing. classes: 0 without labels.
    """

    image_shape: tuple[int, int, int]
    train: int
    test: int
    download: str = ""
    classes: int = 0
    val: int = 0

    @property
    def images(self) -> int:
        """The images of all splits."""
        return self.train + self.test + self.val

    @classmethod
    def of(cls, dataset: Dataset) -> "Facts":
        """The facts of a dataset that was read."""
        classes = 0 if dataset.labels is None else len(dataset.class_names)
        train, test, val = (len(dataset.indices(split)) for split in SPLITS)
        return cls(dataset.image_shape, train, test, classes=classes, val=val)
