"""What describing places needs: the neighbourhood of the data, and the original images."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import Neighbourhood
from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.errors import DataError, EngineError, UserError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Survey:
    """The data of one bundle. errors: float32 (n,), of their reconstructions.

    missing: why there are no originals; empty where there are.
    """

    means: NDArray[np.float32]
    errors: NDArray[np.float32]
    neighbourhood: Neighbourhood
    dataset: Dataset | None
    missing: str

    def originals(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The original images uint8 (k, h, w, c), or none (0, 0, 0, 0) where they are missing."""
        return np.zeros((0, 0, 0, 0), np.uint8) if self.dataset is None else self.dataset.images[indices]

    def images_at(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The original images uint8 (k, h, w, c). Raises EngineError where they are missing, or too few."""
        if self.dataset is None:
            raise EngineError(self.missing)
        count = len(self.dataset)
        if len(indices) and not (indices.min() >= 0 and indices.max() < count):
            raise EngineError(f"the dataset has {count:,} images, and no number {indices.max():,}")
        images: NDArray[np.uint8] = self.dataset.images[indices]
        return images


def survey(config: BundleConfig, latents: Latents) -> Survey:
    """Load what describing the places of a bundle needs; missing originals are said, not raised."""
    neighbourhood = Neighbourhood(latents.mean, latents.label, len(config.dataset.class_names))
    try:
        return Survey(latents.mean, latents.error, neighbourhood, _dataset_of(config), "")
    except UserError as error:
        missing = f"the original images are not at hand: {error}"
    except Exception as error:
        _log.exception("the dataset of %s could not be read", config.name)
        missing = f"the original images could not be read: {error}"
    return Survey(latents.mean, latents.error, neighbourhood, None, missing)


def _dataset_of(config: BundleConfig) -> Dataset:
    dataset = open_dataset(config.dataset.source)
    if dataset.fingerprint != config.dataset.fingerprint:
        raise DataError(f"{config.dataset.source} is not the dataset that {config.name} was trained on")
    return dataset
