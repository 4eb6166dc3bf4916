"""Points as smooth dots over a picture, for what is painted without a window."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.atlas.view import View
from latent_explorer.points.index import Entries
from latent_explorer.points.splat import Ink, Splatter

_RANKS = 128


def dots(
    xy: NDArray[np.floating], rgb: NDArray[np.integer], size: tuple[int, int], diameter: float, fine: int = 1
) -> Image.Image:
    """Opaque round dots at pixels (n, 2) of a picture (width, height), on nothing, as RGBA.

    rgb: the colour of each (n,), 0xrrggbb. fine: so many times as large, a side, they are drawn and then reduced.
    Which of two is on top is chance, but the same however they move. Those at no finite place are left out.
    """
    width, height = size
    kept = np.isfinite(xy).all(1)
    colours, group = np.unique(np.maximum(rgb[kept], 1), return_inverse=True)  # to a splatter, 0 is not drawn
    u, v = xy[kept].T.astype(np.float32)
    rank = np.random.default_rng(0).integers(0, _RANKS, len(xy), np.uint8)[kept]
    order, ones = np.arange(len(u)), np.ones(len(u), np.float32)
    entries = Entries(1, np.zeros_like(order), u, -v, group.astype(np.uint16), rank, ones, order, order)
    view, every = View(width / 2, -height / 2, 1.0, width, height), (np.array([0]), np.array([len(u)]))
    ink = Ink(colours.astype(np.uint32))
    drawn = Splatter().image(entries, every, ink, view, max(1, round(diameter * fine)), fine)
    whole = Image.fromarray(drawn.view(np.uint8).reshape(*drawn.shape, 4), "RGBa")
    blue, green, red, alpha = (whole.reduce(fine) if fine > 1 else whole).split()
    return Image.merge("RGBa", (red, green, blue, alpha)).convert("RGBA")
