"""Measures of colour pictures: smooth ones that walks follow, and others that they are scored by."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.ink import Measured

Colours = NDArray[np.floating]
"""Colour pictures (n, h, w, 3) in [0, 1], red, green and blue."""

_LUMA = (0.299, 0.587, 0.114)
_TO_XYZ = np.array([(0.4125, 0.3576, 0.1804), (0.2127, 0.7152, 0.0722), (0.0193, 0.1192, 0.9503)])  # sRGB, D65
_WHITE = _TO_XYZ.sum(1)
_NOTHING = 1e-6


def brightness(colours: Colours) -> Measured:
    """The mean of 0.299 red + 0.587 green + 0.114 blue, in percent."""
    return _mean(colours @ np.array(_LUMA, colours.dtype))


def redness(colours: Colours) -> Measured:
    """The mean of red less green, in percent."""
    return _mean(colours[..., 0] - colours[..., 1])


def yellowness(colours: Colours) -> Measured:
    """The mean of red and green, halved, less blue, in percent."""
    return _mean((colours[..., 0] + colours[..., 1]) / 2 - colours[..., 2])


def saturation(colours: Colours) -> Measured:
    """The root mean square of how far the channels of a pixel are from their mean, in percent."""
    apart = colours - colours.mean(-1, keepdims=True)
    return np.asarray(100 * np.sqrt(np.square(apart).mean((1, 2, 3), dtype=np.float64) + _NOTHING))


def median_lightness(colours: Colours) -> Measured:
    """The median of L* (CIE 1976), from 0 to 100."""
    return _median(_lab(colours)[..., 0])


def median_red_green(colours: Colours) -> Measured:
    """The median of a* (CIE 1976)."""
    return _median(_lab(colours)[..., 1])


def median_yellow_blue(colours: Colours) -> Measured:
    """The median of b* (CIE 1976)."""
    return _median(_lab(colours)[..., 2])


def mean_chroma(colours: Colours) -> Measured:
    """The mean over the pixels of the distance from grey in the plane of a* and b* (CIE 1976)."""
    return np.asarray(np.hypot(*np.moveaxis(_lab(colours)[..., 1:], -1, 0)).mean((1, 2)), np.float64)


def _mean(values: NDArray[np.floating]) -> Measured:
    return np.asarray(100 * values.mean((1, 2), dtype=np.float64))


def _median(values: NDArray[np.floating]) -> Measured:
    return np.asarray(np.median(values.reshape(len(values), -1), axis=1), np.float64)


def _lab(colours: Colours) -> NDArray[np.float64]:
    """CIE L*a*b* of sRGB colours."""
    rgb = np.asarray(colours, np.float64)
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    share = linear @ _TO_XYZ.T / _WHITE
    x, y, z = np.moveaxis(np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
