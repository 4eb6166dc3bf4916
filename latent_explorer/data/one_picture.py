"""One picture of the user's own, from an untrusted file, as an image."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.data.files import ImageFile, opened_file
from latent_explorer.data.pictures import looked_at, stack
from latent_explorer.errors import DataError
from latent_explorer.safe_text import readable

_MOST_BYTES = 128 * 2**20  # of the file
_MOST_PIXELS = 64_000_000
LONGEST = 1024
"""Pixels of the longer side that are kept: more than any model takes, few enough for one message."""


@dataclass(frozen=True, eq=False)
class OnePicture:
    """image: uint8 (h, w, 1 or 3), upright, transparent pixels white. notes: what was changed."""

    image: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def read_picture(path: Path) -> OnePicture:
    """The first picture of a file; more than 8 bits are scaled to 8, one larger than 1,024 pixels is reduced.

    Raises DataError if it is not an image, cannot be read, or is too large.
    """
    where = readable(path.name)
    with opened_file(path) as (stream, size):
        if size > _MOST_BYTES:
            raise DataError(
                f"{where}: expected a picture of at most {_MOST_BYTES // 2**20} MB, found {size / 2**20:,.0f} MB: "
                "save it smaller"
            )
        content = stream.read(_MOST_BYTES + 1)
    file = ImageFile(path.name, where, lambda: content)
    (height, width), pages = looked_at(file)
    if height * width > _MOST_PIXELS:
        raise DataError(
            f"{where}: expected a picture of at most {_MOST_PIXELS // 10**6} million pixels, found "
            f"{width:,} x {height:,}: make it smaller"
        )
    found = stack([file], pages="first")
    notes = found.notes if pages == 1 else (f"it has {pages:,} frames or pages: the first one was read", *found.notes)
    return _small(found.images[0], notes)


def _small(image: NDArray[np.uint8], notes: tuple[str, ...]) -> OnePicture:
    longest = max(image.shape[:2])
    if longest <= LONGEST:
        return OnePicture(image, notes)
    size = tuple(max(1, round(side * LONGEST / longest)) for side in image.shape[1::-1])
    source = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    made = np.asarray(source.resize((size[0], size[1]), Image.Resampling.BILINEAR))
    said = f"{image.shape[1]:,} x {image.shape[0]:,} pixels were made {size[0]:,} x {size[1]:,}"
    return OnePicture(made.reshape(size[1], size[0], image.shape[2]), (*notes, said))
