"""The decoded pictures under the points of a film."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import KDTree

from latent_explorer.atlas import Region, grid_points, montage
from latent_explorer.film.footage import Shot
from latent_explorer.palette import Palette

_OPACITY, _FAINTEST = 0.58, 0.2  # of pictures amid the data, and far from all
_NEAR, _FAR = 0.7, 2.5  # cells to the fifth nearest point within which, and beyond which
_CROWD = 5


@dataclass(frozen=True)
class Ground:
    """Lays out pictures over a map. size: of the map, (width, height) in pixels; cell: about a picture's side."""

    size: tuple[int, int]
    cell: float
    palette: Palette

    def painted(self, shot: Shot, region: Region) -> Image.Image:
        """What the shot's decoder makes of a region, fainter where no data are."""
        columns, rows = (max(1, round(side / self.cell)) for side in self.size)
        points = grid_points(region, columns, rows)
        whole = montage(shot.pictures(points), columns)
        image = self._coloured(whole).resize(self.size, Image.Resampling.BICUBIC)
        clearness = self._clearness(shot.uv, points, region.width / columns).reshape(rows, columns)
        mask = Image.fromarray((255 * clearness).round().astype(np.uint8)).resize(self.size, Image.Resampling.BICUBIC)
        return Image.composite(image, Image.new("RGB", self.size, self.palette.map), mask)

    def _coloured(self, pixels: NDArray[np.uint8]) -> Image.Image:
        """In colour; grey ones are as ink on the map's ground, so that black is no frame around each."""
        if pixels.shape[2] == 3:
            return Image.fromarray(pixels)
        ink = np.array(Image.new("RGB", (1, 1), self.palette.text))[0, 0].astype(np.float32)
        paper = np.array(Image.new("RGB", (1, 1), self.palette.map))[0, 0].astype(np.float32)
        share = pixels.astype(np.float32) / 255
        return Image.fromarray((paper + (ink - paper) * share).round().astype(np.uint8))

    @staticmethod
    def _clearness(data: NDArray[np.float32], points: NDArray[np.float64], cell: float) -> NDArray[np.float64]:
        distance, _ = KDTree(data).query(points, k=[min(_CROWD, len(data))])
        away = np.clip((distance[:, 0] / cell - _NEAR) / (_FAR - _NEAR), 0, 1)
        shown: NDArray[np.float64] = _OPACITY * (1 - (1 - _FAINTEST) * away * away * (3 - 2 * away))
        return shown
