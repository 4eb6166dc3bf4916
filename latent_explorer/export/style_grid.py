"""A grid of content by style: rows are classes, columns latents, each picture shows the row's class in that style."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import IO, Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from latent_explorer.errors import ExportError
from latent_explorer.export.latents import write_arrays
from latent_explorer.export.pixels import (
    Pixels,
    check_pictures,
    check_size,
    font,
    png_of,
    scaled,
    text_length,
    tiled,
    to_image,
)
from latent_explorer.export.provenance import Provenance, printable
from latent_explorer.export.scene import cut
from latent_explorer.export.svg import embedded
from latent_explorer.export.writer import Options, file_writer

_LETTERS, _MARGIN, _WIDEST = 13, 6, 90  # pixels
_INK = (28, 32, 38)
_RULE = 3  # white between the images at the edges and what is decoded

DecodeAs = Callable[[NDArray[np.float32], NDArray[np.int64]], Pixels]
"""Pictures uint8 (n, h, w, c) of latents (n, d), each with its class (n,)."""


@dataclass(frozen=True, eq=False)
class StyleGrid:
    """Classes decoded in the styles of some latents.

    pictures: uint8 (rows, columns, h, w, c). labels: int64 (rows,), the content; latents: float32 (columns, d), the
    style. row_names, column_names: in words. content, style: the images at the edges, uint8 (rows, h, w, c) and
    (columns, h, w, c); None if there are none.
    """

    pictures: Pixels
    labels: NDArray[np.int64]
    latents: NDArray[np.float32]
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    content: Pixels | None = None
    style: Pixels | None = None

    @classmethod
    def of(
        cls,
        decode: DecodeAs,
        labels: NDArray[np.int64],
        latents: NDArray[np.float32],
        names: tuple[tuple[str, ...], tuple[str, ...]],
        images: tuple[Pixels | None, Pixels | None] = (None, None),
    ) -> "StyleGrid":
        """The grid of some classes and latents. names, images: of rows and columns. decode: called once, for all
        pictures."""
        z, under = cells_of(labels, latents)
        pictures = decode(z, under)
        return cls(pictures.reshape(len(labels), len(latents), *pictures.shape[1:]), labels, latents, *names, *images)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The present arrays, by name."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        texts = {name: np.array(known[name], np.str_) for name in ("row_names", "column_names")}
        return {name: each for name, each in {**known, **texts}.items() if each is not None}


def cells_of(labels: NDArray[np.int64], latents: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Latents (rows * columns, d) and classes (rows * columns,) of all cells, row by row."""
    return np.tile(latents, (len(labels), 1)), np.repeat(labels, len(latents))


@dataclass(frozen=True)
class _GridLayout:
    """A layout, in pixels: height and width of a picture, left and upper edge of the grid."""

    high: int
    wide: int
    gap: int
    left: int
    top: int

    def cell(self, row: int, column: int) -> tuple[int, int]:
        """The upper left corner of a picture; row or column -1 for the images at the edges."""
        x = self.left + column * (self.wide + self.gap) if column >= 0 else self.left - self.wide - _RULE
        y = self.top + row * (self.high + self.gap) if row >= 0 else self.top - self.high - _RULE
        return x, y


def _layout(grid: StyleGrid, options: Options) -> _GridLayout:
    check_pictures(grid.pictures, 5)
    rows, columns, height, width, _ = grid.pictures.shape
    if (rows, columns) != (len(grid.row_names), len(grid.column_names)):
        raise ExportError(f"expected names of {rows} rows and {columns} columns")
    high, wide = height * options.scale, width * options.scale
    named = min(_WIDEST, max(int(text_length(name, _LETTERS)) for name in grid.row_names)) + 2 * _MARGIN
    left = named + (wide + _RULE if grid.content is not None else 0)
    top = _LETTERS + 2 * _MARGIN + (high + _RULE if grid.style is not None else 0)
    layout = _GridLayout(high, wide, options.gap, left, top)
    check_size(top + rows * (high + options.gap), left + columns * (wide + options.gap))
    return layout


