"""Many points drawn at once into one image, in numpy."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.gui.view import View


def splat(
    uv: NDArray[np.float32], colours: NDArray[np.uint32], view: View, diameter: int, ratio: float = 1.0
) -> NDArray[np.uint32]:
    """An image uint32 (height, width) with a dot for each point that is seen, 0 elsewhere.

    uv: float32 (n, 2), plane points. colours: uint32 (n,), what is written; where dots overlap, that of one of them.
    diameter: of a dot, in device pixels. ratio: device pixels per logical pixel of the view.
    """
    width, height = round(view.width * ratio), round(view.height * ratio)
    half = diameter // 2
    row_length = width + 2 * diameter  # a frame around the image takes the parts of dots that stick out
    scale, region = np.float32(view.scale * ratio), view.region
    # subtracting in float64 first keeps deep zooms exact; only what is left is small
    x = ((uv[:, 0] - region.left) * scale).astype(np.float32)
    y = ((region.top - uv[:, 1]) * scale).astype(np.float32)
    seen = (x >= -half) & (x < width + half) & (y >= -half) & (y < height + half)
    if seen.all():
        chosen = colours
    else:
        x, y, chosen = x[seen], y[seen], colours[seen]
    places = (y + diameter).astype(np.intp) * row_length + (x + diameter).astype(np.intp)
    canvas = np.zeros((height + 2 * diameter, row_length), np.uint32)
    flat = canvas.reshape(-1)
    for dx, dy in disc(diameter):
        flat[places + (dy * row_length + dx)] = chosen
    return np.ascontiguousarray(canvas[diameter:-diameter, diameter:-diameter])


def disc(diameter: int) -> list[tuple[int, int]]:
    """The pixels of a round dot, as offsets (dx, dy) from the one that holds its place."""
    middle, limit = (diameter - 1) / 2, (diameter / 2) ** 2
    start = -((diameter - 1) // 2)
    steps = range(diameter)
    inside = [(i, j) for j in steps for i in steps if (i - middle) ** 2 + (j - middle) ** 2 <= limit]
    return [(i + start, j + start) for i, j in inside]
