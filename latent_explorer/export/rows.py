"""Several rows of pictures at each moment, with a caption above each: for two curves of a path, or two models."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import ImageDraw

from latent_explorer.export.pixels import (
    Frames,
    Pixels,
    font,
    frame_size,
    one_frame,
    scaled,
    side_by_side,
    text_length,
    tiled,
    to_image,
)
from latent_explorer.export.writer import Style

_GLYPHS = (10, 36)  # the least and the largest size of the letters, in pixels
_PER_HEIGHT = 12  # letters to the height of a picture, about
_LEADING = 1.5  # of a letter's size: the height of the line that a caption takes
_LONGEST = 32  # letters of a caption; of a longer one the end is left out


@dataclass(frozen=True, eq=False)
class PictureRows:
    """Frames of several pictures each. cells: uint8 (n, rows, columns, h, w, c). captions: of the pictures."""

    cells: Pixels
    captions: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[Pixels], captions: Iterable[str], *, across: bool) -> "PictureRows":
        """Rows of pictures, (n, h, w, c) each, one above another, or side by side."""
        shown = tuple(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…" for text in captions)
        return cls(side_by_side(*rows, across=across), shown)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.cells.shape

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        return self.cells.dtype

    @property
    def size(self) -> int:
        return self.cells.size

    def __getitem__(self, index: int) -> Pixels:
        """A frame (rows, columns, h, w, c), without captions."""
        frame: Pixels = self.cells[index]
        return frame

    def some(self, frames: slice) -> "PictureRows":
        """Some of the frames."""
        return replace(self, cells=self.cells[frames])


def captions_of(frames: Frames) -> tuple[str, ...]:
    """The captions of frames, if they have any."""
    return frames.captions if isinstance(frames, PictureRows) else ()


def shown_size(shape: tuple[int, ...], scale: int, captions: Sequence[str]) -> tuple[int, int]:
    """Height and width of a frame of this shape with its captions, in pixels of the output."""
    height, width = frame_size(shape, scale)
    if not captions:
        return height, width
    down, across, high, wide = (*shape[1:3], shape[-3] * scale, shape[-2] * scale)
    return down * (high + line_height(high)), across * max(wide, _widest(captions, high))


def shown_frame(frame: Pixels, scale: int, style: Style, captions: Sequence[str]) -> Pixels:
    """A frame, (h, w, c) or a grid (rows, columns, h, w, c), as one picture, scaled, with captions above its cells."""
    if not captions:
        return one_frame(frame, scale, style)
    cells = scaled(frame, scale, style)
    down, across, high, wide, channels = cells.shape
    line, broad = line_height(high), max(wide, _widest(captions, high))
    whole = np.full((down, across, line + high, broad, channels), 255, np.uint8)
    whole[:, :, line:, (broad - wide) // 2 : (broad - wide) // 2 + wide] = cells
    for number, text in enumerate(captions[: down * across]):
        at = divmod(number, across)
        whole[at][:line] = lettered((line, broad, channels), text, high)
    return tiled(whole)


def line_height(height: int) -> int:
    """The height of a caption above pictures of a height, in pixels."""
    return math.ceil(_LEADING * _glyph(height))


def lettered(shape: tuple[int, int, int], text: str, height: int) -> Pixels:
    """A line of a shape (h, w, c) on white, with the text for pictures of a height, as far as it fits."""
    line = np.full(shape, 255, np.uint8)
    image, glyph = to_image(line), _glyph(height)
    ink: int | tuple[int, ...] = 0 if image.mode == "L" else (0, 0, 0)
    ImageDraw.Draw(image).text((2, (shape[0] - glyph) / 2 - 1), text, fill=ink, font=font(glyph, text))
    return np.asarray(image).reshape(shape)


def _glyph(height: int) -> int:
    return int(np.clip(height // _PER_HEIGHT, *_GLYPHS))


def _widest(captions: Sequence[str], height: int) -> int:
    return max(math.ceil(text_length(text, _glyph(height))) for text in captions) + 4
