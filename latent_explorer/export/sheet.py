"""Images in rows, with a line that says what they are: a contact sheet."""

import math
from dataclasses import dataclass
from typing import IO

import numpy as np
from PIL import ImageDraw, ImageFont

from latent_explorer.errors import ExportError
from latent_explorer.export.pixels import Pixels, check_pictures, check_size, font, png_of, to_image
from latent_explorer.export.provenance import Provenance
from latent_explorer.export.still import in_rows
from latent_explorer.export.writer import DEFAULT, Options, file_writer

_GLYPHS = (12, 26)  # the least and the largest size of the caption's letters, in pixels
_PER_WIDTH = 56  # letters to the width of a sheet, about
_LEADING = 1.35


@dataclass(frozen=True, eq=False)
class ContactSheet:
    """Images uint8 (n, h, w, 1 or 3) in their order, so many to a row, and a caption."""

    pictures: Pixels
    columns: int
    caption: str


@dataclass(frozen=True)
class _Layout:
    """Where things go, in pixels. lines: of the caption; glyph: its size; top: where it begins."""

    width: int
    height: int
    top: int
    lines: tuple[str, ...]
    glyph: int


def sheet_shape(shape: tuple[int, ...], columns: int, caption: str, options: Options = DEFAULT) -> tuple[int, ...]:
    """The shape (height, width, c) of the sheet of images of a shape (n, h, w, c)."""
    layout = _layout(shape, columns, caption, options)
    return layout.height, layout.width, shape[3]


@file_writer
def write_sheet(stream: IO[bytes], sheet: ContactSheet, options: Options, provenance: Provenance | None) -> None:
    """Write a contact sheet as one PNG, on white, the caption below the images; heeds scale, style and gap."""
    check_pictures(sheet.pictures, 4)
    if sheet.columns < 1:
        raise ExportError(f"expected at least one image in a row, found {sheet.columns}")
    layout = _layout(sheet.pictures.shape, sheet.columns, sheet.caption, options)
    check_size(layout.height, layout.width)
    whole = np.full((layout.height, layout.width, sheet.pictures.shape[3]), 255, np.uint8)
    images = in_rows(sheet.pictures, min(sheet.columns, len(sheet.pictures)), options)
    whole[: images.shape[0], : images.shape[1]] = images
    stream.write(png_of(_captioned(whole, layout), provenance))


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
    """The text in lines no wider than that, but for single words that are."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and letters.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _captioned(whole: Pixels, layout: _Layout) -> Pixels:
    image = to_image(whole)
    draw, ink = ImageDraw.Draw(image), 0 if image.mode == "L" else (0, 0, 0)
    for number, line in enumerate(layout.lines):
        top = layout.top + layout.glyph * (0.4 + _LEADING * number)
        draw.text((layout.glyph / 2, top), line, fill=ink, font=font(layout.glyph))
    return np.asarray(image).reshape(whole.shape)
