"""The strip of a run at one step: the network's pictures of latents, or images, that stay the same throughout.

A PNG file for some of the reports, which any program shows: rows of pictures without a gap.
"""

import io
import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.runs.folder import RunFolder

_SIDE = 128  # pixels of a picture at most: larger ones are reduced
_MOST = 1 << 24  # bytes of a file
_ROWS, _COLUMNS = 8, 64  # at most
_KEY = "strip"
_KINDS = {True: "samples", False: "images"}


@dataclass(frozen=True, eq=False)
class SampleStrip:
    """Pictures uint8 (rows, columns, h, w, c).

    samples: whether they are draws from the prior; else the upper row has images, and the lower the reconstructions.
    """

    pictures: NDArray[np.uint8]
    samples: bool


def write_strip(run: RunFolder, step: int, strip: SampleStrip) -> None:
    """Save the strip after a step, completely or not at all. Raises UserError if it cannot be written."""
    rows, columns = strip.pictures.shape[:2]
    about = PngImagePlugin.PngInfo()
    about.add_text(_KEY, f"{_KINDS[strip.samples]} {rows}x{columns}")
    stream = io.BytesIO()
    _montage(strip.pictures).save(stream, "PNG", pnginfo=about)
    try:
        run.strips.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{run.strips}: expected a folder that can be written: {error.strerror}") from error
    write_bytes_whole(run.strip(step), stream.getvalue(), overwrite=True, durable=False)


def read_strip(run: RunFolder, step: int) -> SampleStrip | None:
    """The strip after a step; None if there is none, or it cannot be read."""
    try:
        content = read_regular(run.strip(step), _MOST)
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            found = re.fullmatch(r"(samples|images) (\d{1,2})x(\d{1,2})", str(image.info.get(_KEY, "")))
            rows, columns = (int(found[2]), int(found[3])) if found else (0, 0)
            if not (found and _fits(image, rows, columns)):
                return None
            pixels = np.asarray(image)
    except (OSError, UserError, ValueError, SyntaxError):
        return None
    height, width = pixels.shape[0] // rows, pixels.shape[1] // columns
    cut = pixels.reshape(rows, height, columns, width, -1).swapaxes(1, 2)
    return SampleStrip(np.ascontiguousarray(cut), found[1] == _KINDS[True])


def strips_of(run: RunFolder) -> list[int]:
    """The steps with a strip, ascending."""
    return sorted(int(path.stem) for path in run.strips.glob("*.png") if path.stem.isdecimal())


def sweep_strips(run: RunFolder, keep: Collection[int]) -> None:
    """Remove the strips of all other steps."""
    for step in strips_of(run):
        if step not in keep:
            run.strip(step).unlink(missing_ok=True)


def _montage(pictures: NDArray[np.uint8]) -> Image.Image:
    rows, columns, height, width, channels = pictures.shape
    whole = pictures.swapaxes(1, 2).reshape(rows * height, columns * width, channels)
    image = Image.fromarray(whole[..., 0] if channels == 1 else whole)
    shrink = max(height, width) / _SIDE
    if shrink <= 1:
        return image
    small = columns * max(1, round(width / shrink)), rows * max(1, round(height / shrink))
    return image.resize(small, Image.Resampling.BOX)


def _fits(image: Image.Image, rows: int, columns: int) -> bool:
    """Whether it can be cut into this many pictures of a plausible size."""
    if not (0 < rows <= _ROWS and 0 < columns <= _COLUMNS and image.mode in ("L", "RGB")):
        return False
    (width, across), (height, down) = divmod(image.width, columns), divmod(image.height, rows)
    return across == down == 0 and 0 < width <= _SIDE and 0 < height <= _SIDE
