"""Common to all writers: the options, and files written whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import IO, Literal, TypeVar, get_args

from latent_explorer.errors import ExportError
from latent_explorer.export.provenance import Provenance
from latent_explorer.files import write_whole

Style = Literal["crisp", "smooth"]
STYLES: tuple[Style, ...] = get_args(Style)
MAX_SCALE = 64


@dataclass(frozen=True)
class Options:
    """The options of an export; each format says which it heeds.

    scale: 1 to 64, output pixels per picture pixel and side. style: crisp (nearest neighbour) or smooth (Lanczos).
    gap: white pixels between pictures of a grid or strip. per_row: pictures in a row of a strip, None for one row.
    seconds: for each frame. ping_pong: forwards and back. loop: forever rather than once.
    lossless: exact pixels in a WebP. Raises ExportError if a value is out of its range.
    """

    scale: int = 1
    style: Style = "crisp"
    gap: int = 0
    per_row: int | None = None
    seconds: float = 0.1
    ping_pong: bool = False
    loop: bool = True
    lossless: bool = True

    def __post_init__(self) -> None:
        for holds, expected, found in (
            (1 <= self.scale <= MAX_SCALE, f"a scale of 1 to {MAX_SCALE}", self.scale),
            (self.style in STYLES, f"one of the styles {', '.join(STYLES)}", self.style),
            (0 <= self.gap <= 256, "a gap of 0 to 256 pixels", self.gap),
            (self.per_row is None or self.per_row >= 1, "at least one picture a row", self.per_row),
            (0.02 <= self.seconds <= 60, "0.02 to 60 seconds a frame", self.seconds),
        ):
            if not holds:
                raise ExportError(f"expected {expected}, found {found}")


DEFAULT = Options()
Content = TypeVar("Content")


def file_writer(save: Callable[[IO[bytes], Content, Options, Provenance | None], object]) -> Callable[..., Path]:
    """The writer of a file, made from a function that saves its content to a stream.

    It is write(path, content, options=DEFAULT, *, provenance=None, overwrite=False), and returns the path. It raises
    UserError, and leaves nothing behind, if the format cannot hold the content, `path` exists and `overwrite` is false,
    or it cannot be written. Exceptions from reading the content pass through.
    """

    @wraps(save)
    def write(
        path: Path,
        content: Content,
        options: Options = DEFAULT,
        *,
        provenance: Provenance | None = None,
        overwrite: bool = False,
    ) -> Path:
        return write_whole(path, lambda stream: save(stream, content, options, provenance), overwrite=overwrite)

    return write
