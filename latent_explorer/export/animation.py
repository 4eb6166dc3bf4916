"""Pictures that move: GIF, WebP and MP4, made while they are written: a film need not be in memory as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Protocol

import numpy as np
from PIL import Image

from latent_explorer.errors import ExportError
from latent_explorer.export.pixels import Pixels, Shaped, check_pictures, check_size, scaled, to_image
from latent_explorer.export.provenance import Provenance, exif_of
from latent_explorer.export.video import encode_mp4
from latent_explorer.export.writer import Options, file_writer

_COLOURS, _SAMPLES, _ROUNDS = 255, 8, 3
_WEBP_QUALITY = 80


class Frames(Shaped, Protocol):
    """What an animation is written from: uint8 (n, h, w, 1 or 3), or what makes each frame when it is asked for it.

    The writers ask for one frame at a time. What `__getitem__` raises passes through them, and nothing is left
    behind: so whoever makes the frames can end the writing.
    """

    def __getitem__(self, index: int, /) -> Pixels: ...


@file_writer
def write_gif(stream: IO[bytes], frames: Frames, options: Options, provenance: Provenance | None) -> None:
    """Write frames, uint8 (n, h, w, 1 or 3), as GIF; heeds scale, style, seconds, ping_pong and loop.

    Grey levels are exact; frames in colour share 255 colours, those of a few frames together, and keep what has not
    changed since the one before. Pillow holds one byte for each of their pixels. Times are rounded to hundredths of a
    second; equal neighbours become one frame shown longer.
    """
    shown = _Shown.of(frames, options)
    images = shown.images()
    if frames.shape[-1] > 1:
        palette = shown.palette()
        images = (image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images)
    comment = {} if provenance is None else {"comment": provenance.text().encode("ascii")}
    loop = {"loop": 0} if options.loop else {}
    _save(stream, "GIF", images, images, duration=10 * round(100 * options.seconds), optimize=True, **loop, **comment)


@file_writer
def write_webp(stream: IO[bytes], frames: Frames, options: Options, provenance: Provenance | None) -> None:
    """Write frames, uint8 (n, h, w, 1 or 3), as animated WebP; heeds all but gap and per_row.

    Times are rounded to milliseconds; equal neighbours may become one frame shown longer.
    """
    shown = _Shown.of(frames, options)
    images = (image.convert("RGB") for image in shown.images())
    later = [Reel(images, len(shown.order) - 1)] if len(shown.order) > 1 else []
    look = {"loop": 0 if options.loop else 1, "lossless": options.lossless, "quality": _WEBP_QUALITY}
    exif = {} if provenance is None else {"exif": exif_of(provenance)}
    _save(stream, "WEBP", images, later, duration=round(1000 * options.seconds), **look, **exif)


@file_writer
def write_mp4(stream: IO[bytes], frames: Frames, options: Options, provenance: Provenance | None) -> None:
    """Write frames, uint8 (n, h, w, 1 or 3), as MP4 (H.264); heeds scale, style, seconds and ping_pong.

    Its pixels are nearly those of the frames; of an odd side the last row or column is there twice. Times are rounded
    to milliseconds.
    """
    shown = _Shown.of(frames, options)
    encode_mp4(stream, shown.images(), len(shown.order), options.seconds, provenance)


class Reel(Image.Image):
    """Pictures as Pillow finds those of an animation it has opened, by seeking: only the one it is at is there.

    There is no way back. count: how many there are.
    """

    def __init__(self, images: Iterator[Image.Image], count: int) -> None:
        super().__init__()
        self._images, self.n_frames = images, count

    def seek(self, frame: int) -> None:
        """Go on to the next picture."""
        image = next(self._images)
        self.im, self._mode, self._size = image.im, image.mode, image.size


@dataclass(frozen=True, eq=False)
class _Shown:
    """Frames as the options have them. order: which is shown when."""

    frames: Frames
    options: Options
    order: list[int]

    @classmethod
    def of(cls, frames: Frames, options: Options) -> "_Shown":
        """Raises ExportError where they are no pictures, or too large ones; together, if they are in memory."""
        check_pictures(frames, 4)
        count, height, width, _ = frames.shape
        order = [*range(count), *(range(count - 2, 0, -1) if options.ping_pong else ())]
        together = len(order) if isinstance(frames, np.ndarray) else 1
        check_size(together, height * options.scale, width * options.scale)
        return cls(frames, options, order)

    def images(self) -> Iterator[Image.Image]:
        return map(to_image, map(self._picture, self.order))

    def palette(self) -> Image.Image:
        """The colours of a few frames, evenly spread, those that are rare but far from all others among them."""
        chosen = np.unique(np.linspace(0, self.frames.shape[0] - 1, _SAMPLES).round().astype(int)).tolist()
        sample = np.concatenate([self._picture(index) for index in chosen])
        return to_image(sample).quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, _ROUNDS)

    def _picture(self, index: int) -> Pixels:
        return scaled(self.frames[index], self.options.scale, self.options.style)


def _save(stream: IO[bytes], kind: str, images: Iterator[Image.Image], later: Any, **parameters: Any) -> None:
    """Save the first of `images` and all that come `later`, as Pillow takes them."""
    first = next(images)
    try:
        first.save(stream, kind, save_all=True, append_images=later, **parameters)
    except (ValueError, SystemError, RuntimeError) as error:
        raise ExportError(f"{kind} cannot hold a picture of {first.width} x {first.height}: {error}") from error
