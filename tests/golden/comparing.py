"""When a picture of the window is still the one that was looked at: by the mean colours of its cells."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CELL = 24
"""Pixels of the window on a side: wider than a letter, so that another font changes little, and a layer much."""
_FAR = 40.0  # levels of 255, beyond which a cell is another
_MOST_FAR, _MOST_MEAN = 0.06, 7.0


def difference(seen: Image.Image, golden: Image.Image) -> str:
    """How two pictures differ, in words; empty where they are the same to whoever looks at them."""
    (wide, high), (w, h) = seen.size, golden.size
    if abs(wide - w) > 0.15 * w or abs(high - h) > 0.15 * h:
        return f"it is {wide} x {high} pixels, and was {w} x {h}"
    cells = (max(1, round(w / CELL)), max(1, round(h / CELL)))
    apart = np.abs(_cells(seen, cells) - _cells(golden, cells)).max(2)
    far = float((apart > _FAR).mean())
    if far <= _MOST_FAR and apart.mean() <= _MOST_MEAN:
        return ""
    return f"{far:.1%} of its cells are of another colour, and all by {apart.mean():.1f} levels in the mean"


def _cells(image: Image.Image, count: tuple[int, int]) -> NDArray[np.float64]:
    return np.asarray(image.convert("RGB").resize(count, Image.Resampling.BOX), np.float64)
