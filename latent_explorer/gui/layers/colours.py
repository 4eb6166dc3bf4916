"""Colours for the values of a field."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QColor

Colouring = Callable[[NDArray[np.float32]], NDArray[np.uint32]]
"""A function from values float32 (h, w, channels) to premultiplied ARGB uint32 (h, w)."""


def ramp(share: NDArray[np.floating]) -> NDArray[np.float64]:
    """The viridis colours (..., 3), red first, in [0, 1], of shares, which are clipped to [0, 1]."""
    from pyqtgraph import colormap  # the pane has imported pyqtgraph without unneeded parts

    share = np.asarray(share, np.float64)
    colours: NDArray[np.float64] = colormap.get("viridis").map(share.ravel(), mode="float")[:, :3]
    return colours.reshape(*share.shape, 3)


@dataclass(frozen=True)
class Span:
    """The range of values of a scale, from its dark to its bright end.

    logarithmic: whether the scale is logarithmic; low and high are then positive.
    """

    low: float
    high: float
    logarithmic: bool = False

    @staticmethod
    def of(values: NDArray[np.floating], *, logarithmic: bool) -> "Span":
        """The range from the 1st to the 99th percentile of values (n,), so that outliers do not dominate."""
        low, high = np.quantile(values, (0.01, 0.99)).tolist()
        return Span(max(low, high * 1e-3, 1e-9), max(high, 1e-8), True) if logarithmic else Span(low, high)

    def share(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """The positions of values on the scale: 0 at low, 1 at high."""
        if self.logarithmic:
            values = np.log(np.maximum(values, 1e-12) / self.low)
            return values / (math.log(self.high / self.low) or 1.0)
        return (values - self.low) / (self.high - self.low or 1.0)

    def at(self, share: float) -> float:
        """The value at a position of the scale."""
        if self.logarithmic:
            return self.low * math.exp(share * math.log(self.high / self.low))
        return self.low + share * (self.high - self.low)


def by_ramp(span: Span) -> Colouring:
    """Viridis colours over a span."""
    return lambda values: _argb(ramp(span.share(values[..., 0])), np.ones(values.shape[:2]))


def by_class(colours: list[QColor]) -> Colouring:
    """The colour of the class in the first channel, with a saturation by the share in the second: grey below 0.3."""
    palette = _rgb(colours)

    def colour(values: NDArray[np.float32]) -> NDArray[np.uint32]:
        pure = palette[values[..., 0].astype(int)]
        grey = pure.mean(-1, keepdims=True)
        saturation = np.clip((values[..., 1:] - 0.3) / 0.7, 0, 1)
        return _argb(grey + saturation * (pure - grey), 0.25 + 0.75 * saturation[..., 0])

    return colour


def by_cover(ground: QColor) -> Colouring:
    """The background colour with the value as opacity."""
    rgb = _rgb([ground])[0]
    return lambda values: _argb(np.broadcast_to(rgb, (*values.shape[:2], 3)), np.clip(values[..., 0], 0, 1))


def _rgb(colours: list[QColor]) -> NDArray[np.float64]:
    return np.array([(colour.redF(), colour.greenF(), colour.blueF()) for colour in colours])


def _argb(rgb: NDArray[np.floating], alpha: NDArray[np.floating]) -> NDArray[np.uint32]:
    levels = np.rint(255 * np.concatenate([alpha[..., None], rgb * alpha[..., None]], axis=-1)).astype(np.uint32)
    packed: NDArray[np.uint32] = levels[..., 0] << 24 | levels[..., 1] << 16 | levels[..., 2] << 8 | levels[..., 3]
    return packed
