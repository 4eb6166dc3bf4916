"""Thumbnails of a dataset whose images do not ship: all of them as one lossy picture."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from latent_explorer.errors import DataError, UserError
from latent_explorer.files import read_regular
from latent_explorer.places import resource

MOST_BYTES, _MOST_RECORD = 8_000_000, 4096
_ROWS = 16  # of the sheet that are copied at a time, so that there is no second one in memory


class SheetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The description of a sheet.

    dataset, fingerprint, count: of the images, in the order of the dataset. side: height and width of a thumbnail in
    pixels. columns: thumbnails in each row of the sheet; the last row may be shorter. sha256: of the picture's file.
    channels: 1 if all are grey.
    """

    dataset: str
    fingerprint: str
    count: int
    side: tuple[int, int]
    columns: int
    sha256: str
    channels: int = 3

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet in pixels."""
        return self.columns * self.side[1], -(-self.count // self.columns) * self.side[0]


@dataclass(frozen=True, eq=False)
class ThumbnailImages:
    """The thumbnails of a dataset, in its order. images: uint8 (n, h, w, c). file_bytes: of the sheet."""

    images: NDArray[np.uint8]
    file_bytes: int

    @property
    def words(self) -> str:
        """A description in words."""
        count, height, width, _ = self.images.shape
        return f"thumbnails, {width}x{height} at about {self.file_bytes / count:.0f} bytes each, not the originals"


def read_thumbnails(fingerprint: str) -> ThumbnailImages | None:
    """The included thumbnails of the dataset with this fingerprint; None if there are none.

    Raises UserError if they are damaged, or cannot be read here.
    """
    for path in sorted(resource("thumbnails").glob("*.json")):
        record = _record(path)
        if record.fingerprint == fingerprint:
            file = path.with_suffix(".avif")
            return ThumbnailImages(thumbnails_in(record, file), file.stat().st_size)
    return None


def thumbnails_in(record: SheetRecord, path: Path) -> NDArray[np.uint8]:
    """The thumbnails uint8 (n, h, w, c) in the file of a sheet. Raises UserError if it is another file."""
    try:
        content = read_regular(path, MOST_BYTES)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != record.sha256:
        raise DataError(f"{path}: expected the thumbnails of {record.dataset} as they were made, found another file")
    try:
        with Image.open(BytesIO(content), formats=["AVIF"]) as sheet:
            if sheet.size != record.size or sheet.mode not in ("RGB", "L"):
                raise DataError(f"{path}: expected a picture of {record.size} pixels, found {sheet.mode} {sheet.size}")
            return cut(sheet, record)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise DataError(f"{path}: cannot be decoded; the Pillow that is installed may lack AVIF: {error}") from error


def cut(sheet: Image.Image, record: SheetRecord) -> NDArray[np.uint8]:
    """The thumbnails uint8 (n, h, w, c) of a sheet, in grey or in colour."""
    (height, width), columns, channels = record.side, record.columns, record.channels
    cells = np.empty((sheet.height // height, columns, height, width, channels), np.uint8)
    for row in range(0, len(cells), _ROWS):
        some = cells[row : row + _ROWS]
        band = sheet.crop((0, row * height, sheet.width, (row + len(some)) * height))
        pixels = np.asarray(band.convert("RGB"))[..., :channels]
        some[:] = pixels.reshape(len(some), height, columns, width, channels).swapaxes(1, 2)
    return cells.reshape(-1, height, width, channels)[: record.count]


def _record(path: Path) -> SheetRecord:
    try:
        return msgspec.json.decode(read_regular(path, _MOST_RECORD), type=SheetRecord)
    except (OSError, UserError, msgspec.MsgspecError) as error:
        raise DataError(f"{path}: expected what is known of a sheet of thumbnails: {error}") from error
