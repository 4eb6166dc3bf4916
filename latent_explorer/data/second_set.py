"""Images of another set, to be judged beside those of a model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.data.files import Bounds
from latent_explorer.data.fitted import fitted
from latent_explorer.data.named import DATASETS
from latent_explorer.data.opening import open_dataset, split_options
from latent_explorer.errors import DataError

MOST_OTHERS = 10_000
"""The maximum number of images that are judged, evenly chosen from more."""
_LOOK_SECONDS = 60.0


@dataclass(frozen=True, eq=False)
class OtherImages:
    """Images uint8 (n, h, w, c) of another set in the shape of a model's.

    source: as requested. all_images: the size of the set. note: what was changed for the model, in words.
    """

    source: str
    name: str
    images: NDArray[np.uint8]
    all_images: int
    note: str

    def at(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Some of them (k, h, w, c). Raises DataError if a number is out of range."""
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < len(self.images)):
            raise DataError(f"{self.name}: {len(self.images):,} images are judged, and not all of those asked for")
        return self.images[numbers]


def read_others(source: str, shape: tuple[int, int, int], *, download: bool = False) -> OtherImages:
    """The images of another set in a model's shape; the test images of a dataset with a name.

    source: as `open_dataset` takes it; several, one per line, are one set. download: consent to download what is
    missing. Raises DataError if they cannot be read, or there are none.
    """
    sources = source.splitlines()
    if len(sources) == 1:
        return _read(source, shape, download)
    if len(sources) > MOST_OTHERS:
        raise DataError(f"expected at most {MOST_OTHERS:,} files, found {len(sources):,}: put them into one folder")
    parts = [_read(each, shape, download) for each in sources]
    if not parts:
        raise DataError("expected images to compare with, found none")
    notes = dict.fromkeys(part.note for part in parts if part.note)
    images = np.concatenate([part.images for part in parts])[:MOST_OTHERS]
    return OtherImages(source, parts[0].name, images, sum(part.all_images for part in parts), "; ".join(notes))


def _read(source: str, shape: tuple[int, int, int], download: bool) -> OtherImages:
    dataset = open_dataset(source, bounds=Bounds(seconds=_LOOK_SECONDS), download=download)
    name = split_options(source)[0].partition(":")[0]
    test = dataset.indices("test") if name in DATASETS else np.zeros(0, np.int64)
    everyone = test if len(test) else np.arange(len(dataset))
    places = np.linspace(0, len(everyone) - 1, min(MOST_OTHERS, len(everyone))).round().astype(np.int64)
    images, note = fitted(dataset, everyone[places], shape)
    return OtherImages(source, dataset.name, images, len(everyone), note)
