"""CIFAR-10 from a folder: its binary version, torchvision's copy of its Python version, or two zips of JPEG files."""

import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import Dataset
from latent_explorer.data.download import Download, Progress, fetch
from latent_explorer.data.files import files_of_zip, layout_of
from latent_explorer.data.pictures import stack
from latent_explorer.errors import DataError
from latent_explorer.files import write_bytes_whole

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# The binary version, because the Python version is a set of pickles.
_ARCHIVE = Download("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530")
BINARY, _PYTHON = "cifar-10-batches-bin", "cifar-10-batches-py"
_FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
_RECORDS, _RECORD_BYTES = 10_000, 1 + 3 * 32 * 32


def read_cifar10(root: Path) -> Dataset:
    """CIFAR-10 below `root`, in `cifar-10-batches-bin` or `cifar-10-batches-py`. Raises DataError."""
    if (root / BINARY).is_dir():
        records = np.concatenate([_records(root / BINARY / name) for name in _FILES])
        return _dataset(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0].astype(np.int64))
    if (root / _PYTHON).is_dir():
        return _read_torchvision(root)
    raise DataError(f"{root}: expected a folder {BINARY} or {_PYTHON} in it, found neither")


def download_cifar10(root: Path, progress: Progress | None = None) -> None:
    """Put CIFAR-10's binary version below `root` unless it is there. Raises UserError."""
    missing = [name for name in _FILES if not (root / BINARY / name).is_file()]
    if not missing:
        return
    archive = fetch(_ARCHIVE, root, progress)
    (root / BINARY).mkdir(exist_ok=True)
    with tarfile.open(archive) as tar:
        for name in missing:
            member = tar.extractfile(f"{BINARY}/{name}")
            if member is None:
                raise DataError(f"{archive}: expected a file {name} in it, found something else")
            write_bytes_whole(root / BINARY / name, member.read())
    archive.unlink()


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


def read_cifar10_jpeg(root: Path) -> Dataset:
    """The images `class/file` of `cifar10-train.zip` and `cifar10-test.zip` in `root`. Raises DataError."""
    images, labels = zip(*(_zipped(root / f"cifar10-{split}.zip") for split in ("train", "test")), strict=True)
    if images[0].shape[1:] != images[1].shape[1:]:
        raise DataError(f"{root}: images of {images[0].shape[1:]} to train on, and of {images[1].shape[1:]} to test")
    split = np.repeat(np.arange(2, dtype=np.uint8), [len(part) for part in labels])
    return Dataset("cifar10-jpeg", np.concatenate(images), np.concatenate(labels), CLASS_NAMES, split)


def _zipped(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    with files_of_zip(path) as files:
        layout = layout_of([file.name for file in files], str(path)) if files else None
        if layout is None or layout.labels is None or layout.class_names != CLASS_NAMES:
            found = ", ".join(layout.class_names) if layout else ""
            raise DataError(f"{path}: expected folders {', '.join(CLASS_NAMES)}, found {found or 'none'}")
        return stack(files), layout.labels
