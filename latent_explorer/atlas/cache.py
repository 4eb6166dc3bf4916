"""Pictures kept in memory, the least recently used forgotten first."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

from latent_explorer.atlas.geometry import TileKey

Pictures = NDArray[Any]
Key = TypeVar("Key", bound=Hashable)


class ByteCache(Generic[Key]):
    """Arrays by key, together at most `limit` bytes.

    A lower limit holds from the next array on. What has expired is still held, to stand in until it is put anew.

    Reading counts as use. Belongs to one thread.
    """

    def __init__(self, limit: int = 256 * 2**20) -> None:
        self.limit = limit
        self._bytes = 0
        self._held: OrderedDict[Key, Pictures] = OrderedDict()
        self._expired: set[Key] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Key]:
        return iter(tuple(self._held))

    @property
    def bytes(self) -> int:
        """The size of all that is held."""
        return self._bytes

    def fresh(self, key: Key) -> bool:
        """Whether it is held, and has not expired."""
        return key in self._held and key not in self._expired

    def expire(self) -> None:
        """Let all that is held be of the past."""
        self._expired = set(self._held)

    def current(self, key: Key) -> Pictures | None:
        """The array, now the most recently used; None where there is none or it has expired."""
        return self.get(key) if self.fresh(key) else None

    def get(self, key: Key) -> Pictures | None:
        """The array, now the most recently used, or None."""
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def put(self, key: Key, pictures: Pictures) -> list[Key]:
        """Keep an array; returns the keys of those forgotten for it."""
        self._forget(key)
        self._held[key] = pictures
        self._bytes += pictures.nbytes
        forgotten = []
        while self._bytes > self.limit and len(self._held) > 1:
            oldest = next(iter(self._held))
            self._forget(oldest)
            forgotten.append(oldest)
        return forgotten

    def clear(self) -> None:
        """Forget all."""
        self._held.clear()
        self._expired.clear()
        self._bytes = 0

    def _forget(self, key: Key) -> None:
        pictures = self._held.pop(key, None)
        self._expired.discard(key)
        self._bytes -= pictures.nbytes if pictures is not None else 0


class TileCache(ByteCache[TileKey]):
    """Tiles by key, of pictures uint8 (64, h, w, c) or of values."""
