"""The tile cache: never over its limit, and what was used last stays."""

from collections import OrderedDict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_explorer.atlas import TileCache, TileKey

LIMIT = 10
Use = tuple[str, int, int]
USES = st.lists(st.tuples(st.sampled_from(["put", "get"]), st.integers(0, 9), st.integers(1, 4)), max_size=60)


def key(number: int) -> TileKey:
    return TileKey("f", "c", 0, number, 0)


def tile(size: int) -> NDArray[np.uint8]:
    return np.zeros((size, 1, 1, 1), np.uint8)


@given(USES)
def test_it_keeps_what_a_plain_model_of_it_keeps(uses: list[Use]) -> None:
    cache, model = TileCache(LIMIT), OrderedDict[int, int]()
    for what, number, size in uses:
        if what == "get":
            found = cache.get(key(number))
            assert (None if found is None else len(found)) == model.get(number)
            if number in model:
                model.move_to_end(number)
            continue
        model.pop(number, None)
        model[number] = size
        expected = []
        while sum(model.values()) > LIMIT:
            expected.append(key(model.popitem(last=False)[0]))
        assert cache.put(key(number), tile(size)) == expected
        assert cache.bytes == sum(model.values()) <= LIMIT
        assert list(cache) == [key(number) for number in model]


def test_a_tile_over_the_limit_is_kept_alone() -> None:
    cache = TileCache(LIMIT)
    cache.put(key(1), tile(4))
    assert cache.put(key(2), tile(25)) == [key(1)]
    assert list(cache) == [key(2)]
    assert cache.bytes == 25


def test_asking_whether_it_is_there_is_no_use() -> None:
    cache = TileCache(2)
    cache.put(key(1), tile(1))
    cache.put(key(2), tile(1))
    assert key(1) in cache
    assert cache.put(key(3), tile(1)) == [key(1)]


def test_cleared_it_is_empty() -> None:
    cache = TileCache(LIMIT)
    cache.put(key(1), tile(4))
    cache.clear()
    assert len(cache) == cache.bytes == 0
    assert cache.get(key(1)) is None
