"""Still pictures as PNG: one, a grid, a strip, numbered ones in a folder, the map."""

import math
import re
import tempfile
from pathlib import Path
from typing import IO

import numpy as np

from latent_explorer.errors import ExportError
from latent_explorer.export.painting import painted
from latent_explorer.export.pixels import Pixels, check_pictures, check_size, png_of, scaled, tiled
from latent_explorer.export.provenance import Provenance
from latent_explorer.export.scene import MapScene
from latent_explorer.export.writer import DEFAULT, Options, file_writer

_FRAME = re.compile(r"frame-\d{4,}\.png")


@file_writer
def write_picture(stream: IO[bytes], picture: Pixels, options: Options, provenance: Provenance | None) -> None:
    """Write one decoded picture, uint8 (h, w, 1 or 3), as PNG; heeds scale and style."""
    check_pictures(picture, 3)
    height, width, _ = picture.shape
    check_size(height * options.scale, width * options.scale)
    stream.write(png_of(scaled(picture, options.scale, options.style), provenance))


@file_writer
def write_grid(stream: IO[bytes], pictures: Pixels, options: Options, provenance: Provenance | None) -> None:
    """Write pictures, uint8 (rows, columns, h, w, 1 or 3), as one PNG; heeds scale, style and gap.

    The first row is the upper one.
    """
    check_pictures(pictures, 5)
    rows, columns, height, width, _ = pictures.shape
    check_size(rows * (height * options.scale + options.gap), columns * (width * options.scale + options.gap))
    stream.write(png_of(tiled(scaled(pictures, options.scale, options.style), options.gap), provenance))


@file_writer
def write_strip(stream: IO[bytes], frames: Pixels, options: Options, provenance: Provenance | None) -> None:
    """Write frames, uint8 (n, h, w, 1 or 3), side by side as one PNG; heeds scale, style, gap and per_row.

    The last row is filled up with white.
    """
    check_pictures(frames, 4)
    count, height, width, _ = frames.shape
    columns = min(options.per_row or count, count)
    rows = math.ceil(count / columns)
    check_size(rows * (height * options.scale + options.gap), columns * (width * options.scale + options.gap))
    stream.write(png_of(in_rows(frames, columns, options), provenance))


@file_writer
def write_map_png(
    stream: IO[bytes], content: Pixels | MapScene, options: Options, provenance: Provenance | None
) -> None:
    """Write the map, a scene or as it was painted, uint8 (h, w, 3 or 4), as PNG; heeds no option."""
    pixels = painted(content) if isinstance(content, MapScene) else content
    check_pictures(pixels, 3, channels=(3, 4))
    check_size(*pixels.shape[:2])
    stream.write(png_of(pixels, provenance))


def in_rows(pictures: Pixels, columns: int, options: Options) -> Pixels:
    """Pictures (n, h, w, c) as one, so many to a row, scaled; the last row is filled up with white."""
    large = scaled(pictures, options.scale, options.style)
    rows = math.ceil(len(large) / columns)
    cells = np.full((rows * columns, *large.shape[1:]), 255, np.uint8)
    cells[: len(large)] = large
    return tiled(cells.reshape(rows, columns, *cells.shape[1:]), options.gap)


def write_frames(
    path: Path,
    content: Pixels,
    options: Options = DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as `frame-0001.png` and so on in a new folder; heeds scale and style.

    The folder appears whole or not at all. With `overwrite` a folder that holds nothing but such frames is replaced.
    Raises UserError when there is anything else at `path` or it cannot be written.
    """
    check_pictures(content, 4)
    check_size(len(content), content.shape[1] * options.scale, content.shape[2] * options.scale)
    path = Path(path)
    try:
        _check_free(path, overwrite)
        with tempfile.TemporaryDirectory(
            dir=path.parent, prefix=f".{path.name}.", ignore_cleanup_errors=True
        ) as beside:
            new = Path(beside, "new")
            new.mkdir()
            for number, frame in enumerate(content, start=1):
                source = None if provenance is None else provenance.and_also(frame=str(number))
                picture = png_of(scaled(frame, options.scale, options.style), source)
                (new / f"frame-{number:04}.png").write_bytes(picture)
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
