"""Tiles kept in memory, the least recently used forgotten first."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from latent_explorer.atlas.geometry import TileKey

Pictures = NDArray[Any]


class TileCache:
    """Tiles by key, of pictures uint8 (64, h, w, c) or of values, together at most `limit` bytes.

    A lower limit holds from the next tile on.

    Reading counts as use. Belongs to one thread.
    """

    def __init__(self, limit: int = 256 * 2**20) -> None:
        self.limit = limit
        self._bytes = 0
        self._tiles: OrderedDict[TileKey, Pictures] = OrderedDict()

    def __contains__(self, key: TileKey) -> bool:
        return key in self._tiles

    def __len__(self) -> int:
        return len(self._tiles)

    def __iter__(self) -> Iterator[TileKey]:
        return iter(tuple(self._tiles))

    @property
    def bytes(self) -> int:
        """The size of all tiles held."""
        return self._bytes

    def get(self, key: TileKey) -> Pictures | None:
        """The tile, now the most recently used, or None."""
        if key in self._tiles:
            self._tiles.move_to_end(key)
        return self._tiles.get(key)

    def put(self, key: TileKey, pictures: Pictures) -> list[TileKey]:
        """Keep a tile; returns the keys of those forgotten for it."""
        self._forget(key)
        self._tiles[key] = pictures
        self._bytes += pictures.nbytes
        forgotten = []
        while self._bytes > self.limit and len(self._tiles) > 1:
            oldest = next(iter(self._tiles))
            self._forget(oldest)
            forgotten.append(oldest)
        return forgotten

    def clear(self) -> None:
        """Forget all tiles."""
        self._tiles.clear()
        self._bytes = 0

    def _forget(self, key: TileKey) -> None:
        pictures = self._tiles.pop(key, None)
        self._bytes -= pictures.nbytes if pictures is not None else 0
