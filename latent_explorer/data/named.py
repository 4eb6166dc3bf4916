"""The datasets that are opened by name, from the package, a download, or a folder that has them already."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from latent_explorer.data.cifar import CLASS_NAMES as _CIFAR_CLASSES
from latent_explorer.data.cifar import download_cifar10, read_cifar10
from latent_explorer.data.dataset import SPLITS, Dataset
from latent_explorer.data.download import Download, Progress, fetch
from latent_explorer.data.idx import read_idx
from latent_explorer.data.split_zips import read_split_zips
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


@dataclass(frozen=True)
class NamedDataset:
    """How a dataset is had by its name. read: from a root folder. obtain: the root folder when none is given."""

    name: str
    read: Callable[[Path], Dataset]
    obtain: Callable[[Progress | None], Path]


def open_named(name: str, root: Path | None, progress: Progress | None = None) -> Dataset:
    """The dataset of one of DATASETS, read from `root`, or had otherwise when that is None.

    Raises UserError when it is neither there nor can be downloaded, or is damaged.
    """
    known = DATASETS[name]
    return known.read(known.obtain(progress) if root is None else root)


def read_idx_dataset(name: str, folder: str, class_names: tuple[str, ...], root: Path) -> Dataset:
    """A dataset kept as MNIST's four IDX files, plain or gzip, in `root/folder/raw` or in `root`. Raises DataError."""
    nested = root / folder / "raw"
    paths = [_idx_file(nested if nested.is_dir() else root, file) for file in _FILES]
    images = [read_idx(path, 3) for path in paths[::2]]
    labels = [read_idx(path, 1) for path in paths[1::2]]
    if images[0].shape[1:] != images[1].shape[1:]:
        raise DataError(f"{paths[2]}: expected images of {images[0].shape[1:]}, found {images[1].shape[1:]}")
    return Dataset(
        name=name,
        images=np.concatenate(images)[..., None],
        labels=np.concatenate(labels).astype(np.int64),
        class_names=class_names,
        split=np.repeat(np.arange(len(SPLITS), dtype=np.uint8), [len(part) for part in images]),
    )


def _idx_file(folder: Path, name: str) -> Path:
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"


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


def _check_name(dataset: NamedDataset) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]+", dataset.name):  # else it would be read as a place
        raise UserError(f"expected a name of small letters, digits and hyphens, found {dataset.name!r}")


DATASETS: Registry[NamedDataset] = Registry("datasets", NamedDataset, check=_check_name)
"""What is opened by its name, that of other packages included."""

register = DATASETS.register

for _each in (
    NamedDataset(
        "mnist",
        read=partial(read_idx_dataset, "mnist", "MNIST", tuple("0123456789")),
        obtain=lambda _: resource("mnist"),
    ),
    NamedDataset(
        "fashion-mnist",
        read=partial(read_idx_dataset, "fashion-mnist", "FashionMNIST", _FASHION_CLASSES),
        obtain=partial(_downloaded_idx, "FashionMNIST", _FASHION, _FASHION_MD5),
    ),
    NamedDataset(
        "kmnist",
        read=partial(read_idx_dataset, "kmnist", "KMNIST", _KMNIST_CLASSES),
        obtain=partial(_downloaded_idx, "KMNIST", _KMNIST, _KMNIST_MD5),
    ),
    NamedDataset("cifar10", read=read_cifar10, obtain=_downloaded_cifar10),
    NamedDataset(
        "cifar10-jpeg",
        read=partial(read_split_zips, "cifar10-jpeg", "cifar10", _CIFAR_CLASSES),
        obtain=_cifar10_jpeg_at_hand,
    ),
):
    register(_each)
