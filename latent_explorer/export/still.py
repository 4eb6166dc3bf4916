"""Still pictures as PNG: one, a grid, a strip, a contact sheet, numbered frames in a folder, the map."""

import math
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from PIL import ImageDraw, ImageFont

from latent_explorer.errors import ExportError
from latent_explorer.export.painting import painted
from latent_explorer.export.pixels import (
    Pixels,
    check_frames,
    check_pictures,
    check_size,
    font,
    png_of,
    scaled,
    tiled,
    to_image,
)
from latent_explorer.export.provenance import Provenance
from latent_explorer.export.rows import (
    PictureRows,
    captions_of,
    lettered,
    line_height,
    shown_frame,
    shown_size,
)
from latent_explorer.export.scene import MapScene
from latent_explorer.export.writer import DEFAULT, Options, file_writer
from latent_explorer.targets import shown, why

_GLYPHS = (12, 26)  # the least and the largest size of the letters of a sheet's caption, in pixels
_PER_WIDTH = 56  # letters to the width of a sheet, about
_LEADING = 1.35
_FRAME = re.compile(r"frame-\d{4,}\.png")


@dataclass(frozen=True, eq=False)
class ContactSheet:
    """Images uint8 (n, h, w, 1 or 3) in order, the number per row, and a caption."""

    pictures: Pixels
    columns: int
    caption: str


@dataclass(frozen=True)
class _Layout:
    """A layout, in pixels. lines: of the caption; glyph: its size; top: where it begins."""

    width: int
    height: int
    top: int
    lines: tuple[str, ...]
    glyph: int


def sheet_shape(shape: tuple[int, ...], columns: int, caption: str, options: Options = DEFAULT) -> tuple[int, ...]:
    """The shape (height, width, c) of the sheet for images of a shape (n, h, w, c)."""
    layout = _layout(shape, columns, caption, options)
    return layout.height, layout.width, shape[3]


@file_writer
def write_picture(
    stream: IO[bytes], picture: Pixels | PictureRows, options: Options, provenance: Provenance | None
) -> None:
    """Write one decoded picture, uint8 (h, w, 1 or 3), or one frame of PictureRows, as PNG; heeds scale and style."""
    if isinstance(picture, PictureRows):
        check_frames(picture)
        check_size(*shown_size(picture.shape, options.scale, picture.captions))
        stream.write(png_of(shown_frame(picture[0], options.scale, options.style, picture.captions), provenance))
        return
    check_pictures(picture, 3)
    height, width, _ = picture.shape
    check_size(height * options.scale, width * options.scale)
    stream.write(png_of(scaled(picture, options.scale, options.style), provenance))


@file_writer
def write_grid(stream: IO[bytes], pictures: Pixels, options: Options, provenance: Provenance | None) -> None:
    """Write pictures, uint8 (rows, columns, h, w, 1 or 3), as one PNG; heeds scale, style and gap.

    The first row is at the top.
    """
    check_pictures(pictures, 5)
    rows, columns, height, width, _ = pictures.shape
    _check_cells(rows, columns, height, width, options)
    stream.write(png_of(tiled(scaled(pictures, options.scale, options.style), options.gap), provenance))


@file_writer
def write_strip(
    stream: IO[bytes], frames: Pixels | PictureRows, options: Options, provenance: Provenance | None
) -> None:
    """Write frames, uint8 (n, h, w, 1 or 3), side by side as one PNG; heeds scale, style, gap and per_row.

    The last row is padded with white. For frames of several pictures each, (n, rows, columns, h, w, 1 or 3), each row
    of the strip has that many rows; PictureRows have a caption above each.
    """
    check_frames(frames)
    pictures = frames.cells if isinstance(frames, PictureRows) else frames
    grids = pictures if pictures.ndim == 6 else pictures[:, None, None]
    check_size(*strip_size(grids.shape, options, captions_of(frames)))
    count, down, across = grids.shape[:3]
    columns = min(options.per_row or count, count)
    rows = math.ceil(count / columns)
    large = scaled(grids, options.scale, options.style)
    cells = np.full((rows * columns, *large.shape[1:]), 255, np.uint8)
    cells[:count] = large
    cells = cells.reshape(rows, columns, *large.shape[1:]).swapaxes(1, 2)
    cells = cells.reshape(rows * down, columns * across, *large.shape[3:])
    strips = [tiled(row[None], options.gap) for row in cells]
    stream.write(png_of(_below_each_other(strips, captions_of(frames), down, options.gap), provenance))


def strip_size(shape: tuple[int, ...], options: Options, captions: Sequence[str] = ()) -> tuple[int, int]:
    """Height and width of the strip of frames of a shape (n, rows, columns, h, w, c), in pixels."""
    count, down, across, height, width, _ = shape
    columns = min(options.per_row or count, count)
    rows, high, wide = math.ceil(count / columns), height * options.scale, width * options.scale
    lines = rows * down * line_height(high) if captions else 0
    return rows * down * (high + options.gap) - options.gap + lines, columns * across * (
        wide + options.gap
    ) - options.gap


