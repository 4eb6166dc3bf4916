"""What is made of a tile's pictures: one large picture, and the one between four."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_explorer.atlas import PICTURES, TileCache, TileKey, interpolated_picture, montage, spacing, tile_points

LEVEL = 3
HERE = TileKey("f", "c", LEVEL, 0, 0)
INSIDE = st.floats(0.5, PICTURES - 0.5).map(lambda cells: cells * spacing(LEVEL))


def pictures(seed: int, shape: tuple[int, ...] = (4, 3, 1)) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (PICTURES**2, *shape), np.uint8)


def cache_of(*tiles: tuple[TileKey, NDArray[np.uint8]]) -> TileCache:
    cache = TileCache()
    for key, content in tiles:
        cache.put(key, content)
    return cache


def at(cache: TileCache, uv: tuple[float, float], levels: tuple[int, ...] = (LEVEL,)) -> NDArray[np.uint8] | None:
    return interpolated_picture(cache, uv, levels, field="f", chart="c")


@given(st.integers(0, 50), st.integers(0, PICTURES**2 - 1))
def test_in_the_middle_of_a_cell_it_is_that_cells_picture(seed: int, cell: int) -> None:
    content = pictures(seed)
    u, v = tile_points(HERE)[cell].tolist()
    np.testing.assert_array_equal(at(cache_of((HERE, content)), (u, v)), content[cell])


@given(st.integers(0, 50), INSIDE, INSIDE)
def test_it_lies_between_the_four_around_it(seed: int, u: float, v: float) -> None:
    content = pictures(seed)
    four = np.abs(tile_points(HERE) - (u, v)).max(1) < spacing(LEVEL) * (1 + 1e-9)
    found = at(cache_of((HERE, content)), (u, v))
    assert found is not None
    assert (found >= content[four].min(0)).all()
    assert (found <= content[four].max(0)).all()


@given(INSIDE, INSIDE)
def test_it_is_the_bilinear_blend(u: float, v: float) -> None:
    """Of pictures whose grey level is linear in the place, it is that level."""
    level = 40 + 100 * tile_points(HERE)[:, 0] + 60 * tile_points(HERE)[:, 1]
    content = np.broadcast_to(np.rint(level)[:, None, None, None], (PICTURES**2, 2, 2, 1)).astype(np.uint8)
    found = at(cache_of((HERE, content)), (u, v))
    assert found is not None
    assert abs(int(found[0, 0, 0]) - (40 + 100 * u + 60 * v)) <= 1.01


@given(st.integers(0, 20), st.floats(0, 1))
def test_it_blends_across_the_edge_of_two_tiles(seed: int, share: float) -> None:
    right = TileKey("f", "c", LEVEL, 1, 0)
    one, other = pictures(seed), pictures(seed + 1)
    v = float(tile_points(HERE)[0, 1])
    u = float(tile_points(HERE)[PICTURES - 1, 0]) + share * spacing(LEVEL)
    found = at(cache_of((HERE, one), (right, other)), (u, v))
    expected = (1 - share) * one[PICTURES - 1] + share * other[0]
    assert found is not None
    np.testing.assert_allclose(found.astype(float), expected, atol=0.51)


def test_of_four_the_missing_ones_lose_their_share() -> None:
    content = pictures(3)
    beyond_the_edge = (float(tile_points(HERE)[PICTURES - 1, 0]) + 0.4 * spacing(LEVEL), float(tile_points(HERE)[0, 1]))
    np.testing.assert_array_equal(at(cache_of((HERE, content)), beyond_the_edge), content[PICTURES - 1])


def test_the_first_level_with_any_is_taken() -> None:
    coarse, fine = pictures(1), pictures(2)
    coarser = TileKey("f", "c", LEVEL - 1, 0, 0)
    u, v = tile_points(coarser)[PICTURES * (PICTURES - 1)].tolist()
    both = cache_of((HERE, fine), (coarser, coarse))
    np.testing.assert_array_equal(at(both, (u, v), (LEVEL - 1, LEVEL)), coarse[PICTURES * (PICTURES - 1)])
    np.testing.assert_array_equal(
        at(cache_of((coarser, coarse)), (u, v), (LEVEL, LEVEL - 1)), coarse[PICTURES * (PICTURES - 1)]
    )


def test_far_from_every_tile_there_is_none() -> None:
    assert at(cache_of((HERE, pictures(0))), (50.0, 50.0), (LEVEL, LEVEL - 1)) is None


@given(
    st.integers(1, 4),
    st.integers(1, 5),
    st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 3])),
)
def test_a_montage_holds_every_picture_in_its_place(rows: int, columns: int, shape: tuple[int, int, int]) -> None:
    content = np.random.default_rng(rows).integers(0, 256, (rows * columns, *shape), np.uint8)
    whole, (height, width, _) = montage(content, columns), shape
    assert whole.shape == (rows * height, columns * width, shape[2])
    assert whole.flags.c_contiguous
    for index, picture in enumerate(content):
        row, column = divmod(index, columns)
        part = whole[row * height : (row + 1) * height, column * width : (column + 1) * width]
        np.testing.assert_array_equal(part, picture)


def test_a_montage_of_a_tile_lies_as_its_points_do() -> None:
    """The picture farthest left and up on the plane is at the top left of the image."""
    content = np.arange(PICTURES**2, dtype=np.uint8)[:, None, None, None]
    whole = montage(content, PICTURES)[:, :, 0]
    points = tile_points(HERE).reshape(PICTURES, PICTURES, 2)
    top_left = np.unravel_index((points[..., 0] - points[..., 1]).argmin(), (PICTURES, PICTURES))
    assert top_left == (0, 0)
    assert whole[0, 0] == 0
    assert whole[0, -1] == PICTURES - 1
    assert pytest.approx(points[0, -1].tolist()) == tile_points(HERE)[PICTURES - 1].tolist()
