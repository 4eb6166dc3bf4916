"""Matrices of distances between images as one picture: a row for each model, the images at the edges."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from latent_explorer.export.pixels import font, text_length
from latent_explorer.export.scene import cut

_CELL, _GAP, _MARGIN, _TITLE, _SMALL = 52, 2, 36, 24, 17
_PALE, _DEEP = np.array([238, 243, 250.0]), np.array([10, 62, 122.0])
_INK, _FAINT = (28, 32, 38), (92, 98, 106)


@dataclass(frozen=True, eq=False)
class Matrix:
    """One matrix (k, k) with its title; values are shown with two decimals, larger ones darker within a row."""

    title: str
    values: NDArray[np.float64]


def distance_picture(rows: Sequence[Sequence[Matrix]], images: NDArray[np.uint8] | None, note: str) -> Image.Image:
    """The picture of several rows of matrices. images: uint8 (k, h, w, c), at the edges; None shows their numbers."""
    count = len(rows[0][0].values)
    side, head = (count + 1) * _CELL, 2 * _TITLE
    across = max(len(row) for row in rows)
    width = _MARGIN + across * (side + _MARGIN)
    image = Image.new("RGB", (width, 2 * _MARGIN + _SMALL + len(rows) * (head + side + _MARGIN)), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    edges = [_edge(images, number) for number in range(count)]
    for row, matrices in enumerate(rows):
        high = max(float(matrix.values.max()) for matrix in matrices)
        for column, matrix in enumerate(matrices):
            corner = _MARGIN + column * (side + _MARGIN), _MARGIN + row * (head + side + _MARGIN)
            title = cut(matrix.title, side, lambda text: text_length(text, _TITLE))
            draw.text(corner, title, fill=_INK, font=font(_TITLE, title))
            _draw(image, draw, (corner[0], corner[1] + head), matrix.values / max(high, 1e-12), matrix.values, edges)
    said = cut(note, width - 2 * _MARGIN, lambda text: text_length(text, _SMALL))
    draw.text((_MARGIN, image.height - _MARGIN - _SMALL), said, fill=_FAINT, font=font(_SMALL, said))
    return image


def _edge(images: NDArray[np.uint8] | None, number: int) -> Image.Image | str:
    if images is None:
        return str(number + 1)
    pixels = images[number]
    shown = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    return shown.convert("RGB").resize((_CELL - 2 * _GAP, _CELL - 2 * _GAP), Image.Resampling.NEAREST)


def _draw(
    image: Image.Image,
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    depths: NDArray[np.float64],
    values: NDArray[np.float64],
    edges: Sequence[Image.Image | str],
) -> None:
    left, top = corner
    for number, edge in enumerate(edges, 1):
        for x, y in ((left + number * _CELL, top), (left, top + number * _CELL)):
            if isinstance(edge, str):
                draw.text((x + _CELL / 2, y + _CELL / 2), edge, fill=_FAINT, font=font(_SMALL), anchor="mm")
            else:
                image.paste(edge, (x + _GAP, y + _GAP))
    for row, column in np.ndindex(values.shape):
        x, y = left + (column + 1) * _CELL, top + (row + 1) * _CELL
        if row == column:
            continue
        depth = float(depths[row, column])
        red, green, blue = (round(float(each)) for each in _PALE + depth * (_DEEP - _PALE))
        draw.rectangle((x, y, x + _CELL - _GAP, y + _CELL - _GAP), fill=(red, green, blue))
        ink = (255, 255, 255) if depth > 0.55 else _INK
        draw.text(
            (x + _CELL / 2, y + _CELL / 2), f"{values[row, column]:.2f}", fill=ink, font=font(_SMALL), anchor="mm"
        )
