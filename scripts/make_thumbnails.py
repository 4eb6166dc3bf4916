"""Make a sheet of thumbnails that ships: python scripts/make_thumbnails.py DATASET FOLDER [--measure]

DATASET is `cifar10-jpeg` or `fashion-mnist`; FOLDER holds its files, as the dataset expects them.
"""

import argparse
import hashlib
import sys
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.data import Dataset, open_dataset
from latent_explorer.data.sheets import MOST_BYTES, SheetRecord, cut
from latent_explorer.errors import UserError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Plan:
    """How a sheet is made. side: of a thumbnail. quality: from which it is lowered until the file has `most` bytes."""

    side: int
    columns: int
    quality: int
    most: int
    subsampling: str


PLANS = {
    "cifar10-jpeg": Plan(32, 245, 39, MOST_BYTES, "4:4:4"),
    "fashion-mnist": Plan(28, 265, 37, MOST_BYTES, "4:0:0"),
}
_FORMATS: dict[str, dict[str, Any]] = {
    "WEBP": {"method": 4},
    "JPEG": {"subsampling": "4:4:4", "optimize": True},
    "JPEG 4:2:0": {"subsampling": "4:2:0", "optimize": True},
    "AVIF": {"subsampling": "4:4:4", "speed": 8},
    "AVIF 4:2:0": {"subsampling": "4:2:0", "speed": 8},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", choices=PLANS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--measure", action="store_true", help="write nothing: compare sizes and formats, on a tenth")
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "thumbnails")
    arguments = parser.parse_args()
    try:
        dataset = open_dataset(f"{arguments.dataset}:{arguments.folder}")
        if arguments.measure:
            _measure(dataset.images[::10])
        else:
            _make(dataset, arguments.out)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _make(dataset: Dataset, out: Path) -> None:
    """Write the sheet, and what is known of it."""
    images, plan = dataset.images[:], PLANS[dataset.name]
    quality, sheet = plan.quality, sheet_of(images, plan.side, plan.columns)
    while len(content := saved(sheet, "AVIF", quality, subsampling=plan.subsampling, speed=6)) > plan.most:
        quality -= 1
    record = SheetRecord(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        count=len(dataset),
        side=(plan.side, plan.side),
        columns=plan.columns,
        channels=images.shape[-1],
        sha256=hashlib.sha256(content).hexdigest(),
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{dataset.name}.avif").write_bytes(content)
    (out / f"{dataset.name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    print(f"{len(dataset):,} thumbnails, quality {quality}: {len(content):,} bytes, {told(content, record, images)}")


def sheet_of(images: NDArray[np.uint8], side: int, columns: int) -> Image.Image:
    """All images (n, h, w, c), reduced to `side` pixels, row by row on one picture; what is left over is grey."""
    rows = -(-len(images) // columns)
    cells = np.full((rows * columns, side, side, 3), 128, np.uint8)
    for number, image in enumerate(images):
        cells[number] = _resized(image, side)
    return Image.fromarray(
        cells.reshape(rows, columns, side, side, 3).swapaxes(1, 2).reshape(rows * side, columns * side, 3)
    )


def saved(sheet: Image.Image, kind: str, quality: int, **options: Any) -> bytes:
    """A sheet as a file of a format."""
    stream = BytesIO()
    sheet.save(stream, kind, quality=quality, **options)
    return stream.getvalue()


def _resized(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    if len(image) == side:
        return image
    if image.shape[-1] == 1:
        image = image.repeat(3, -1)
    way = Image.Resampling.BOX if side < len(image) else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(image).resize((side, side), way))


def _measure(images: NDArray[np.uint8]) -> None:
    """Print how near each size and format comes to the images, within its share of the bytes."""
    columns, limit = round(len(images) ** 0.5), MOST_BYTES * len(images) // 60_000
    for side in (16, 20, 24, 32):
        sheet = sheet_of(images, side, columns)
        record = SheetRecord(
            dataset="", fingerprint="", count=len(images), side=(side, side), columns=columns, sha256=""
        )
        for name, options in _FORMATS.items():
            quality, content = _best(sheet, name.split()[0], limit, options)
            words = told(content, record, images) if content else "does not fit"
            print(f"{side:2} {name:11} quality {quality:3}, {len(content):9,} bytes, {words}", flush=True)


def _best(sheet: Image.Image, kind: str, limit: int, options: dict[str, Any]) -> tuple[int, bytes]:
    """The highest quality at which a sheet takes at most `limit` bytes, and its file."""
    low, high, found = 0, 101, (0, b"")
    while high - low > 1:
        quality = (low + high) // 2
        content = saved(sheet, kind, quality, **options)
        if len(content) <= limit:
            low, found = quality, (quality, content)
        else:
            high = quality
    return found


def told(content: bytes, record: SheetRecord, images: NDArray[np.uint8]) -> str:
    """How near the thumbnails of a sheet, enlarged if smaller, come to the images, and how long reading takes."""
    began = time.perf_counter()
    thumbnails = cut(Image.open(BytesIO(content)).convert("RGB"), record)
    took = time.perf_counter() - began
    errors = [
        np.square(_resized(thumbnail, len(image)).astype(np.float64) - image).mean()
        for thumbnail, image in zip(thumbnails, images, strict=True)
    ]
    return f"{10 * np.log10(255**2 / np.mean(errors)):.2f} dB, read in {took:.2f} s"


if __name__ == "__main__":
    sys.exit(main())
