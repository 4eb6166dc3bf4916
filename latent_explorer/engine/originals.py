"""The images of a bundle's latents: found where they were during training, attached, or thumbnails."""

import logging
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import BundleConfig
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.data.files import Bounds
from latent_explorer.data.named import DATASETS
from latent_explorer.data.opening import split_options
from latent_explorer.data.sheets import read_thumbnails
from latent_explorer.errors import DataError, UserError

_log = logging.getLogger(__name__)
_UNASKED_SECONDS, _ASKED_SECONDS = 10.0, 60.0  # limits for searching a folder


@dataclass(frozen=True, eq=False)
class OriginalImages:
    """The available images of a bundle's dataset, in its order.

    images: uint8 (n, h, w, c), or an object indexed like such an array; None if there are none. missing: why there are
    none, or only thumbnails. note: what they are, if not the originals.
    """

    images: Any
    missing: str = ""
    note: str = ""

    def __len__(self) -> int:
        return 0 if self.images is None else len(self.images)

    def at(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The images uint8 (k, h, w, c) at places in the dataset. `images` must not be None."""
        assert self.images is not None
        found: NDArray[np.uint8] = self.images[places]
        return found


def find_originals(config: BundleConfig, sheet: OriginalImages | None = None) -> OriginalImages:
    """The images where they were during training, otherwise thumbnails. Errors are noted in `missing`, not raised.

    sheet: the thumbnails, if already read.
    """
    if config.imageless:
        return OriginalImages(None, config.imageless)
    record = config.dataset
    if not record.source:
        return OriginalImages(None, "this bundle was made without images")
    try:
        dataset = open_dataset(record.source, bounds=Bounds.of(record.count, _UNASKED_SECONDS))
        if dataset.fingerprint != record.fingerprint:
            raise DataError(f"{record.source} is not the dataset that this model was trained on")
        if complaint := config.mismatch(dataset.image_shape, len(dataset)):
            raise DataError(f"{record.source} is not the dataset of this model: {complaint}")
        return OriginalImages(dataset.images)
    except UserError as error:
        missing = f"the original images are not available: {error}"
    except Exception as error:
        _log.exception("the dataset of %s could not be read", config.name)
        missing = f"the original images could not be read: {error}"
    return replace(sheet or thumbnails_of(config) or OriginalImages(None), missing=missing)


def thumbnails_of(config: BundleConfig) -> OriginalImages | None:
    """The included thumbnails of a bundle's dataset, if there are any."""
    try:
        found = read_thumbnails(config.dataset.fingerprint)
    except UserError:
        _log.exception("the thumbnails of %s could not be read", config.dataset.name)
        return None
    if found is None or config.imageless or config.mismatch(found.images.shape[1:], len(found.images)):
        return None
    return OriginalImages(found.images, "the original images are not available", found.words)


def read_images(config: BundleConfig, path: str) -> Dataset:
    """The images at a path, read like those of the training: the same number and shape.

    They may be other images; the fingerprint of the result is computed. Raises DataError if they cannot be read, or
    their number or shape is wrong.
    """
    if config.imageless:
        raise DataError(config.imageless)
    found, errors = [], []
    bounds = replace(Bounds.of(config.dataset.count, _ASKED_SECONDS), images=0)  # their number is checked below
    for source in _readings(config, path):
        try:
            dataset = open_dataset(source, bounds=bounds)
            if dataset.fingerprint == config.dataset.fingerprint:
                return dataset
            found.append(dataset)
        except UserError as error:
            errors.append(str(error))
    if not found:
        raise DataError(errors[0])
    for dataset in found:
        if not config.mismatch(dataset.image_shape, len(dataset)):
            return dataset
    raise DataError(_why_not(config, path, found[0]))


def attached_dataset(config: BundleConfig, path: str) -> Dataset:
    """The images at a path. Raises DataError if they are not those that the model was trained on."""
    found = read_images(config, path)
    if found.fingerprint != config.dataset.fingerprint:
        raise DataError(
            f"{path} holds images which are not those that {config.name} was trained on: {config.dataset.name}. Choose "
            "the folder or file that it was trained on, unchanged"
        )
    return found


def _readings(config: BundleConfig, path: str) -> list[str]:
    """The sources that a path may stand for: with the recorded size, and as the dataset with the recorded name."""
    place, options = split_options(config.dataset.source)
    given = path if split_options(path)[0] != path else f"{path}{options}"
    name = place.partition(":")[0]
    return [given, *([f"{name}:{given}"] if name in DATASETS else [])]


def _why_not(config: BundleConfig, path: str, found: Dataset) -> str:
    """The message for images of another number or shape, with what to do."""
    expected, shape = config.net.image_shape, found.image_shape
    said = f"{path}: {config.mismatch(shape, len(found))}"
    if len(found) != config.dataset.count:
        return (
            f"{said}. Each latent of {config.name} needs its image: attach all of those that it was trained on "
            f"({config.dataset.name}), in the same files and folders"
        )
    if shape[2] != expected[2]:
        return f"{said}. Save them in {'grey' if expected[2] == 1 else 'colour'}, as those it was trained on"
    size = f"{expected[0]}x{expected[1]}"
    return f"{said}. Resize them to {size}, or name them as {split_options(path)[0]}@{size}, which stretches them"
