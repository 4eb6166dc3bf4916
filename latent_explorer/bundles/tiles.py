"""The decoded pictures that a bundle brings along, for the first paint of its map."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TILE_PICTURES = 64
"""Pictures of one tile: 8 x 8."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """Tiles of decoded pictures, on the plane of the chart that the bundle opens with.

    places: int32 (n, 3), the level, column and row of each tile; no two alike.
    latents: float32 (n, d), where the chart puts the middle of each tile; a chart that puts it elsewhere is another.
    pictures: uint8 (n, 64, h, w, c), row by row from the top left of each tile.
    """

    places: NDArray[np.int32]
    latents: NDArray[np.float32]
    pictures: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.places)
