"""What describing places needs: the neighbourhood of the data, and the original images."""

import logging
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import Neighbourhood
from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.errors import DataError, EngineError, UserError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class DatasetIndex:
    """The data of one bundle, each image by the number of its latent.

    missing: why there are no originals; empty where there are.
    """

    latents: Latents
    neighbourhood: Neighbourhood
    dataset: Dataset | None
    missing: str

    @property
    def means(self) -> NDArray[np.float32]:
        return self.latents.mean

    def originals(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The original images uint8 (k, h, w, c), or none (0, 0, 0, 0) where they are missing."""
        return np.zeros((0, 0, 0, 0), np.uint8) if self.dataset is None else self._pictures(self.dataset, indices)

    def images_at(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The original images uint8 (k, h, w, c). Raises EngineError where they are missing, or too few."""
        if self.dataset is None:
            raise EngineError(self.missing)
        count = len(self.latents)
        if len(indices) and not (indices.min() >= 0 and indices.max() < count):
            raise EngineError(f"the dataset has {count:,} images, and no number {indices.max():,}")
        return self._pictures(self.dataset, indices)

    def _pictures(self, dataset: Dataset, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        images: NDArray[np.uint8] = dataset.images[self.latents.images(indices)]
        return images


def index_dataset(config: BundleConfig, latents: Latents) -> DatasetIndex:
    """Load what describing the places of a bundle needs; missing originals are said, not raised."""
    neighbourhood = Neighbourhood(latents.mean, latents.label, len(config.dataset.class_names))
    if config.prior_samples:
        reason = "this model has no encoder: its latents are draws from the prior"
        return DatasetIndex(latents, neighbourhood, None, reason)
    try:
        return DatasetIndex(latents, neighbourhood, _dataset_of(config.dataset.source, config.dataset.fingerprint), "")
    except UserError as error:
        missing = f"the original images are not at hand: {error}"
    except Exception as error:
        _log.exception("the dataset of %s could not be read", config.name)
        missing = f"the original images could not be read: {error}"
    return DatasetIndex(latents, neighbourhood, None, missing)


@lru_cache(maxsize=1)  # the snapshots of a run are all of one
def _dataset_of(source: str, fingerprint: str) -> Dataset:
    dataset = open_dataset(source)
    if dataset.fingerprint != fingerprint:
        raise DataError(f"{source} is not the dataset that this model was trained on")
    return dataset
