"""The figures of all ordered pairs as one picture: a square for each figure, a row for each source."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from latent_explorer.alignment.comparing import Compared
from latent_explorer.export.pixels import encoded, font, text_length
from latent_explorer.export.scene import cut
from latent_explorer.files import write_bytes_whole

PANELS = (
    ("closure", "closure C"),
    ("mrr", "mean reciprocal rank"),
    ("zero_shot_accuracy", "zero-shot accuracy"),
    ("neighbour_overlap", "overlap of 10 neighbours"),
    ("cka_linear", "linear CKA"),
    ("svcca", "SVCCA"),
)
_ACROSS = 3
_CELL_WIDTH, _CELL_HEIGHT, _GAP, _MARGIN = 116, 76, 4, 48
_TITLE, _TEXT, _SMALL = 30, 28, 24
_NAME = 420.0  # pixels that a name may take
_PALE, _DEEP = np.array([236, 242, 250.0]), np.array([8, 58, 118.0])
_INK, _FAINT, _NONE = (28, 32, 38), (92, 98, 106), (226, 226, 226)


def draw_matrix(found: Sequence[Compared], kind: str, path: Path, *, overwrite: bool = False) -> Path:
    """Write the picture as PNG. kind: of the translators, in words. Raises UserError if that is not possible."""
    return write_bytes_whole(path, encoded(matrix_picture(found, kind), "PNG"), overwrite=overwrite)


def matrix_picture(found: Sequence[Compared], kind: str) -> Image.Image:
    """A panel for each figure that is known for any pair; each cell has its mean, darker if closer to 1."""
    names = list(dict.fromkeys(name for way in found for name in (way.source.name, way.target.name)))
    labels = [f"{number}  {name}" for number, name in enumerate(names, 1)]
    label = min(max(text_length(each, _TEXT) for each in labels), _NAME) + 20
    panels = [each for each in PANELS if any(way.figures[each[0]] is not None for way in found)] or [PANELS[0]]
    across, down = min(_ACROSS, len(panels)), -(-len(panels) // _ACROSS)
    width = int(label) + max(len(names) * _CELL_WIDTH, 340)
    height = 2 * _TITLE + _SMALL + len(names) * _CELL_HEIGHT + 24
    image = Image.new(
        "RGB",
        (_MARGIN + across * (width + _MARGIN), 2 * _MARGIN + down * (height + _MARGIN) + _SMALL),
        (255, 255, 255),
    )
    draw = ImageDraw.Draw(image)
    for number, (figure, title) in enumerate(panels):
        corner = _MARGIN + number % _ACROSS * (width + _MARGIN), _MARGIN + number // _ACROSS * (height + _MARGIN)
        values = {(way.source.name, way.target.name): way.figures[figure] for way in found}
        _draw_panel(draw, corner, title, names, labels, int(label), values)
    first = found[0]
    words = (
        f"{kind} translators from the row's model to the column's, {first.anchors:,} anchors, mean of "
        f"{len(first.runs)}; {first.images:,} test images"
    )
    room = image.width - 2 * _MARGIN
    said = cut(words, room, lambda text: text_length(text, _SMALL))
    draw.text((_MARGIN, image.height - _MARGIN - _SMALL), said, fill=_FAINT, font=font(_SMALL, said))
    return image


def _draw_panel(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    title: str,
    names: Sequence[str],
    labels: Sequence[str],
    label: int,
    values: dict[tuple[str, str], float | None],
) -> None:
    left, top = corner
    draw.text((left, top), title, fill=_INK, font=font(_TITLE))
    top += 2 * _TITLE
    for column in range(len(names)):
        middle = left + label + (column + 0.5) * _CELL_WIDTH
        draw.text((middle, top), str(column + 1), fill=_FAINT, font=font(_SMALL), anchor="mm")
    top += _SMALL
    for row, source in enumerate(names):
        y = top + row * _CELL_HEIGHT
        said = cut(labels[row], label - 20, lambda text: text_length(text, _TEXT))
        draw.text((left, y + _CELL_HEIGHT / 2), said, fill=_INK, font=font(_TEXT, said), anchor="lm")
        for column, target in enumerate(names):
            x = left + label + column * _CELL_WIDTH
            _draw_cell(draw, (x, y), values.get((source, target)), source == target)


def _draw_cell(draw: ImageDraw.ImageDraw, corner: tuple[float, float], value: float | None, same: bool) -> None:
    x, y = corner
    box = (x, y, x + _CELL_WIDTH - _GAP, y + _CELL_HEIGHT - _GAP)
    if same or value is None:
        draw.rectangle(box, fill=None if same else _NONE, outline=_NONE)
        text, ink = "" if same else "–", _FAINT
    else:
        depth = float(np.clip(value, 0, 1)) ** 2
        red, green, blue = (round(float(each)) for each in _PALE + depth * (_DEEP - _PALE))
        draw.rectangle(box, fill=(red, green, blue))
        text, ink = _figure(value), (255, 255, 255) if depth > 0.45 else _INK
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    draw.text(middle, text, fill=ink, font=font(_TEXT), anchor="mm")


def _figure(value: float) -> str:
    """A figure with three decimals and without the leading zero, as is usual in tables."""
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text
