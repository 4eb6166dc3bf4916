"""CIFAR-10 from a folder: its binary version, torchvision's copy of its Python version, or two zips of JPEG files."""

import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.dataset import Dataset
from latent_explorer.data.download import Download, Progress, fetch
from latent_explorer.data.files import files_of_zip, opened_file
from latent_explorer.data.layout import layout_of
from latent_explorer.data.pictures import stack
from latent_explorer.errors import DataError
from latent_explorer.files import write_bytes_whole
from latent_explorer.safe_text import readable

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# The binary version, because the Python version is a set of pickles.
_ARCHIVE = Download(
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", 170_052_171
)
BINARY, PYTHON = "cifar-10-batches-bin", "cifar-10-batches-py"
FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
_RECORDS, _RECORD_BYTES = 10_000, 1 + 3 * 32 * 32


def read_cifar10(root: Path) -> Dataset:
    """CIFAR-10 in `root`, or below it in `cifar-10-batches-bin` or `cifar-10-batches-py`. Raises DataError."""
    folder = next((each for each in (root / BINARY, root) if (each / FILES[0]).is_file()), None)
    if folder is not None:
        records = np.concatenate([_records(folder / name) for name in FILES])
        return _dataset(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0].astype(np.int64))
    if root.name == PYTHON:
        root = root.parent
    if (root / PYTHON).is_dir():
        return _read_torchvision(root)
    raise DataError(
        f"{readable(str(root))}: expected a folder {BINARY} or {PYTHON} in it, found neither; write "
        "cifar10:PARENT, the folder that one of them lies in"
    )


def missing_cifar10(root: Path) -> tuple[Download, ...]:
    """The download needed for CIFAR-10's binary version below `root`."""
    return () if all((root / BINARY / name).is_file() for name in FILES) else (_ARCHIVE,)


def download_cifar10(root: Path, progress: Progress | None = None) -> None:
    """Put CIFAR-10's binary version below `root` if it is missing. Raises UserError."""
    if not missing_cifar10(root):
        return
    archive = fetch(_ARCHIVE, root, progress)
    (root / BINARY).mkdir(exist_ok=True)
    with tarfile.open(archive) as tar:
        for name in FILES:
            member = tar.extractfile(f"{BINARY}/{name}")
            if member is None:
                raise DataError(f"{archive}: expected a file {name} in it, found something else")
            write_bytes_whole(root / BINARY / name, member.read(), overwrite=True)
    archive.unlink()


def _records(path: Path) -> NDArray[np.uint8]:
    with opened_file(path) as (stream, size):
        if size != _RECORDS * _RECORD_BYTES:
            raise DataError(f"{path}: expected {_RECORDS * _RECORD_BYTES} bytes, found {size}")
        content = np.frombuffer(stream.read(), np.uint8)
    if content.size != _RECORDS * _RECORD_BYTES:
        raise DataError(f"{path}: expected {_RECORDS * _RECORD_BYTES} bytes, found {content.size}")
    return content.reshape(_RECORDS, _RECORD_BYTES)


def _read_torchvision(root: Path) -> Dataset:
    # torchvision compares every file with its known MD5 before it unpickles any.
    from torchvision.datasets import CIFAR10

    try:
        parts = [CIFAR10(str(root), train=train) for train in (True, False)]
    except (RuntimeError, OSError) as error:
        raise DataError(
            f"{root / PYTHON}: expected CIFAR-10 as published, found files that differ from it or are missing; unpack "
            f"{PYTHON} from cifar-10-python.tar.gz anew"
        ) from error
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
    with files_of_zip(path) as found:
        layout = layout_of([file.name for file in found.files], str(path)) if found.files else None
        if layout is None or layout.labels is None or layout.class_names != CLASS_NAMES:
            names = ", ".join(layout.class_names) if layout else ""
            raise DataError(f"{path}: expected folders {', '.join(CLASS_NAMES)}, found {names or 'none'}")
        return stack([found.files[number] for number in layout.kept]).images, layout.labels
