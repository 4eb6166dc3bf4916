"""Converts between our pictures, float32 (n, c, h, w) in [0, 1], and those of a program."""

import math
from dataclasses import dataclass

from torch import Tensor

from latent_explorer.bundles import ProgramRecord
from latent_explorer.errors import UserError

Shape = tuple[int, ...]
LAYOUTS = ("nchw", "nhwc", "nhw", "flat")
"""The layouts of a program's pictures; flat: (n, c * h * w), row by row, one channel after another."""


@dataclass(frozen=True)
class PictureForm:
    """The form of a program's pictures.

    shape: (h, w, c) of ours. layout: one of LAYOUTS. channels: of its pictures; if it has 3 and ours are grey, grey is
    repeated for it and its colours are averaged. value_range: black and white. logits: whether a sigmoid must be
    applied, which gives values in the range 0 to 1.
    """

    shape: tuple[int, int, int]
    layout: str
    channels: int
    value_range: tuple[float, float] = (0.0, 1.0)
    logits: bool = False

    @classmethod
    def of(cls, shape: tuple[int, int, int], record: ProgramRecord, which: str) -> "PictureForm":
        """The form for a program's decoder or encoder, as `which` says."""
        layout = str(record.options.get(f"{which}_layout", "nchw"))
        if layout not in LAYOUTS:
            raise UserError(f"program.options.{which}_layout: expected one of {', '.join(LAYOUTS)}, found {layout!r}")
        channels = int(record.options.get("channels", shape[2]))
        if channels not in (shape[2], 3):
            raise UserError(f"program.options.channels: expected {shape[2]} or 3, found {channels}")
        return cls(shape, layout, channels, record.value_range, record.options.get("activation") == "sigmoid")

    @property
    def expected(self) -> Shape:
        """The shape of one picture of the program."""
        height, width, _ = self.shape
        return {
            "nchw": (self.channels, height, width),
            "nhwc": (height, width, self.channels),
            "nhw": (height, width),
            "flat": (self.channels * height * width,),
        }[self.layout]

    def to_ours(self, made: Tensor) -> Tensor:
        """Pictures (n, c, h, w), 0 to 1 from black to white, from a program's output.

        Raises UserError if that has another shape.
        """
        if tuple(made.shape[1:]) != self.expected:
            found, expected = ("x".join(map(str, shape)) for shape in (made.shape[1:], self.expected))
            raise UserError(f"the decoder gave pictures of {found}: expected {expected}")
        height, width, channels = self.shape
        pictures = made.float()
        if self.layout == "nhwc":
            pictures = pictures.permute(0, 3, 1, 2)
        pictures = pictures.reshape(len(made), self.channels, height, width)
        if self.logits:
            pictures = pictures.sigmoid()
        else:
            low, high = self.value_range
            pictures = pictures if (low, high) == (0, 1) else (pictures - low) / (high - low)
        return pictures if channels == self.channels else pictures.clamp(0, 1).mean(1, keepdim=True)

    def to_program(self, images: Tensor) -> Tensor:
        """Images (n, c, h, w) in [0, 1] in the program's form."""
        low, high = (0.0, 1.0) if self.logits else self.value_range
        x = images if (low, high) == (0, 1) else images * (high - low) + low
        if self.channels != self.shape[2]:
            x = x.expand(-1, self.channels, -1, -1)
        if self.layout == "nhwc":
            x = x.permute(0, 2, 3, 1)
        return x.reshape(len(images), *self.expected).contiguous()


def layout_of(found: tuple[int | None, ...], shape: tuple[int, int, int]) -> tuple[str, int] | None:
    """The layout and channels of a program's pictures of one shape; None if they cannot be images (h, w, c).

    found: as the program gives it, without the number of pictures; None if it gives none.
    """
    for layout in LAYOUTS:
        for count in dict.fromkeys((shape[2], 3)):
            expected = PictureForm(shape, layout, count).expected
            if len(expected) == len(found) and all(f in (None, e) for f, e in zip(found, expected, strict=True)):
                return layout, count
    return None


def image_shape_of(found: tuple[int | None, ...]) -> tuple[int, int, int] | None:
    """The most likely image shape (h, w, c) of a program's pictures of a shape; None if the program does not say."""
    known = [size for size in found if size is not None]
    if len(known) < len(found):
        return None
    match known:
        case [height, width]:
            return height, width, 1
        case [channels, height, width] if channels in (1, 3):
            return height, width, channels
        case [height, width, channels] if channels in (1, 3):
            return height, width, channels
        case [count]:
            for channels in (1, 3):
                side = math.isqrt(count // channels)
                if side * side * channels == count:
                    return side, side, channels
    return None
