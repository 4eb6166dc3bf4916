"""The images that a bundle was trained on: found, or how to give their location."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.data.dataset import ShardedImages
from latent_explorer.errors import DataError, UserError

Images = NDArray[np.uint8] | ShardedImages


def original_images(config: BundleConfig, latents: Latents, place: str | Path | None) -> Images:
    """The images uint8 (n, h, w, c) of a bundle's latents, in their order, without draws from the prior.

    place: the folder or file where they are; None for where they were at training.
    Raises DataError if there are none, or other ones.
    """
    if config.imageless:
        raise DataError(f"{config.name}: {config.imageless}, and of no images")
    if place is None and not config.dataset.source:
        raise DataError(f"{config.name} was made without images. Say where they are: open_bundle(..., images=PLACE)")
    dataset = _recorded(config) if place is None else _attached(config, place)
    return dataset.images if latents.index is None else dataset.images[latents.index[latents.draws :]]


def thumbnail_images(config: BundleConfig, latents: Latents) -> NDArray[np.uint8]:
    """Lossy copies of the images uint8 (n, h, w, c) of a bundle's latents, for datasets that have some in the program.

    Raises DataError if there are none.
    """
    from latent_explorer.engine.originals import thumbnails_of

    found = thumbnails_of(config)
    if found is None:
        raise DataError(f"no thumbnails of {config.dataset.name} come with the program; `images` has the originals")
    return found.at(np.arange(len(found)) if latents.index is None else latents.index[latents.draws :])


def _recorded(config: BundleConfig) -> Dataset:
    try:
        dataset = open_dataset(config.dataset.source)
    except UserError as error:
        raise DataError(
            f"the images that {config.name} was trained on ({config.dataset.name}) are not on this computer: {error}. "
            "Say where they are: open_bundle(..., images=PLACE); or see whether `thumbnails` is enough"
        ) from error
    if dataset.fingerprint != config.dataset.fingerprint or config.mismatch(dataset.image_shape, len(dataset)):
        raise DataError(
            f"{config.dataset.source} no longer holds the images that {config.name} was trained on. Say where they "
            "are, unchanged: open_bundle(..., images=PLACE)"
        )
    return dataset


def _attached(config: BundleConfig, place: str | Path) -> Dataset:
    from latent_explorer.engine.originals import attached_dataset

    return attached_dataset(config, str(place))
