"""The form of pictures in the arrays of other people's functions, and conversion to ours and back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.errors import UserError

Shape = tuple[int, int, int]
Layout = Literal["nchw", "nhwc", "nhw", "flat chw", "flat hwc"]
Span = tuple[float, float]
SPANS: tuple[Span, ...] = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))
"""The usual values of black and white."""

_BEYOND = 0.25  # of the span: what linear models overshoot by lies nearer
_FEW = 0.02  # of the pixels: so many may lie beyond
_NEARLY, _FILLED = 0.02, 0.1  # of a span that is advised
_NARROW = 0.02  # of the span: values that fill no more of it were meant for another


@dataclass(frozen=True)
class ArrayForm:
    """The form of pictures in an array. shape: (h, w, c) of one. span: black and white. whole: whether uint8."""

    layout: Layout
    shape: Shape
    span: Span = (0.0, 1.0)
    whole: bool = False

    def read(self, pictures: Tensor) -> Tensor:
        """Float32 (n, c, h, w) of pictures in this form, in [0, 1] if they are within the span."""
        height, width, channels = self.shape
        count, (low, high) = len(pictures), self.span
        ordered = pictures.float()
        if self.layout in ("nhwc", "flat hwc"):
            ordered = ordered.reshape(count, height, width, channels).permute(0, 3, 1, 2)
        ordered = ordered.reshape(count, channels, height, width)
        return ordered if (low, high) == (0, 1) else (ordered - low) / (high - low)

    def write(self, x: Tensor) -> Tensor:
        """Pictures in this form of float32 (n, c, h, w) in [0, 1]."""
        low, high = self.span
        values = x if (low, high) == (0, 1) else x * (high - low) + low
        if self.whole:
            values = values.round().clamp(0, 255).to(torch.uint8)
        if self.layout in ("nhwc", "flat hwc"):
            values = values.permute(0, 2, 3, 1)
        if self.layout == "nhw":
            return values[:, 0].contiguous()
        return (values.flatten(1) if self.layout.startswith("flat") else values).contiguous()

    @property
    def words(self) -> str:
        """In words: `float32 (n, 1, 28, 28) in 0..1`."""
        height, width, channels = self.shape
        axes = {
            "nchw": (channels, height, width),
            "nhwc": self.shape,
            "nhw": (height, width),
        }.get(self.layout, (math.prod(self.shape),))
        return f"{'uint8' if self.whole else 'float32'} (n, {', '.join(map(str, axes))}) in {span_words(self.span)}"


def span_words(span: Span) -> str:
    return f"{span[0]:g}..{span[1]:g}"


def layout_of(found: tuple[int, ...], expected: Shape | None, last: bool) -> tuple[Layout, Shape] | None:
    """The layout of pictures in an array of a shape (n, ...), and the shape (h, w, c) of one; None if it is not
    pictures.

    expected: the shape of one, if known. last: whether channels come last if both are possible.
    """
    ways = list(_ways(found[1:], expected))
    if expected is not None:
        ways = [way for way in ways if way[1] == expected]
    ways.sort(key=lambda way: (way[0] in ("nhwc", "flat hwc")) != last)
    return ways[0] if ways else None


def _ways(axes: tuple[int, ...], expected: Shape | None) -> Sequence[tuple[Layout, Shape]]:
    """All possible meanings of the axes of one picture."""
    if len(axes) == 3:
        first, middle, end = axes
        ways: list[tuple[Layout, Shape]] = []
        if first in (1, 3):
            ways.append(("nchw", (middle, end, first)))
        if end in (1, 3):
            ways.append(("nhwc", (first, middle, end)))
        return ways
    if len(axes) == 2:
        return [("nhw", (*axes, 1))]
    if len(axes) != 1:
        return []
    shapes = [expected] if expected is not None and math.prod(expected) == axes[0] else []
    if expected is None:
        sides = ((math.isqrt(axes[0] // channels), channels) for channels in (1, 3))
        shapes = [(side, side, channels) for side, channels in sides if side * side * channels == axes[0]]
    return [way for shape in shapes[:1] for way in (("flat chw", shape), ("flat hwc", shape))]


def span_of_images(images: NDArray[np.generic], wanted: Span) -> Span:
    """Black and white in an array of images: those of the decoder, if the values are within them.

    Raises UserError if the values are in no usual span.
    """
    if images.dtype == np.uint8:
        return 0.0, 255.0
    if images.dtype == np.bool_:
        return 0.0, 1.0
    low, high = float(images.min()), float(images.max())  # NaN where there is one
    if not math.isfinite(low + high):
        raise UserError("images: expected finite values, found NaN or infinite ones")
    spans = [wanted, *SPANS]
    if high <= 1 and images.dtype.kind in "iu" and (0.0, 1.0) not in spans[:1]:
        spans = [(0.0, 1.0), *spans]
    for span in spans:
        margin = 1e-3 * (span[1] - span[0])
        if span[0] - margin <= low and high <= span[1] + margin:
            return span
    raise UserError(
        f"images: expected values within 0..1, -1..1 or 0..255, found {low:.4g}..{high:.4g}. If they were normalised "
        "for the model, pass them as they were before and normalise in the encoder, "
        f"encoder=lambda x: model.encode((x - mean) / std), or pass value_range=({low:.4g}, {high:.4g}) if the "
        "decoder gives such values too"
    )


def complaint_about(values: NDArray[np.floating], span: Span) -> str:
    """What is wrong with the values of decoded pictures, and what to pass; empty if they fill their span."""
    if not np.isfinite(values).all():
        share = float((~np.isfinite(values)).mean())
        return (
            f"NaN or infinite values in {share:.0%} of its pixels: look at the weights, or at the scale of the latents"
        )
    low, high = span
    least, most, width = float(values.min()), float(values.max()), high - low
    beyond = float(((values < low - _BEYOND * width) | (values > high + _BEYOND * width)).mean())
    fitting = next((each for each in SPANS if each != span and _fits(least, most, each)), None)
    narrow = most - least < _NARROW * width and fitting is not None
    if beyond <= _FEW and not narrow:
        return ""
    found = f"values of {least:.4g}..{most:.4g}, where value_range says {span_words(span)}"
    if fitting is not None:
        return f"{found}: pass value_range=({fitting[0]:g}, {fitting[1]:g})"
    return (
        f'{found}: pass activation="sigmoid" if they are logits, value_range=({least:.4g}, {most:.4g}) if that is '
        'black and white, or activation="clip" if what lies beyond may be cut off'
    )


def _fits(least: float, most: float, span: Span) -> bool:
    """Whether values are within a span, or nearly, and fill a good part of it."""
    width = span[1] - span[0]
    return span[0] - _NEARLY * width <= least and most <= span[1] + _NEARLY * width and most - least > _FILLED * width


def other_forms(given: ArrayForm | None, shape: Shape, span: Span) -> list[ArrayForm]:
    """The possible forms of an encoder's images of a shape (h, w, c), the most likely first.

    given: the form of the images as passed, if any.
    """
    usual = [ArrayForm("nchw", shape, span), ArrayForm("nhwc", shape, span)]
    if shape[2] == 1:
        usual.append(ArrayForm("nhw", shape, span))
    usual.append(ArrayForm("flat chw", shape, span))
    if given is not None:
        as_float = replace(given, whole=False, span=span)
        flat: Layout = "flat hwc" if given.layout in ("nhwc", "flat hwc") else "flat chw"
        usual = [given, as_float, *usual[:-1], ArrayForm(flat, shape, span)]
    return list(dict.fromkeys(usual))
