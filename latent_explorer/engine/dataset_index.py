"""The index of a bundle's data: its images, its neighbourhoods, and the images that trust is calibrated on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import HeldOut, Neighbourhood
from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.engine.originals import OriginalImages, find_originals
from latent_explorer.errors import EngineError
from latent_explorer.fields import held_out_of

_NEIGHBOURS = "Finding neighbours"
Tell = Callable[[str, float], None]
"""Called with a description of the current work and its progress in [0, 1]."""


@dataclass(frozen=True, eq=False)
class DatasetIndex:
    """The data of one bundle; images are numbered like their latents.

    held: the images that trust in places is calibrated on.
    """

    latents: Latents
    neighbourhood: Neighbourhood
    held: HeldOut
    originals: OriginalImages

    def images_near(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The images uint8 (k, h, w, c); (0, 0, 0, 0) if they are missing."""
        return np.zeros((0, 0, 0, 0), np.uint8) if self.originals.images is None else self.images_at(indices)

    def images_at(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The images uint8 (k, h, w, c). Raises EngineError if they are missing or too few."""
        return images_of(self.latents, self.originals, indices)


def images_of(latents: Latents, originals: OriginalImages, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The images uint8 (k, h, w, c) of latents by number; black for draws from the prior, which have none.

    Raises EngineError if there are no images.
    """
    if originals.images is None:
        raise EngineError(originals.missing)
    count = len(latents)
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < count):
        raise EngineError(f"the dataset has {count:,} images, and no number {numbers.max():,}")
    if not latents.draws:
        return originals.at(latents.images(numbers))
    found = originals.at(np.maximum(latents.images(numbers), 0)).copy()
    found[numbers < latents.draws] = 0
    return found


def index_dataset(
    config: BundleConfig,
    latents: Latents,
    label: int = 0,
    tell: Tell = lambda words, share: None,
    known: OriginalImages | None = None,
    find: Callable[[BundleConfig, OriginalImages | None], OriginalImages] = find_originals,
    near: Neighbourhood | None = None,
) -> DatasetIndex:
    """Load what is needed to describe the places of a bundle. Missing originals are noted, not raised.

    label: the class under which a conditional model decodes. known: images or thumbnails that are loaded already; find:
    finds them otherwise. near: the neighbourhoods of these latents, if already computed.
    """
    tell(_NEIGHBOURS, 0.0)
    classes = len(config.dataset.class_names)
    neighbourhood = near or Neighbourhood(latents.mean, latents.label, classes, latents.draws)
    class_of = label if config.net.classes else None
    held = held_out_of(latents, neighbourhood, class_of, lambda share: tell(_NEIGHBOURS, share))
    tell("Reading the images", 0.0)
    originals = known if known is not None and not known.missing else find(config, known)
    return DatasetIndex(latents, neighbourhood, held, originals)
