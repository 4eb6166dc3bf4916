"""Measures of colour pictures: means in Oklab, which walks follow, and medians in CIE L*a*b*, which they are scored by.

Oklab: Ottosson, "A perceptual color space for image processing", 2020. Its axes lie nearly as those of CIE L*a*b*, in
which red less green and yellow less blue of bare channels are no opposites: less blue alone is much less red there.
"""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes.ink import Measured

Colours = NDArray[np.floating]
"""Colour pictures (n, h, w, 3) in [0, 1], red, green and blue."""

_TO_XYZ = np.array([(0.4125, 0.3576, 0.1804), (0.2127, 0.7152, 0.0722), (0.0193, 0.1192, 0.9503)])  # sRGB, D65
_WHITE = _TO_XYZ.sum(1)
_TO_CONES = np.array(
    [
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    ]
)
_OF_CONES = np.array(
    [
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    ]
)
_NOTHING = 1e-6


def brightness(colours: Colours) -> Measured:
    """The mean of L of Oklab, in percent."""
    return _mean(_oklab(colours)[..., 0])


def redness(colours: Colours) -> Measured:
    """The mean of a of Oklab, in percent."""
    return _mean(_oklab(colours)[..., 1])


def yellowness(colours: Colours) -> Measured:
    """The mean of b of Oklab, in percent."""
    return _mean(_oklab(colours)[..., 2])


def saturation(colours: Colours) -> Measured:
    """The mean over the pixels of the distance from grey in the plane of a and b of Oklab, in percent."""
    return _mean(np.sqrt(np.square(_oklab(colours)[..., 1:]).sum(-1) + _NOTHING))


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


def _oklab(colours: Colours) -> NDArray[np.float64]:
    """Oklab of sRGB colours."""
    return np.asarray(np.cbrt(_linear(colours) @ _TO_CONES.T) @ _OF_CONES.T)


def _lab(colours: Colours) -> NDArray[np.float64]:
    """CIE L*a*b* of sRGB colours."""
    share = _linear(colours) @ _TO_XYZ.T / _WHITE
    x, y, z = np.moveaxis(np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _linear(colours: Colours) -> NDArray[np.float64]:
    """sRGB without its gamma."""
    rgb = np.asarray(colours, np.float64)
    return np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
