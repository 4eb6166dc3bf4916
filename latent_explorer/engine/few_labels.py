"""Few labels: what is learned of a bundle's images, or of others that its encoder has seen, from a handful of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.measuring import Truth
from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.data import Dataset
from latent_explorer.engine.originals import OriginalImages
from latent_explorer.errors import UserError

_TRAIN, _TEST = 0, 1


@dataclass(frozen=True, eq=False)
class LabelMaterial:
    """What is learned from. model, dataset: what they are called. latents: float32 (n, d). images: of them, uint8
    (n, h, w, c), or None with the reason in `missing`. label: int64 (n,), None where there are none. split: uint8 (n,).
    """

    model: str
    dataset: str
    latents: NDArray[np.float32]
    images: Any
    label: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    split: NDArray[np.uint8]
    missing: str = ""

    @classmethod
    def of_bundle(cls, config: BundleConfig, latents: Latents, originals: OriginalImages) -> "LabelMaterial":
        """A bundle's own images. Raises UserError where its latents know the labels."""
        _refuse_conditional(config)
        images = originals.images
        if images is not None and latents.index is not None:
            images = images[latents.index]
        if originals.missing:
            images = None  # thumbnails are not the pixels
        names = config.dataset.class_names
        missing = originals.missing or _too_many(images)
        return cls(config.name, config.dataset.name, latents.mean, images, latents.label, names, latents.split, missing)

    @classmethod
    def of_dataset(cls, config: BundleConfig, dataset: Dataset, latents: NDArray[np.float32]) -> "LabelMaterial":
        """Other images, by the latents (n, d) that a bundle's encoder has given them."""
        named = config.name, dataset.name, latents, dataset.images
        return cls(*named, dataset.labels, dataset.class_names, dataset.split, _too_many(dataset.images))

    @cached_property
    def truth(self) -> Truth:
        """The true labels, and the splits. Raises UserError where there are none."""
        if self.label is None:
            raise UserError(f"{self.dataset} has no labels, so nothing can be measured")
        train, test = (np.flatnonzero(self.split == number) for number in (_TRAIN, _TEST))
        return Truth(self.label, len(self.class_names), train, test)


def check_others(config: BundleConfig, dataset: Dataset) -> None:
    """Raise UserError where a bundle cannot encode these images, or its latents would know their labels."""
    _refuse_conditional(config)
    if not config.encodes:
        raise UserError(f"{config.name} has no encoder: it makes no latents of {dataset.name}")
    if dataset.image_shape != config.net.image_shape:
        expected, found = ("x".join(map(str, shape)) for shape in (config.net.image_shape, dataset.image_shape))
        raise UserError(f"{dataset.name}: expected images of {expected} for {config.name}, found {found}")


def _refuse_conditional(config: BundleConfig) -> None:
    if config.net.classes:
        raise UserError(
            f"{config.name} encodes each image under its class: latents that know it say nothing of few labels"
        )


def _too_many(images: Any) -> str:
    from latent_explorer.analysis.few_labels.spaces import fits

    return "" if images is None or fits(images.shape) else "there are too many pixels to compare all images by them"
