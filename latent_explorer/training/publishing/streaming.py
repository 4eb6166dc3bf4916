"""Encoding a dataset part by part: finished parts are kept, and several machines can share the work."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from latent_explorer.bundles import BundleConfig
from latent_explorer.bundles.files import CONFIG
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import DataError
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.evaluate import encode_dataset
from latent_explorer.training.publishing.parts import PartRecord, part_path, read_part, write_part
from latent_explorer.training.state import sweep

PART_IMAGES = 2**15
_PART_BYTES = 2**28


@dataclass(frozen=True)
class Encoded:
    """The progress of the work. parts, images: encoded or found so far, of `all_parts` and `all_images`; kept: parts
    found.

    images_per_second: of those encoded now; 0 if there are none. seconds_left: None if unknown.
    """

    parts: int
    all_parts: int
    images: int
    all_images: int
    kept: int
    images_per_second: float
    seconds_left: float | None


def part_size(dataset: Dataset) -> int:
    """The number of images in a part of the latents of `dataset`: it depends only on their size."""
    return max(1, min(PART_IMAGES, _PART_BYTES // math.prod(dataset.image_shape)))


def parts_of(dataset: Dataset, shard: int = 1, shards: int = 1) -> range:
    """The numbers of the parts for one of several machines: every `shards`-th from `shard` = 1..shards on."""
    return range(shard - 1, -(-len(dataset) // part_size(dataset)), shards)


def encode_parts(
    model: LatentModel,
    config: BundleConfig,
    dataset: Dataset,
    folder: Path,
    device: torch.device,
    *,
    numbers: Sequence[int] | None = None,
    overwrite: bool = False,
) -> Iterator[Encoded]:
    """Write the parts `numbers`, or all, of the latents of `dataset` into `folder`, and report after each.

    model: that of the bundle with this configuration. At most one part of the images is in memory at a time. Existing
    parts of the same images and model are kept, unless `overwrite` is true. Raises DataError if one is from others, and
    UserError if a part cannot be written; those before are complete.
    """
    numbers, size = parts_of(dataset) if numbers is None else numbers, part_size(dataset)
    ranges = [range(number * size, min((number + 1) * size, len(dataset))) for number in numbers]
    all_images = sum(map(len, ranges))
    images, made, kept, seconds = 0, 0, 0, 0.0
    for done, (number, places) in enumerate(zip(numbers, ranges, strict=True), 1):
        begin = time.perf_counter()
        part, path = dataset.part(places.start, places.stop), part_path(folder, number)
        record = _record(config, dataset, part, places.start)
        if path.exists() and not overwrite:
            _check(path, record)
            kept += 1
        else:
            sweep(path)
            write_part(path, record, encode_dataset(model, part, device), overwrite=overwrite)
            made += len(part)
            seconds += time.perf_counter() - begin
        images += len(part)
        rate = made / seconds if made else 0.0
        yield Encoded(done, len(ranges), images, all_images, kept, rate, (all_images - images) / rate if rate else None)


def _record(config: BundleConfig, dataset: Dataset, part: Dataset, start: int) -> PartRecord:
    return PartRecord(
        model=config.name,
        seal=config.files[CONFIG],
        class_names=dataset.class_names if dataset.labels is not None else (),
        count=len(dataset),
        start=start,
        stop=start + len(part),
        images=part.fingerprint,
    )


def _check(path: Path, record: PartRecord) -> None:
    """Raise DataError if the part at `path` is not the one that would be written."""
    found, _ = read_part(path)
    if found != record:
        what = "model" if found.seal != record.seal else "images"
        raise DataError(
            f"{path}: expected a part of these images by {record.model}, found one of other {what}"
            f"{f', by {found.model}' if what == 'model' else ''}; choose another folder or allow it with --overwrite"
        )
