"""How well colours can be distinguished with any colour vision: differences, simulated dichromacy, contrast."""

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.float64]
"""sRGB colours (..., 3), red first, in [0, 1]."""

_TO_XYZ = np.array(
    [(0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041)]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])  # D65

VISIONS: dict[str, Colours] = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [(0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)]
    ),
    "deuteranopia": np.array(
        [(0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)]
    ),
    "tritanopia": np.array(
        [(1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)]
    ),
}
"""Matrices from linear RGB to its appearance. Machado, Oliveira and Fernandes, "A physiologically-based model for
simulation of color vision deficiency", 2009, severity 1."""


def rgb(*colours: str) -> Colours:
    """Colours (n, 3) from #rrggbb."""
    return np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours]) / 255


def hexadecimal(colour: Colours) -> str:
    """A colour (3,) as #rrggbb."""
    return "#" + "".join(f"{round(255 * float(share)):02x}" for share in np.clip(colour, 0, 1))


def linear(colours: Colours) -> Colours:
    """Convert sRGB colours to linear light."""
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21: WCAG 2.1, relative luminance."""
    dark, light = sorted((linear(rgb(one, other)) @ _TO_XYZ[1]).tolist())
    return float((light + 0.05) / (dark + 0.05))


def lab(colours: Colours, vision: str = "normal") -> Colours:
    """CIELAB coordinates (..., 3), D65, of colours as seen with a kind of colour vision."""
    seen = np.clip(linear(colours) @ VISIONS[vision].T, 0, 1)
    share = seen @ _TO_XYZ.T / _WHITE
    bent = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def difference(one: Colours, other: Colours) -> NDArray[np.float64]:
    """CIEDE2000 of CIELAB coordinates (..., 3): below 1 it is invisible, above 10 two dots differ at a glance.

    Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005; the variables have the names of the paper.
    """
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(c7 / (c7 + 25.0**7))
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    big_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = np.where(grey, h1 + h2, h1 + turn / 2)
    t = (
        1
        - 0.17 * _cos(mean_h - 30)
        + 0.24 * _cos(2 * mean_h)
        + 0.32 * _cos(3 * mean_h + 6)
        - 0.2 * _cos(4 * mean_h - 63)
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    away = ((mean_h - 275 + 180) % 360 - 180) / 25
    rotation = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(away**2))))
    dl, dc, dh = (l2 - l1) / s_l, (c2 - c1) / s_c, big_h / s_h
    apart: NDArray[np.float64] = np.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh)
    return apart


def differences(colours: Colours, vision: str = "normal") -> NDArray[np.float64]:
    """CIEDE2000 between all pairs of colours (n, 3), (n, n), as seen with a kind of colour vision."""
    seen = lab(colours, vision)
    return difference(seen[:, None], seen[None])


def least_difference(colours: Colours) -> dict[str, float]:
    """The difference of the two most similar colours of (n, 3), by kind of colour vision."""
    pairs = np.triu_indices(len(colours), 1)
    return {vision: float(differences(colours, vision)[pairs].min()) for vision in VISIONS}


def _cos(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cos(np.radians(degrees))
