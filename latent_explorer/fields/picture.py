"""The decoded picture: the field that makes up the map."""

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import PICTURES, Layout, TileKey, tile_points
from latent_explorer.errors import EngineError
from latent_explorer.fields.field import Field, FieldInput, Values


class PictureField(Field):
    """A field whose values are pictures uint8 (h, w, c): decoded, sampled in the middles of a tile's cells."""

    def points(self, key: TileKey) -> NDArray[np.float64]:
        return tile_points(key)

    def layout(self, image_shape: tuple[int, int, int]) -> Layout:
        return Layout("|u1", (PICTURES**2, *image_shape))


def _refuse(at: FieldInput, z: NDArray[np.float32]) -> Values:
    raise EngineError("pictures are decoded, not evaluated")


PICTURE = PictureField(
    name="picture",
    title="Pictures",
    sentence="What the decoder draws at each place.",
    evaluate=_refuse,
    colouring=None,
)
