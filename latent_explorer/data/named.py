"""The datasets with a name, from the package, a download, or a folder that has them already."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from latent_explorer.data.cifar import download_cifar10, missing_cifar10, read_cifar10, read_cifar10_jpeg
from latent_explorer.data.dataset import Dataset, Facts
from latent_explorer.data.download import Download, Progress, fetch
from latent_explorer.data.idx import FILES, IdxSet, read_idx_dataset
from latent_explorer.errors import DataError, UserError
from latent_explorer.places import data_folder, resource
from latent_explorer.plugins import Registry

_FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
_KMNIST = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"
_FASHION_CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_KMNIST_CLASSES = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
# Of the four files in the order of FILES: their MD5 and their bytes.
_FASHION_FILES = (
    ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880), ("25c81989df183df01b3e8a0aad5dffbe", 29_515),
    ("bef4ecab320f06d8554ea6380940ec79", 4_422_102), ("bb300cfdad3c16e7a12a480ee83cd310", 5_148),
)  # fmt: skip
_KMNIST_FILES = (
    ("bdb82020997e1d708af4cf47b453dcf7", 18_165_135), ("e144d726b3acfaa3e44228e80efcd344", 29_497),
    ("5c965bf0a639b31b8f53240b1b52f4d7", 3_041_136), ("7320c461ea6c1c855c0b718fb2a4b134", 5_120),
)  # fmt: skip


@dataclass(frozen=True)
class NamedDataset:
    """How to get a dataset by its name.

    read: from a root folder. obtain: the root folder if none is given, with consent to download what is missing. facts:
    what is known before it is read, or None. missing: the downloads needed in a root folder.
    """

    name: str
    read: Callable[[Path], Dataset]
    obtain: Callable[[Progress | None], Path]
    facts: Facts | None = None
    missing: Callable[[Path], tuple[Download, ...]] = lambda _: ()


def open_named(name: str, root: Path | None, progress: Progress | None = None, *, download: bool = False) -> Dataset:
    """The dataset of one of DATASETS, read from `root`, or obtained if that is None.

    download: consent to download what is missing. Raises UserError if it is missing and cannot be downloaded, or is
    damaged.
    """
    known = DATASETS[name]
    if root is None:
        if not download and (missing := known.missing(data_folder())):
            raise DataError(
                f"{name} is not on this computer: train, encode and evaluate download "
                f"{size_of(missing)} with --download; or name a folder that holds it, as in {name}:FOLDER"
            )
        root = known.obtain(progress)
    return known.read(root)


def size_of(downloads: Sequence[Download]) -> str:
    """The size and origin of a download, in words."""
    size = sum(each.size for each in downloads)
    hosts = sorted({each.host for each in downloads})
    return f"{size / 1e6:,.0f} MB from {' and '.join(hosts)}"


def _idx_files(base: str, files: tuple[tuple[str, int], ...]) -> tuple[Download, ...]:
    return tuple(Download(f"{base}{name}.gz", *file) for name, file in zip(FILES, files, strict=True))


def _missing_idx(folder: str, files: tuple[Download, ...], root: Path) -> tuple[Download, ...]:
    return tuple(file for file in files if not (root / folder / "raw" / file.name).is_file())


def _downloaded_idx(folder: str, files: tuple[Download, ...], progress: Progress | None) -> Path:
    for file in files:
        fetch(file, data_folder() / folder / "raw", progress)
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
"""The datasets with a name, including those of other packages."""

register = DATASETS.register

_GREY, _COLOUR = Facts((28, 28, 1), 60_000, 10_000, classes=10), Facts((32, 32, 3), 50_000, 10_000, classes=10)
_IDX_SETS = (
    IdxSet(
        "mnist", "MNIST", tuple("0123456789"), ("3931757dd58676a4ef022eb2b761996f", "fc9dc5bd179215d349884096c46b1771")
    ),
    IdxSet(
        "fashion-mnist",
        "FashionMNIST",
        _FASHION_CLASSES,
        ("525c81563883c2a14973d49d09329d74", "ce9e9213b81db36cef77b6eee260e085"),
    ),
    IdxSet("kmnist", "KMNIST", _KMNIST_CLASSES),
)
_MNIST, *_FETCHED = _IDX_SETS
_DOWNLOADS = _idx_files(_FASHION, _FASHION_FILES), _idx_files(_KMNIST, _KMNIST_FILES)
register(NamedDataset("mnist", partial(read_idx_dataset, _MNIST, _IDX_SETS), lambda _: resource("mnist"), _GREY))
for _set, _files in zip(_FETCHED, _DOWNLOADS, strict=True):
    register(
        NamedDataset(
            _set.name,
            partial(read_idx_dataset, _set, _IDX_SETS),
            partial(_downloaded_idx, _set.folder, _files),
            _GREY,
            partial(_missing_idx, _set.folder, _files),
        )
    )
register(NamedDataset("cifar10", read_cifar10, _downloaded_cifar10, _COLOUR, missing_cifar10))
register(NamedDataset("cifar10-jpeg", read_cifar10_jpeg, _cifar10_jpeg_at_hand))
