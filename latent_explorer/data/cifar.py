"""CIFAR-10 from a folder: its binary version, or torchvision's copy of its Python version."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import Dataset
from latent_explorer.data.download import Download, Progress, fetch
from latent_explorer.errors import DataError
from latent_explorer.files import write_bytes_whole

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# The binary version, because the Python version is a set of pickles.
_ARCHIVE = Download("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530")
_BINARY, _PYTHON = "cifar-10-batches-bin", "cifar-10-batches-py"
_FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
_RECORDS, _RECORD_BYTES = 10_000, 1 + 3 * 32 * 32


def read_cifar10(root: Path) -> Dataset:
    """CIFAR-10 below `root`, in `cifar-10-batches-bin` or `cifar-10-batches-py`. Raises DataError."""
    if (root / _BINARY).is_dir():
        return _read_binary(root / _BINARY)
    if (root / _PYTHON).is_dir():
        return _read_torchvision(root)
    raise DataError(f"{root}: expected a folder {_BINARY} or {_PYTHON} in it, found neither")


def download_cifar10(root: Path, progress: Progress | None = None) -> None:
    """Put CIFAR-10's binary version below `root` unless it is there. Raises UserError."""
    missing = [name for name in _FILES if not (root / _BINARY / name).is_file()]
    if not missing:
        return
    archive = fetch(_ARCHIVE, root, progress)
    (root / _BINARY).mkdir(exist_ok=True)
    for name, content in _members(archive, missing):
        write_bytes_whole(root / _BINARY / name, content)
    archive.unlink()


def _members(archive: Path, names: list[str]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        for name in names:
            member = tar.extractfile(f"{_BINARY}/{name}")
            if member is None:
                raise DataError(f"{archive}: expected a file {name} in it, found something else")
            yield name, member.read()


def _read_binary(folder: Path) -> Dataset:
    records = np.concatenate([_records(folder / name) for name in _FILES])
    return _dataset(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0].astype(np.int64))


def _records(path: Path) -> NDArray[np.uint8]:
    try:
        content = np.fromfile(path, np.uint8)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if content.size != _RECORDS * _RECORD_BYTES:
        raise DataError(f"{path}: expected {_RECORDS * _RECORD_BYTES} bytes, found {content.size}")
    return content.reshape(_RECORDS, _RECORD_BYTES)


def _read_torchvision(root: Path) -> Dataset:
    # torchvision compares every file with its known MD5 before it unpickles any.
    from torchvision.datasets import CIFAR10

    try:
        parts = [CIFAR10(str(root), train=train) for train in (True, False)]
    except (RuntimeError, OSError) as error:
        raise DataError(f"{root / _PYTHON}: expected CIFAR-10 as published, found: {error}") from error
    images = np.concatenate([np.asarray(part.data, np.uint8) for part in parts])
    return _dataset(images, np.concatenate([np.asarray(part.targets, np.int64) for part in parts]))


def _dataset(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Dataset:
    split = np.repeat(np.arange(2, dtype=np.uint8), [len(images) * 5 // 6, len(images) // 6])
    return Dataset("cifar10", np.ascontiguousarray(images), labels, CLASS_NAMES, split)
