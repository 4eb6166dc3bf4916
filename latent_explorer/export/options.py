"""How pictures are to look in a file."""

from dataclasses import dataclass
from typing import Literal, get_args

from latent_explorer.errors import ExportError

Style = Literal["crisp", "smooth"]
STYLES: tuple[Style, ...] = get_args(Style)
MAX_SCALE = 64


@dataclass(frozen=True)
class Options:
    """What a person may choose; each format says which of these it heeds.

    scale: 1 to 64, pixels a side for each of the picture's. style: crisp (nearest neighbour) or smooth (Lanczos).
    gap: white pixels between pictures of a grid or strip. per_row: pictures in a row of a strip, None for one row.
    seconds: that each frame is shown. ping_pong: there and back again. loop: for ever rather than once.
    lossless: exact pixels in a WebP. Raises ExportError when a value is out of its range.
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
        _require(1 <= self.scale <= MAX_SCALE, f"a scale of 1 to {MAX_SCALE}", self.scale)
        _require(self.style in STYLES, f"one of the styles {', '.join(STYLES)}", self.style)
        _require(0 <= self.gap <= 256, "a gap of 0 to 256 pixels", self.gap)
        _require(self.per_row is None or self.per_row >= 1, "at least one picture a row", self.per_row)
        _require(0.02 <= self.seconds <= 60, "0.02 to 60 seconds a frame", self.seconds)


def _require(holds: bool, expected: str, found: object) -> None:
    if not holds:
        raise ExportError(f"expected {expected}, found {found}")
