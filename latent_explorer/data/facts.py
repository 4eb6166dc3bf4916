"""What can be said of a dataset before it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from latent_explorer.data.dataset import Dataset
from latent_explorer.data.opening import split_size
from latent_explorer.places import data_folder

_GZIPS = tuple(
    f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
)  # as `data.named` fetches them
_BINARY = "cifar-10-batches-bin"


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


def known_facts(source: str) -> Facts | None:
    """Those of a dataset that is opened by its name alone, as `open_dataset` would, without opening it.

    None where only opening tells, or tells why it cannot be opened.
    """
    name, size = split_size(source)
    if name not in _KNOWN:
        return None
    facts, is_here = _KNOWN[name]
    shape = facts.image_shape if size is None else (*size, facts.image_shape[2])
    return replace(facts, image_shape=shape, at_hand=is_here(data_folder()))


def _has_gzips(folder: str) -> Callable[[Path], bool]:
    return lambda root: all((root / folder / "raw" / name).is_file() for name in _GZIPS)


_GREY, _COLOUR = (
    Facts(shape, train, 10_000, classes=10) for shape, train in (((28, 28, 1), 60_000), ((32, 32, 3), 50_000))
)
_KNOWN: Mapping[str, tuple[Facts, Callable[[Path], bool]]] = MappingProxyType(
    {
        "mnist": (_GREY, lambda _: True),
        "fashion-mnist": (_GREY, _has_gzips("FashionMNIST")),
        "kmnist": (_GREY, _has_gzips("KMNIST")),
        "cifar10": (_COLOUR, lambda root: (root / _BINARY).is_dir()),
    }
)
