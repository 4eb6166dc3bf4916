"""What the engine knows of compressing the open model's images: material for the curve, and the cost of one image."""

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
"""What the window's curve is measured on: in seconds rather than minutes."""
_COUNTED = 10_000  # training latents that say what a number costs


def refuse_where_lacking(service: ModelService) -> None:
    """Raises EngineError where the open model's images have no latents, or these no pictures."""
    config = service.config
    if config.imageless:
        raise EngineError(config.imageless)
    if not config.decodes:
        raise EngineError(config.undecoded)


def evenly(numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The numbers, or so many of them from first to last."""
    return numbers[np.linspace(0, len(numbers) - 1, min(most, len(numbers))).round().astype(np.int64)]


def splits(service: ModelService) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The images to choose steps from, and those to measure on; all, where a split has none."""
    split = service.index.latents.split
    whole = of_images(split)
    train, test = np.flatnonzero(split == 0), np.flatnonzero(split == 1)
    return (train if len(train) else whole), (test if len(test) else whole)


def material_of(service: ModelService) -> tuple[Material, NDArray[np.uint8]]:
    """What the curve is measured on, and training images. Raises EngineError where the images are missing."""
    latents, (train, test) = service.index.latents, splits(service)
    some = evenly(test, CURVE_IMAGES)
    labels = latents.label[some].astype(np.int32) if service.config.net.classes and latents.label is not None else None
    material = Material(latents.mean[some], service.images_at(some), latents.mean[train], labels=labels)
    return material, service.images_at(evenly(train, TRAINING_IMAGES))


def decoded(
    service: ModelService, z: NDArray[np.float32], labels: NDArray[np.int32] | None
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """The pictures of latents (n, d), slice by slice; of a conditional model each under its own class (n,)."""
    if labels is None:
        return service.decoded(z)
    classes = labels.astype(np.int64)
    return service.in_pieces(np.arange(len(z)), lambda some: service.decoder.repeatable(z[some], classes[some]))


@dataclass(frozen=True, eq=False)
class Rounding:
    """How latents are rounded at so many bits, and what their numbers cost. tables: one a dimension."""

    quantiser: Quantiser
    tables: list[Table]

    def bytes_of(self, z: NDArray[np.float32]) -> float:
        """What the latent (d,) takes in a large set, tables and header shared by all."""
        symbols = self.quantiser.symbols(z[None])
        bits = (table.bits(column)[0] for table, column in zip(self.tables, symbols.T, strict=True))
        return float(sum(min(each, TOTAL_BITS) for each in bits)) / 8

    def rounded(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """The latent (d,) as it is decoded."""
        latents: NDArray[np.float32] = self.quantiser.latents(self.quantiser.symbols(z[None]))[0]
        return latents


def rounding_of(service: ModelService, bits: int) -> Generator[None, None, Rounding]:
    """That of the open model's training latents, made when it is first asked for, one dimension at each step."""
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
