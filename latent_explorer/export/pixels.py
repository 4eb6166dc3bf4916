"""Pictures as arrays: scaling, tiling, encoding."""

import math
from functools import cache
from io import BytesIO
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont
from PIL.PngImagePlugin import PngInfo

from latent_explorer.errors import ExportError
from latent_explorer.export.provenance import PNG_KEY, Provenance
from latent_explorer.export.writer import Style

Pixels = NDArray[np.uint8]

MAX_PIXELS = 178_000_000
"""The maximum number of pixels of a picture, and of all frames of an animation together: Pillow opens no larger one."""

_WHITE = 255


class Frames(Protocol):
    """Pictures uint8 (n, h, w, 1 or 3), or an object that makes each on demand.

    The writers of animations ask for one frame at a time. Exceptions from `__getitem__` pass through them, and nothing
    is left behind, so the maker of the frames can stop the writing.
    """

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    def __getitem__(self, index: int, /) -> Pixels: ...


def check_pictures(pictures: Frames, dimensions: int, channels: tuple[int, ...] = (1, 3)) -> None:
    """Raise ExportError unless this is uint8 with this many axes, the last three being h, w, c, and not empty."""
    shape = pictures.shape
    if pictures.dtype != np.uint8 or len(shape) != dimensions or 0 in shape or shape[-1] not in channels:
        expected = f"{dimensions} axes ending in h, w, {' or '.join(map(str, channels))}"
        raise ExportError(f"expected uint8 pictures of {expected}, found {pictures.dtype} {shape}")


def check_frames(frames: Frames) -> None:
    """Raise ExportError unless these are pictures (n, h, w, c), or grids of them (n, rows, columns, h, w, c)."""
    check_pictures(frames, 6 if len(frames.shape) == 6 else 4)


def frame_size(shape: tuple[int, ...], scale: int = 1) -> tuple[int, int]:
    """Height and width of a frame of this shape, in pixels of the output."""
    rows, columns = shape[1:3] if len(shape) == 6 else (1, 1)
    return rows * shape[-3] * scale, columns * shape[-2] * scale


def one_frame(frame: Pixels, scale: int, style: Style) -> Pixels:
    """A frame, (h, w, c) or a grid (rows, columns, h, w, c), as one picture, scaled."""
    large = scaled(frame, scale, style)
    return large if large.ndim == 3 else tiled(large)


def side_by_side(*rows: Pixels, across: bool) -> Pixels:
    """Several pictures for each frame, (n, h, w, c) each, as grids (n, k, 1, h, w, c), one above another, or side by
    side.

    Smaller ones are centred on white; if one has colours, all get them.
    """
    sides = [max(each) for each in zip(*(pictures.shape[1:] for pictures in rows), strict=True)]
    cells = np.full((len(rows[0]), len(rows), *sides), _WHITE, np.uint8)
    for number, pictures in enumerate(rows):
        height, width = pictures.shape[1:3]
        top, left = (sides[0] - height) // 2, (sides[1] - width) // 2
        cells[:, number, top : top + height, left : left + width] = pictures
    return cells[:, None] if across else cells[:, :, None]


def check_size(*sides: int) -> None:
    """Raise ExportError if a picture, or all frames of an animation, would have more than MAX_PIXELS."""
    if math.prod(sides) > MAX_PIXELS:
        found = " x ".join(str(side) for side in sides)
        raise ExportError(
            f"expected at most {MAX_PIXELS:,} pixels, found {found}; choose a smaller scale or fewer pictures"
        )


def scaled(pictures: Pixels, scale: int, style: Style) -> Pixels:
    """Pictures (..., h, w, c) as (..., h * scale, w * scale, c)."""
    if scale == 1:
        return pictures
    if style == "crisp":
        return pictures.repeat(scale, axis=-3).repeat(scale, axis=-2)
    *leading, height, width, channels = pictures.shape
    result = np.empty((math.prod(leading), height * scale, width * scale, channels), np.uint8)
    for source, target in zip(pictures.reshape(-1, height, width, channels), result, strict=True):
        smooth = to_image(source).resize((width * scale, height * scale), Image.Resampling.LANCZOS)
        target[:] = np.asarray(smooth).reshape(target.shape)
    return result.reshape(*leading, *result.shape[1:])


def tiled(pictures: Pixels, gap: int = 0) -> Pixels:
    """Pictures (rows, columns, h, w, c) as one of them, with `gap` white pixels between neighbours."""
    rows, columns, height, width, channels = pictures.shape
    shape = (rows, height + gap, columns, width + gap, channels)
    whole = np.full(shape, _WHITE, np.uint8)
    whole[:, :height, :, :width] = pictures.swapaxes(1, 2)
    flat = whole.reshape(rows * (height + gap), columns * (width + gap), channels)
    return flat[: flat.shape[0] - gap, : flat.shape[1] - gap]


def to_image(picture: Pixels) -> Image.Image:
    """A picture (h, w, 1, 3 or 4) for Pillow."""
    return Image.fromarray(np.ascontiguousarray(picture[..., 0] if picture.shape[-1] == 1 else picture))


def encoded(image: Image.Image, kind: str, **parameters: Any) -> bytes:
    """The bytes of an image file. Raises ExportError if the format cannot hold it."""
    stream = BytesIO()
    try:
        image.save(stream, kind, **parameters)
    except (OSError, ValueError, SystemError, RuntimeError) as error:
        raise ExportError(f"{kind} cannot hold a picture of {image.width} x {image.height}: {error}") from error
    return stream.getvalue()


def png_of(picture: Pixels, provenance: Provenance | None) -> bytes:
    """A picture (h, w, 1, 3 or 4) as the bytes of a PNG file."""
    info = PngInfo()
    if provenance is not None:
        info.add_text("Software", f"Latent Explorer {provenance.version}")
        info.add_text(PNG_KEY, provenance.text())
    return encoded(to_image(picture), "PNG", pnginfo=info)


_WIDE_FONTS = (  # where a text has letters that Pillow's own font lacks; the first that has them all
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "segoeui.ttf", "arialuni.ttf", "msyh.ttc",
    "Arial Unicode.ttf", "PingFang.ttc", "wqy-microhei.ttc", "DroidSansFallbackFull.ttf",
)  # fmt: skip
_LACKING = "\U0010fffe"  # a letter that no font has
_OWN_LETTERS = 0x180  # below this, Pillow's own font has them


def font(size: float, text: str = "") -> ImageFont.FreeTypeFont:
    """The font that comes with Pillow, at a height in pixels; another one for letters that it lacks."""
    if all(ord(letter) < _OWN_LETTERS or letter == "…" for letter in text):
        return _own_font(size)
    found = (known for name in _WIDE_FONTS if (known := _system_font(size, name)) is not None and _has(known, text))
    return next(found, None) or _own_font(size)


def text_length(text: str, size: float) -> float:
    """The length of a text in pixels, in the font in which it is drawn."""
    return font(size, text).getlength(text)


@cache
def _own_font(size: float) -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(size)
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found


@cache
def _system_font(size: float, name: str) -> ImageFont.FreeTypeFont | None:
    """A font by the name of its file, wherever the system keeps it; None if it does not."""
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def _has(known: ImageFont.FreeTypeFont, text: str) -> bool:
    blank = bytes(known.getmask(_LACKING))
    return all(letter.isspace() or bytes(known.getmask(letter)) != blank for letter in set(text))
