"""Images in rows, with a line that says what they are: a contact sheet."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ImageDraw, ImageFont

from latent_explorer.errors import ExportError
from latent_explorer.export.options import Options
from latent_explorer.export.pixels import Pixels, check_pictures, check_size, scaled, tiled, to_image, write_png
from latent_explorer.export.provenance import Provenance

_DEFAULT = Options()
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


def sheet_shape(shape: tuple[int, ...], columns: int, caption: str, options: Options = _DEFAULT) -> tuple[int, ...]:
    """The shape (height, width, c) of the sheet of images of a shape (n, h, w, c)."""
    layout = _layout(shape, columns, caption, options)
    return layout.height, layout.width, shape[3]


def write_sheet(
    path: Path,
    sheet: ContactSheet,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a contact sheet as one PNG, on white, the caption below the images; heeds scale, style and gap.

    Raises UserError when it gets too large, `path` is taken and `overwrite` false, or it cannot be written.
    """
    check_pictures(sheet.pictures, 4)
    if sheet.columns < 1:
        raise ExportError(f"expected at least one image in a row, found {sheet.columns}")
    layout = _layout(sheet.pictures.shape, sheet.columns, sheet.caption, options)
    check_size(layout.height, layout.width)
    whole = np.full((layout.height, layout.width, sheet.pictures.shape[3]), 255, np.uint8)
    images = _in_rows(sheet, options)
    whole[: images.shape[0], : images.shape[1]] = images
    return write_png(path, _captioned(whole, layout), provenance, overwrite)


def _in_rows(sheet: ContactSheet, options: Options) -> Pixels:
    pictures = scaled(sheet.pictures, options.scale, options.style)
    columns = min(sheet.columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    cells = np.full((rows * columns, *pictures.shape[1:]), 255, np.uint8)
    cells[: len(pictures)] = pictures
    return tiled(cells.reshape(rows, columns, *cells.shape[1:]), options.gap)


def _layout(shape: tuple[int, ...], columns: int, caption: str, options: Options) -> _Layout:
    count, height, width, _ = shape
    columns = max(1, min(columns, count))
    rows = math.ceil(count / columns)
    across = columns * (width * options.scale + options.gap) - options.gap
    down = rows * (height * options.scale + options.gap) - options.gap
    glyph = int(np.clip(across // _PER_WIDTH * 2, *_GLYPHS))
    lines = tuple(_wrapped(caption, _font(glyph), across - glyph))
    widest = max(math.ceil(_font(glyph).getlength(line)) for line in lines) + glyph
    bottom = math.ceil(glyph * (_LEADING * len(lines) + 0.6))
    return _Layout(max(across, widest), down + bottom, down, lines, glyph)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The text in lines no wider than that, but for single words that are."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _captioned(whole: Pixels, layout: _Layout) -> Pixels:
    image = to_image(whole)
    draw, ink = ImageDraw.Draw(image), 0 if image.mode == "L" else (0, 0, 0)
    for number, line in enumerate(layout.lines):
        top = layout.top + layout.glyph * (0.4 + _LEADING * number)
        draw.text((layout.glyph / 2, top), line, fill=ink, font=_font(layout.glyph))
    return np.asarray(image).reshape(whole.shape)


def _font(glyph: int) -> ImageFont.FreeTypeFont:
    """The font that comes with Pillow."""
    font = ImageFont.load_default(glyph)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
