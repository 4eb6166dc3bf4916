"""Films in colour, made while they are written: GIF, WebP, MP4."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from latent_explorer.errors import ExportError
from latent_explorer.export.frames import Frames, Reel, film_images
from latent_explorer.export.options import Options
from latent_explorer.export.pixels import to_image
from latent_explorer.export.provenance import Provenance, exif_of
from latent_explorer.export.video import encode_mp4
from latent_explorer.files import write_whole

_DEFAULT = Options()
_COLOURS, _SAMPLES, _ROUNDS = 255, 8, 3
_WEBP_QUALITY = 65


def write_film_gif(
    path: Path,
    frames: Frames,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as a small GIF; heeds seconds and loop.

    All frames share 255 colours, those of a few frames together, and keep what has not changed since the one before.
    Pillow holds one byte for each of their pixels. Times are rounded to hundredths of a second.
    Raises UserError when `path` is taken and `overwrite` false, or it cannot be written.
    """
    comment = {} if provenance is None else {"comment": provenance.text().encode("ascii")}
    loop = {"loop": 0} if options.loop else {}
    duration = 10 * round(100 * options.seconds)
    images = film_images(frames)

    def encode(stream: IO[bytes]) -> None:
        palette = _palette(frames)
        reduced = (image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images)
        _save(stream, "GIF", reduced, reduced, duration=duration, optimize=True, **loop, **comment)

    return write_whole(path, encode, overwrite=overwrite)


def write_film_webp(
    path: Path,
    frames: Frames,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as animated WebP; heeds seconds, loop and lossless.

    Times are rounded to milliseconds. Raises as `write_film_gif`.
    """
    exif = {} if provenance is None else {"exif": exif_of(provenance)}
    look = {"loop": 0 if options.loop else 1, "lossless": options.lossless, "quality": _WEBP_QUALITY}
    images, rest = film_images(frames), frames.shape[0] - 1

    def encode(stream: IO[bytes]) -> None:
        later = [Reel(images, rest)] if rest else []
        _save(stream, "WEBP", images, later, duration=round(1000 * options.seconds), **look, **exif)

    return write_whole(path, encode, overwrite=overwrite)


def write_film_mp4(
    path: Path,
    frames: Frames,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as MP4 (H.264); heeds seconds.

    Of an odd side the last row or column is there twice. Times are rounded to milliseconds.
    Raises as `write_film_gif`.
    """
    images, count = film_images(frames), frames.shape[0]
    return write_whole(
        path, lambda stream: encode_mp4(stream, images, count, options.seconds, provenance), overwrite=overwrite
    )


def _save(stream: IO[bytes], kind: str, images: Iterator[Image.Image], later: Any, **parameters: Any) -> None:
    try:
        next(images).save(stream, kind, save_all=True, append_images=later, **parameters)
    except (ValueError, SystemError, RuntimeError) as error:
        raise ExportError(f"{kind} cannot hold this film: {error}") from error


def _palette(frames: Frames) -> Image.Image:
    """The colours of a few frames, evenly spread, those that are rare but far from all others among them."""
    chosen = np.unique(np.linspace(0, frames.shape[0] - 1, _SAMPLES).round().astype(int)).tolist()
    sample = np.concatenate([frames[index] for index in chosen])
    return to_image(sample).convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, _ROUNDS)
