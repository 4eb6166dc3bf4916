"""Moving pictures: GIF, WebP and MP4, made while they are written, so a film need not be in memory as a whole.

MP4 is H.264, which every browser plays, through PyAV, which includes FFmpeg. Each frame is a picture, or several in
rows and columns, (n, rows, columns, h, w, c) or PictureRows, that become one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from latent_explorer.errors import ExportError
from latent_explorer.export.pixels import Frames, Pixels, check_frames, check_size, to_image
from latent_explorer.export.provenance import Provenance, exif_of
from latent_explorer.export.rows import PictureRows, captions_of, shown_frame, shown_size
from latent_explorer.export.writer import Options, file_writer

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_COLOURS, _SAMPLES, _ROUNDS = 255, 8, 3
_WEBP_QUALITY = 80
_MP4_QUALITY = {"crf": "20", "preset": "medium"}
_BT709, _LIMITED = 1, 1  # how players of today take colours
_INDEX_BYTES, _FRAME_BYTES = 4096, 48  # of the index at the beginning, at most


@file_writer
def write_gif(stream: IO[bytes], frames: Frames, options: Options, provenance: Provenance | None) -> None:
    """Write frames, uint8 (n, h, w, 1 or 3), as GIF; heeds scale, style, seconds, ping_pong and loop.

    Grey levels are exact. Frames in colour share 255 colours, chosen from a few frames together, and store only changes
    since the frame before. Pillow holds one byte for each of their pixels. Times are rounded to hundredths of a second;
    equal neighbours become one frame shown longer.
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
    """Write frames, uint8 (n, h, w, 1 or 3), as animated WebP; heeds all options except gap and per_row.

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

    Its pixels are nearly those of the frames; with an odd side the last row or column is repeated. Times are rounded to
    milliseconds.
    """
    shown = _Shown.of(frames, options)
    _encode_mp4(stream, shown.images(), len(shown.order), options.seconds, provenance)


class Reel(Image.Image):
    """Pictures in the form of an animation opened by Pillow, by seeking: only the current one exists.

    It cannot seek backwards. count: how many there are.
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
    """Frames after the options. order: the order in which they are shown."""

    frames: Frames
    options: Options
    order: list[int]

    @classmethod
    def of(cls, frames: Frames, options: Options) -> "_Shown":
        """Raises ExportError if they are not pictures, or too large; all together if they are in memory."""
        check_frames(frames)
        count = frames.shape[0]
        order = [*range(count), *(range(count - 2, 0, -1) if options.ping_pong else ())]
        together = len(order) if isinstance(frames, np.ndarray | PictureRows) else 1
        check_size(together, *shown_size(frames.shape, options.scale, captions_of(frames)))
        return cls(frames, options, order)

    def images(self) -> Iterator[Image.Image]:
        return map(to_image, map(self._picture, self.order))

    def palette(self) -> Image.Image:
        """The colours of a few evenly spaced frames, including rare ones that are far from all others."""
        chosen = np.unique(np.linspace(0, self.frames.shape[0] - 1, _SAMPLES).round().astype(int)).tolist()
        sample = np.concatenate([self._picture(index) for index in chosen])
        return to_image(sample).quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, _ROUNDS)

    def _picture(self, index: int) -> Pixels:
        return shown_frame(self.frames[index], self.options.scale, self.options.style, captions_of(self.frames))


def _save(stream: IO[bytes], kind: str, images: Iterator[Image.Image], later: Any, **parameters: Any) -> None:
    """Save the first of `images` and all `later` ones, in the way Pillow expects."""
    first = next(images)
    try:
        first.save(stream, kind, save_all=True, append_images=later, **parameters)
    except (ValueError, SystemError, RuntimeError) as error:
        raise ExportError(f"{kind} cannot hold a picture of {first.width} x {first.height}: {error}") from error


def _encode_mp4(
    stream: IO[bytes], images: Iterator[Image.Image], count: int, seconds: float, provenance: Provenance | None
) -> None:
    """Encode `count` pictures of one size, each shown for a number of seconds.

    A player can start before it has the whole file: space for the index is reserved at the beginning. Raises
    ExportError if FFmpeg fails; exceptions from the stream and the pictures pass through.
    """
    import av

    file = BytesIO()  # it must seek, and PyAV would print the errors of a full disk
    note = "" if provenance is None else provenance.text()
    room = _INDEX_BYTES + _FRAME_BYTES * count + len(note)
    try:
        with av.open(file, "w", format="mp4", options={"moov_size": str(room)}) as container:
            container.metadata.update({"comment": note} if note else {})
            _encode(container, images, Fraction(1000, round(1000 * seconds)))
    except av.FFmpegError as error:
        raise ExportError(f"MP4 cannot hold these pictures: {error}") from error
    stream.write(file.getbuffer())


def read_mp4(path: Path) -> Iterator[tuple[Pixels, float]]:
    """The frames of a film, uint8 (h, w, 3), each with its duration in seconds. Raises ExportError if it is not one."""
    import av

    try:
        with av.open(path) as container:
            video = container.streams.video[0]
            for frame in container.decode(video):
                shown = float((frame.duration or 0) * (video.time_base or 0))
                yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False), shown
    except (av.FFmpegError, IndexError) as error:
        raise ExportError(f"{path}: expected a film, but it cannot be read: {error}") from error


def _encode(container: "OutputContainer", images: Iterator[Image.Image], rate: Fraction) -> None:
    video = None
    for image in images:
        video = video or _add_stream(container, image, rate)
        container.mux(video.encode(_frame(image)))
    if video is not None:
        container.mux(video.encode(None))


def _add_stream(container: "OutputContainer", image: Image.Image, rate: Fraction) -> "VideoStream":
    video = container.add_stream("libx264", rate=rate, options=_MP4_QUALITY)
    video.width, video.height = even(image.width), even(image.height)
    video.pix_fmt = "yuv420p"
    context = video.codec_context
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    return video


def _frame(image: Image.Image) -> "VideoFrame":
    from av import VideoFrame

    pixels = np.asarray(image.convert("RGB"))
    lacking = even(image.height) - image.height, even(image.width) - image.width
    frame = VideoFrame.from_ndarray(np.pad(pixels, ((0, lacking[0]), (0, lacking[1]), (0, 0)), "edge"), format="rgb24")
    return frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")


def even(side: int) -> int:
    """A valid side of a video: the codec stores colours in blocks of 2 x 2 pixels."""
    return side + side % 2
