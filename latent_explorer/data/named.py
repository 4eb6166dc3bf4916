"""The datasets that are opened by name, from the package, a download, or a folder that has them already.

The MNIST family is kept in the IDX format, plain or gzip: http://yann.lecun.com/exdb/mnist/.
"""

import gzip
import math
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.cifar import BINARY, download_cifar10, read_cifar10, read_cifar10_jpeg
from latent_explorer.data.dataset import Dataset, Facts
from latent_explorer.data.download import Download, Progress, fetch
from latent_explorer.errors import DataError, UserError
from latent_explorer.places import data_folder, resource
from latent_explorer.plugins import Registry

_FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
_KMNIST = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"
_FASHION_CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_KMNIST_CLASSES = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
_FILES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip
_FASHION_MD5 = (
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
    "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310",
)  # fmt: skip
_KMNIST_MD5 = (
    "bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344",
    "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134",
)  # fmt: skip
_UBYTE = 8
_MAX_BYTES = 2**31


@dataclass(frozen=True)
class NamedDataset:
    """How a dataset is had by its name.

    read: from a root folder. obtain: the root folder when none is given. facts: what is known before it is read, or
    None. is_here: whether nothing would have to be downloaded to a root folder.
    """

    name: str
    read: Callable[[Path], Dataset]
    obtain: Callable[[Progress | None], Path]
    facts: Facts | None = None
    is_here: Callable[[Path], bool] = lambda _: True


def open_named(name: str, root: Path | None, progress: Progress | None = None) -> Dataset:
    """The dataset of one of DATASETS, read from `root`, or had otherwise when that is None.

    Raises UserError when it is neither there nor can be downloaded, or is damaged.
    """
    known = DATASETS[name]
    return known.read(known.obtain(progress) if root is None else root)


def read_idx_dataset(name: str, folder: str, class_names: tuple[str, ...], root: Path) -> Dataset:
    """A dataset kept as MNIST's four IDX files, plain or gzip, in `root/folder/raw` or in `root`. Raises DataError."""
    nested = root / folder / "raw"
    plain = [(nested if nested.is_dir() else root) / file for file in _FILES]
    paths = [path if path.is_file() else path.with_name(f"{path.name}.gz") for path in plain]
    images = [read_idx(path, 3) for path in paths[::2]]
    labels = [read_idx(path, 1) for path in paths[1::2]]
    if images[0].shape[1:] != images[1].shape[1:]:
        raise DataError(f"{paths[2]}: expected images of {images[0].shape[1:]}, found {images[1].shape[1:]}")
    return Dataset(
        name=name,
        images=np.concatenate(images)[..., None],
        labels=np.concatenate(labels).astype(np.int64),
        class_names=class_names,
        split=np.repeat(np.arange(2, dtype=np.uint8), [len(part) for part in images]),
    )


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The uint8 array of an IDX file, its shape having `dimensions` axes.

    Raises DataError when the file is missing, is no such file, is truncated, damaged or too long.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            shape = _shape(stream.read(4 + 4 * dimensions), dimensions, path)
            count = math.prod(shape)
            content = stream.read(count + 1)  # one more, so that gzip reaches its checksum
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: expected a whole IDX file, found: {error}") from error
    if len(content) != count:
        found = f"{len(content)} bytes" if len(content) < count else "more"
        raise DataError(f"{path}: expected {count} bytes of {shape}, found {found}")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _shape(header: bytes, dimensions: int, path: Path) -> tuple[int, ...]:
    magic = bytes((0, 0, _UBYTE, dimensions))
    if len(header) < 4 + 4 * dimensions or header[:4] != magic:
        raise DataError(
            f"{path}: expected an IDX file starting with {magic.hex()}, found {header[:4].hex() or 'nothing'}"
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    if math.prod(shape) > _MAX_BYTES:
        raise DataError(f"{path}: expected at most {_MAX_BYTES} bytes, found a header that announces {shape}")
    return shape


def _downloaded_idx(folder: str, base: str, md5s: tuple[str, ...], progress: Progress | None) -> Path:
    for file, md5 in zip(_FILES, md5s, strict=True):
        fetch(Download(f"{base}{file}.gz", md5), data_folder() / folder / "raw", progress)
    return data_folder()


def _downloaded_cifar10(progress: Progress | None) -> Path:
    download_cifar10(data_folder(), progress)
    return data_folder()


def _cifar10_jpeg_at_hand(_: Progress | None) -> Path:
    folder = data_folder() / "cifar10-jpeg"
    if not folder.is_dir():
        raise DataError(
            f"cifar10-jpeg, CIFAR-10 kept as JPEG files, is no download: expected cifar10-train.zip and "
            f"cifar10-test.zip in {folder}; or name the folder that has them, as in cifar10-jpeg:FOLDER"
        )
    return folder


def _has_idx(folder: str, root: Path) -> bool:
    return all((root / folder / "raw" / f"{file}.gz").is_file() for file in _FILES)


def _check_name(dataset: NamedDataset) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]+", dataset.name):  # else it would be read as a place
        raise UserError(f"expected a name of small letters, digits and hyphens, found {dataset.name!r}")


DATASETS: Registry[NamedDataset] = Registry("datasets", NamedDataset, check=_check_name)
"""What is opened by its name, that of other packages included."""

register = DATASETS.register

_GREY, _COLOUR = Facts((28, 28, 1), 60_000, 10_000, classes=10), Facts((32, 32, 3), 50_000, 10_000, classes=10)
for _each in (
    NamedDataset(
        "mnist", partial(read_idx_dataset, "mnist", "MNIST", tuple("0123456789")), lambda _: resource("mnist"), _GREY
    ),
    NamedDataset(
        "fashion-mnist",
        partial(read_idx_dataset, "fashion-mnist", "FashionMNIST", _FASHION_CLASSES),
        partial(_downloaded_idx, "FashionMNIST", _FASHION, _FASHION_MD5),
        _GREY,
        partial(_has_idx, "FashionMNIST"),
    ),
    NamedDataset(
        "kmnist",
        partial(read_idx_dataset, "kmnist", "KMNIST", _KMNIST_CLASSES),
        partial(_downloaded_idx, "KMNIST", _KMNIST, _KMNIST_MD5),
        _GREY,
        partial(_has_idx, "KMNIST"),
    ),
    NamedDataset("cifar10", read_cifar10, _downloaded_cifar10, _COLOUR, lambda root: (root / BINARY).is_dir()),
    NamedDataset("cifar10-jpeg", read_cifar10_jpeg, _cifar10_jpeg_at_hand),
):
    register(_each)
