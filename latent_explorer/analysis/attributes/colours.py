"""Measures of colour pictures in CIE L*a*b* (1976): means, which walks follow, and medians, which they are scored by.

Both in one space: axes of another, such as Oklab's, are not quite those of this one, so that what keeps red to green
there changes it here.
"""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.ink import Measured

Colours = NDArray[np.floating]
"""Colour pictures (n, h, w, 3) in [0, 1], red, green and blue."""

_TO_XYZ = np.array([(0.4125, 0.3576, 0.1804), (0.2127, 0.7152, 0.0722), (0.0193, 0.1192, 0.9503)])  # sRGB, D65
_WHITE = _TO_XYZ.sum(1)
_NOTHING = 1e-2


def brightness(colours: Colours) -> Measured:
    """The mean of L*, from 0 to 100."""
    return _mean(_lab(colours)[..., 0])


def redness(colours: Colours) -> Measured:
    """The mean of a*."""
    return _mean(_lab(colours)[..., 1])


def yellowness(colours: Colours) -> Measured:
    """The mean of b*."""
    return _mean(_lab(colours)[..., 2])


def saturation(colours: Colours) -> Measured:
    """The mean chroma C*: the distance from grey in the plane of a* and b*, smooth where it is none."""
    return _mean(np.sqrt(np.square(_lab(colours)[..., 1:]).sum(-1) + _NOTHING))


def median_lightness(colours: Colours) -> Measured:
    """The median of L*, from 0 to 100."""
    return _median(_lab(colours)[..., 0])


def median_red_green(colours: Colours) -> Measured:
    """The median of a*."""
    return _median(_lab(colours)[..., 1])


def median_yellow_blue(colours: Colours) -> Measured:
    """The median of b*."""
    return _median(_lab(colours)[..., 2])


def median_chroma(colours: Colours) -> Measured:
    """The median of C*."""
    return _median(np.hypot(*np.moveaxis(_lab(colours)[..., 1:], -1, 0)))


def _mean(values: NDArray[np.floating]) -> Measured:
    return np.asarray(values.mean((1, 2), dtype=np.float64))


def _median(values: NDArray[np.floating]) -> Measured:
    return np.asarray(np.median(values.reshape(len(values), -1), axis=1), np.float64)


def _lab(colours: Colours) -> NDArray[np.float64]:
    """CIE L*a*b* of sRGB colours."""
    share = _linear(colours) @ _TO_XYZ.T / _WHITE
    x, y, z = np.moveaxis(np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _linear(colours: Colours) -> NDArray[np.float64]:
    """sRGB without its gamma."""
    rgb = np.asarray(colours, np.float64)
    return np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