def _below_each_other(strips: Sequence[Pixels], captions: Sequence[str], down: int, gap: int) -> Pixels:
    """Rows of pictures (h, w, c) as one, with white between them, and captions above if there are any.

    down: the number of rows of each frame; if it is one, the captions are for the pictures side by side in it.
    """
    height, width, channels = strips[0].shape
    told = captions if down > 1 else [" | ".join(captions)]
    parts: list[Pixels] = []
    for number, strip in enumerate(strips):
        if captions:
            text = told[number % down % len(told)]
            parts.append(lettered((line_height(height), width, channels), text, height))
        parts += [strip, np.full((gap, width, channels), 255, np.uint8)]
    return np.concatenate(parts[:-1])


@file_writer
def write_sheet(stream: IO[bytes], sheet: ContactSheet, options: Options, provenance: Provenance | None) -> None:
    """Write a contact sheet as one PNG, on white, with the caption below the images; heeds scale, style and gap."""
    check_pictures(sheet.pictures, 4)
    if sheet.columns < 1:
        raise ExportError(f"expected at least one image in a row, found {sheet.columns}")
    layout = _layout(sheet.pictures.shape, sheet.columns, sheet.caption, options)
    check_size(layout.height, layout.width)
    whole = np.full((layout.height, layout.width, sheet.pictures.shape[3]), 255, np.uint8)
    images = _in_rows(sheet.pictures, min(sheet.columns, len(sheet.pictures)), options)
    whole[: images.shape[0], : images.shape[1]] = images
    image = to_image(whole)
    draw, ink = ImageDraw.Draw(image), 0 if image.mode == "L" else (0, 0, 0)
    for number, line in enumerate(layout.lines):
        top = layout.top + layout.glyph * (0.4 + _LEADING * number)
        draw.text((layout.glyph / 2, top), line, fill=ink, font=font(layout.glyph))
    stream.write(png_of(np.asarray(image).reshape(whole.shape), provenance))


@file_writer
def write_map_png(
    stream: IO[bytes], content: Pixels | MapScene, options: Options, provenance: Provenance | None
) -> None:
    """Write the map, a scene or painted pixels, uint8 (h, w, 3 or 4), as PNG; heeds no option."""
    pixels = painted(content) if isinstance(content, MapScene) else content
    check_pictures(pixels, 3, channels=(3, 4))
    check_size(*pixels.shape[:2])
    stream.write(png_of(pixels, provenance))


def write_frames(
    path: Path,
    content: Pixels | PictureRows,
    options: Options = DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write frames, uint8 (n, h, w, 1 or 3), as `frame-0001.png` and so on in a new folder; heeds scale and style.

    Frames of several pictures each, (n, rows, columns, h, w, 1 or 3), become one picture each. The folder appears whole
    or not at all. With `overwrite` a folder that contains only such frames is replaced.
    Raises UserError if there is anything else at `path` or it cannot be written.
    """
    check_frames(content)
    captions = captions_of(content)
    check_size(content.shape[0], *shown_size(content.shape, options.scale, captions))
    path = Path(path)
    try:
        _check_free(path, overwrite)
        with tempfile.TemporaryDirectory(
            dir=path.parent, prefix=f".{path.name[:20]}.", ignore_cleanup_errors=True
        ) as beside:
            new = Path(beside, "new")
            new.mkdir()
            for number in range(1, content.shape[0] + 1):
                source = None if provenance is None else provenance.and_also(frame=str(number))
                picture = png_of(shown_frame(content[number - 1], options.scale, options.style, captions), source)
                (new / f"frame-{number:04}.png").write_bytes(picture)
            _put_in_place(new, path, Path(beside, "old"))
    except OSError as error:
        raise ExportError(f"{shown(path)} could not be written: {why(error)}") from error
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


def _check_cells(rows: int, columns: int, height: int, width: int, options: Options) -> None:
    check_size(rows * (height * options.scale + options.gap), columns * (width * options.scale + options.gap))


def _in_rows(pictures: Pixels, columns: int, options: Options) -> Pixels:
    """Pictures (n, h, w, c) as one, with this many per row, scaled; the last row is padded with white."""
    large = scaled(pictures, options.scale, options.style)
    rows = math.ceil(len(large) / columns)
    cells = np.full((rows * columns, *large.shape[1:]), 255, np.uint8)
    cells[: len(large)] = large
    return tiled(cells.reshape(rows, columns, *cells.shape[1:]), options.gap)


def _layout(shape: tuple[int, ...], columns: int, caption: str, options: Options) -> _Layout:
    count, height, width, _ = shape
    columns = max(1, min(columns, count))
    rows = math.ceil(count / columns)
    across = columns * (width * options.scale + options.gap) - options.gap
    down = rows * (height * options.scale + options.gap) - options.gap
    glyph = int(np.clip(across // _PER_WIDTH * 2, *_GLYPHS))
    lines = tuple(_wrapped(caption, font(glyph), across - glyph))
    widest = max(math.ceil(font(glyph).getlength(line)) for line in lines) + glyph
    bottom = math.ceil(glyph * (_LEADING * len(lines) + 0.6))
    return _Layout(max(across, widest), down + bottom, down, lines, glyph)


def _wrapped(text: str, letters: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The text in lines of at most that width, except for longer single words."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and letters.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
