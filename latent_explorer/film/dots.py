"""The points of a film, each a small disc with a rim."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from latent_explorer.atlas import Region
from latent_explorer.palette import Palette

_FINER = 3
"""Discs are drawn so many times as large, a side, and reduced: so their edges are smooth, and they glide."""

_DOT, _RIM = 255, 235  # how opaque
_RIM_WIDTH = 0.55  # pixels


@dataclass(frozen=True, eq=False)
class Dots:
    """Draws points over a map of a size (width, height) in pixels.

    order: (n,), in which points are drawn. inks: uint32 (n,) in that order, and of the rim, premultiplied. steps:
    (k, 2) from the middle of a disc to each of its fine pixels. inner: bool (k,), which of these are not its rim.
    """

    size: tuple[int, int]
    order: NDArray[np.int64]
    inks: NDArray[np.uint32]
    rim: NDArray[np.uint32]
    steps: NDArray[np.int64]
    inner: NDArray[np.bool_]

    @classmethod
    def of_classes(cls, label: NDArray[np.int64], palette: Palette, size: tuple[int, int], diameter: float) -> "Dots":
        """In the colours of their classes, in an order that puts no class on top. diameter: in pixels."""
        colours = [palette.of_class(number) for number in range(int(label.max(initial=0)) + 1)]
        order = np.random.default_rng(0).permutation(len(label))
        return cls(size, order, _inks(colours, _DOT)[label[order]], _inks([palette.map], _RIM), *_disc(diameter))

    def over(self, ground: Image.Image, uv: NDArray[np.float32], region: Region) -> Image.Image:
        """The ground, of that size, with points at plane points (n, 2)."""
        width, height = (side * _FINER for side in self.size)
        frame = int(self.steps.max()) + 1  # takes what of a disc sticks out of the map
        scale = width / region.width
        x, y = np.rint((uv[self.order].T - np.array([[region.left], [region.top]])) * [[scale], [-scale]])
        seen = (x > -frame) & (x < width + frame) & (y > -frame) & (y < height + frame)
        across = width + 4 * frame
        middles = ((y[seen] + 2 * frame) * across + x[seen] + 2 * frame).astype(np.int64)
        layer = np.zeros((height + 4 * frame) * across, np.uint32)
        discs = np.where(self.inner, self.inks[seen, None], self.rim)
        layer[(middles[:, None] + self.steps @ (1, across)).ravel()] = discs.ravel()  # the last one drawn is seen
        kept = layer.reshape(-1, across)[2 * frame :][:height, 2 * frame :][:, :width]
        fine = Image.fromarray(np.ascontiguousarray(kept).view(np.uint8).reshape(height, width, 4), "RGBa")
        return Image.alpha_composite(ground.convert("RGBA"), fine.reduce(_FINER).convert("RGBA")).convert("RGB")


def _inks(colours: list[str], opacity: int) -> NDArray[np.uint32]:
    """Colours as the four bytes, red first, of a premultiplied pixel."""
    parts = np.array([(*ImageColor.getrgb(colour)[:3], 255) for colour in colours]) * opacity // 255
    return parts.astype(np.uint8).view(np.uint32)[:, 0]


def _disc(diameter: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    radius = diameter * _FINER / 2
    reach = np.arange(-int(radius), int(radius) + 1)
    steps = np.stack(np.meshgrid(reach, reach), -1).reshape(-1, 2)
    distance = np.hypot(*steps.T)
    inside = distance <= radius
    return steps[inside], distance[inside] <= radius - _RIM_WIDTH * _FINER
