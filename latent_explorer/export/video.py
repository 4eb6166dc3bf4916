"""Films as MP4: H.264, which every browser plays, through PyAV, which brings its own FFmpeg along."""

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image

from latent_explorer.errors import ExportError
from latent_explorer.export.pixels import Pixels
from latent_explorer.export.provenance import Provenance

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_QUALITY = {"crf": "20", "preset": "medium"}
_BT709, _LIMITED = 1, 1  # how players of today take colours
_INDEX_BYTES, _FRAME_BYTES = 4096, 48  # of the index at the beginning, at most


def encode_mp4(
    stream: IO[bytes], images: Iterator[Image.Image], count: int, seconds: float, provenance: Provenance | None
) -> None:
    """Encode `count` pictures of one size, each shown for so many seconds.

    A player can begin before it has the whole file: room for the index is left at the beginning. Raises ExportError
    where FFmpeg refuses; what the stream and the pictures raise passes through.
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
    """The frames of a film, uint8 (h, w, 3), each with the seconds it is shown. Raises ExportError where it is none."""
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
    video = container.add_stream("libx264", rate=rate, options=_QUALITY)
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
    """A side that a video can have: the codec keeps colours of blocks of 2 x 2 pixels."""
    return side + side % 2
