"""The frames of a path as a strip, an animation or numbered pictures."""

import math
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from latent_explorer.errors import ExportError
from latent_explorer.export.frames import Reel
from latent_explorer.export.options import Options
from latent_explorer.export.pixels import (
    Pixels,
    check_pictures,
    check_size,
    encoded,
    png_of,
    scaled,
    tiled,
    to_image,
    write_png,
)
from latent_explorer.export.provenance import Provenance, exif_of
from latent_explorer.export.video import encode_mp4
from latent_explorer.files import write_bytes_whole, write_whole

_DEFAULT = Options()
_FRAME = re.compile(r"frame-\d{4,}\.png")
_WEBP_QUALITY = 90


def write_strip(
    path: Path,
    frames: Pixels,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), side by side as one PNG; heeds scale, style, gap and per_row.

    The last row is filled up with white. Raises UserError when it gets too large, `path` is taken and `overwrite`
    false, or it cannot be written.
    """
    check_pictures(frames, 4)
    count, height, width, channels = frames.shape
    columns = min(options.per_row or count, count)
    rows = math.ceil(count / columns)
    check_size(rows * (height * options.scale + options.gap), columns * (width * options.scale + options.gap))
    cells = np.full((rows * columns, height, width, channels), 255, np.uint8)
    cells[:count] = frames
    cells = scaled(cells, options.scale, options.style)
    return write_png(path, tiled(cells.reshape(rows, columns, *cells.shape[1:]), options.gap), provenance, overwrite)


def write_gif(
    path: Path,
    frames: Pixels,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as GIF; heeds scale, style, seconds, ping_pong and loop.

    Grey levels are exact; colour frames get 256 colours each. Times are rounded to hundredths of a second; equal
    neighbours become one frame shown longer. Raises as `write_strip`.
    """
    comment = {} if provenance is None else {"comment": provenance.text().encode("ascii")}
    parameters = {"loop": 0} if options.loop else {}
    duration = 10 * round(100 * options.seconds)
    images = map(_palette, _images(frames, options))
    content = _animation("GIF", images, images, duration=duration, **parameters, **comment)
    return write_bytes_whole(path, content, overwrite=overwrite)


def write_webp(
    path: Path,
    frames: Pixels,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as animated WebP; heeds all but gap and per_row.

    Times are rounded to milliseconds; equal neighbours may become one frame shown longer. Raises as `write_strip`.
    """
    exif = {} if provenance is None else {"exif": exif_of(provenance)}
    parameters = {"loop": 0 if options.loop else 1, "lossless": options.lossless, "quality": _WEBP_QUALITY}
    colour = (image.convert("RGB") for image in _images(frames, options))
    rest = len(_order(frames, options)) - 1
    later = [Reel(colour, rest)] if rest else []
    content = _animation("WEBP", colour, later, duration=round(1000 * options.seconds), **parameters, **exif)
    return write_bytes_whole(path, content, overwrite=overwrite)


def write_mp4(
    path: Path,
    frames: Pixels,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as MP4 (H.264); heeds scale, style, seconds and ping_pong.

    Its pixels are nearly those of the frames; of an odd side the last row or column is there twice. Times are rounded
    to milliseconds. Raises as `write_strip`.
    """
    images, count = _images(frames, options), len(_order(frames, options))
    return write_whole(
        path, lambda stream: encode_mp4(stream, images, count, options.seconds, provenance), overwrite=overwrite
    )


def write_frames(
    path: Path,
    frames: Pixels,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as `frame-0001.png` and so on in a new folder; heeds scale and style.

    The folder appears whole or not at all. With `overwrite` a folder that holds nothing but such frames is replaced.
    Raises UserError when there is anything else at `path` or it cannot be written.
    """
    check_pictures(frames, 4)
    check_size(len(frames), frames.shape[1] * options.scale, frames.shape[2] * options.scale)
    path = Path(path)
    try:
        _check_free(path, overwrite)
        with tempfile.TemporaryDirectory(
            dir=path.parent, prefix=f".{path.name}.", ignore_cleanup_errors=True
        ) as beside:
            new = Path(beside, "new")
            new.mkdir()
            for number, frame in enumerate(frames, start=1):
                source = None if provenance is None else provenance.and_also(frame=str(number))
                content = png_of(scaled(frame, options.scale, options.style), source)
                (new / f"frame-{number:04}.png").write_bytes(content)
            _put_in_place(new, path, Path(beside, "old"))
    except OSError as error:
        raise ExportError(f"{path} could not be written: {error.strerror or error}") from error
    return path


def _check_free(path: Path, overwrite: bool) -> None:
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    if not overwrite:
        raise ExportError(f"{path} already exists; choose another name or allow it to be overwritten")
    if not path.is_dir() or not all(_FRAME.fullmatch(entry.name) for entry in path.iterdir()):
        raise ExportError(f"{path} holds more than exported frames and is not replaced; choose another name")


def _put_in_place(new: Path, path: Path, old: Path) -> None:
    if path.exists():
        path.rename(old)
    try:
        new.rename(path)
    except OSError:
        if old.exists():
            old.rename(path)
        raise


def _images(frames: Pixels, options: Options) -> Iterator[Image.Image]:
    check_pictures(frames, 4)
    order = _order(frames, options)
    check_size(len(order), frames.shape[1] * options.scale, frames.shape[2] * options.scale)
    return (to_image(scaled(frames[index], options.scale, options.style)) for index in order)


def _order(frames: Pixels, options: Options) -> list[int]:
    """Which frame is shown when."""
    return [*range(len(frames)), *(range(len(frames) - 2, 0, -1) if options.ping_pong else ())]


def _palette(image: Image.Image) -> Image.Image:
    return image if image.mode == "L" else image.quantize(256, Image.Quantize.MEDIANCUT)


def _animation(kind: str, images: Iterator[Image.Image], later: Iterable[Image.Image], **parameters: Any) -> bytes:
    """The bytes of an animation of the first of `images` and all that come `later`, as Pillow takes them."""
    return encoded(next(images), kind, save_all=True, append_images=later, **parameters)
