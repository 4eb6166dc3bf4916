"""Compression of the open model's images: data for the curve, and the cost of one image."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.compression import Material, Quantiser
from latent_explorer.analysis.compression.tables import TOTAL_BITS, Table, read, written
from latent_explorer.bundles.latents import of_images
from latent_explorer.engine.model_service import ModelService
from latent_explorer.errors import EngineError
from latent_explorer.fields import Gradual

CURVE_IMAGES, TRAINING_IMAGES, SINGLE_FILES = 2_000, 4_000, 60
"""The number of images for the window's curve: measured in seconds rather than minutes."""
_COUNTED = 10_000  # training latents that the cost of a number is estimated on


def refuse_where_lacking(service: ModelService) -> None:
    """Raise EngineError if the open model has no latents of images or no decoder."""
    config = service.config
    if config.imageless:
        raise EngineError(config.imageless)
    if not config.decodes:
        raise EngineError(config.undecoded)


def evenly(numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most `most` of the numbers, evenly from first to last."""
    return numbers[np.linspace(0, len(numbers) - 1, min(most, len(numbers))).round().astype(np.int64)]


def splits(service: ModelService) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The images to choose steps on, and those to measure on; all images if a split is empty."""
    split = service.index.latents.split
    whole = of_images(split)
    train, test = np.flatnonzero(split == 0), np.flatnonzero(split == 1)
    return (train if len(train) else whole), (test if len(test) else whole)


def material_of(service: ModelService) -> tuple[Material, NDArray[np.uint8]]:
    """The data for the curve, and training images. Raises EngineError if the images are missing."""
    latents, (train, test) = service.index.latents, splits(service)
    some = evenly(test, CURVE_IMAGES)
    labels = latents.label[some].astype(np.int32) if service.config.net.classes and latents.label is not None else None
    material = Material(latents.mean[some], service.images_at(some), latents.mean[train], labels=labels)
    return material, service.images_at(evenly(train, TRAINING_IMAGES))


def decoded(
    service: ModelService, z: NDArray[np.float32], labels: NDArray[np.int32] | None
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """The pictures of latents (n, d), slice by slice; a conditional model decodes each under its class (n,)."""
    if labels is None:
        return service.decoded(z)
    classes = labels.astype(np.int64)
    return service.in_pieces(np.arange(len(z)), lambda some: service.decoder.repeatable(z[some], classes[some]))


@dataclass(frozen=True, eq=False)
class Rounding:
    """Rounding of latents to a number of bits, and the cost of the result. tables: one for each dimension."""

    quantiser: Quantiser
    tables: list[Table]

    def bytes_of(self, z: NDArray[np.float32]) -> float:
        """The bytes of a latent (d,) in a large set, whose tables and header are shared."""
        symbols = self.quantiser.symbols(z[None])
        bits = (table.bits(column)[0] for table, column in zip(self.tables, symbols.T, strict=True))
        return float(sum(min(each, TOTAL_BITS) for each in bits)) / 8

    def rounded(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """The latent (d,) after rounding."""
        latents: NDArray[np.float32] = self.quantiser.latents(self.quantiser.symbols(z[None]))[0]
        return latents


def rounding_of(service: ModelService, bits: int) -> Generator[None, None, Rounding]:
    """The rounding fitted on the training latents, computed on first use, one dimension at each step."""
    found: Gradual[Rounding] = service.kept.setdefault(("rounding", bits), Gradual(partial(_counting, service, bits)))
    yield from found.steps()
    assert found.found is not None
    return found.found


def _counting(service: ModelService, bits: int) -> Iterator[Rounding | None]:
    train = service.index.latents.mean[evenly(splits(service)[0], _COUNTED)]
    quantiser = Quantiser.of(train, bits)
    symbols, tables = quantiser.symbols(train), []
    for column in range(symbols.shape[1]):
        one = symbols[:, column : column + 1]
        tables += read(written(one, "counted"), 1, "counted")
        yield None
    yield Rounding(quantiser, tables)