def _size(grid: StyleGrid, layout: _GridLayout) -> tuple[int, int]:
    rows, columns = grid.pictures.shape[:2]
    x, y = layout.cell(rows, columns)
    return x - layout.gap + _MARGIN, y - layout.gap + _MARGIN


def _texts(grid: StyleGrid, layout: _GridLayout) -> Iterator[tuple[str, float, float, str]]:
    """The names, with their anchors in Pillow's terms."""
    room = layout.wide + layout.gap - 2
    for column, name in enumerate(grid.column_names):
        x = layout.cell(0, column)[0] + layout.wide / 2
        yield cut(name, room, lambda text: text_length(text, _LETTERS)), x, _MARGIN + _LETTERS / 2, "mm"
    right = layout.left - _MARGIN - (layout.wide + _RULE if grid.content is not None else 0)
    for row, name in enumerate(grid.row_names):
        y = layout.cell(row, 0)[1] + layout.high / 2
        yield cut(name, _WIDEST, lambda text: text_length(text, _LETTERS)), right, y, "rm"


def _edges(grid: StyleGrid) -> Iterator[tuple[Pixels, int, int]]:
    """The images at the edges, with row and column."""
    for row, image in enumerate(() if grid.content is None else grid.content):
        yield image, row, -1
    for column, image in enumerate(() if grid.style is None else grid.style):
        yield image, -1, column


@file_writer
def write_style_png(stream: IO[bytes], grid: StyleGrid, options: Options, provenance: Provenance | None) -> None:
    """Write the grid with its edges as one PNG, on white; heeds scale, style and gap."""
    layout = _layout(grid, options)
    whole = Image.new("RGB", _size(grid, layout), (255, 255, 255))
    whole.paste(to_image(tiled(scaled(grid.pictures, options.scale, options.style), options.gap)), layout.cell(0, 0))
    for image, row, column in _edges(grid):
        whole.paste(to_image(scaled(image, options.scale, options.style)), layout.cell(row, column))
    draw = ImageDraw.Draw(whole)
    for text, x, y, anchor in _texts(grid, layout):
        draw.text((x, y), text, fill=_INK, font=font(_LETTERS, text), anchor=anchor)
    stream.write(png_of(np.asarray(whole), provenance))


@file_writer
def write_style_svg(stream: IO[bytes], grid: StyleGrid, options: Options, provenance: Provenance | None) -> None:
    """Write the grid as SVG, with each picture as a separate image; heeds scale, style and gap."""
    layout = _layout(grid, options)
    width, height = (str(side) for side in _size(grid, layout))
    root = Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}", width=width, height=height
    )
    if provenance is not None:
        SubElement(root, "metadata").text = provenance.text()
    SubElement(root, "rect", width=width, height=height, fill="white")
    cells = [(grid.pictures[row, column], row, column) for row, column in np.ndindex(grid.pictures.shape[:2])]
    for image, row, column in (*_edges(grid), *cells):
        x, y = layout.cell(row, column)
        box = {"x": x, "y": y, "width": layout.wide, "height": layout.high}
        SubElement(root, "image", {name: str(value) for name, value in box.items()} | embedded(image, options.style))
    for text, along, down, anchor in _texts(grid, layout):
        where = {"x": f"{along:g}", "y": f"{down:g}", "text-anchor": "middle" if anchor == "mm" else "end"}
        letters = {"dominant-baseline": "central", "font-family": "sans-serif", "font-size": str(_LETTERS)}
        SubElement(root, "text", where | letters).text = printable(text)
    ElementTree(root).write(stream, encoding="utf-8", xml_declaration=True)


@file_writer
def write_style_npz(stream: IO[bytes], grid: StyleGrid, options: Options, provenance: Provenance | None) -> None:
    """Write the arrays of the grid exactly, and the provenance as text, as NPZ; heeds no option."""
    write_arrays(stream, grid.arrays(), provenance)
