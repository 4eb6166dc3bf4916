"""Tiles: they cover the plane without overlap, level within level."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.atlas import (
    PICTURES,
    Region,
    TileKey,
    grid_points,
    level_for,
    spacing,
    tile_points,
    tile_region,
    tiles_over,
)

LEVELS = st.integers(-6, 20)
KEYS = st.builds(TileKey, st.just("f"), st.just("c"), LEVELS, st.integers(-500, 500), st.integers(-500, 500))


@st.composite
def regions_and_levels(draw: st.DrawFn) -> tuple[Region, int]:
    """A region a few tiles wide, at some level."""
    level = draw(LEVELS)
    side = PICTURES * spacing(level)
    left, bottom = (draw(st.floats(-40, 40)) * side for _ in range(2))
    width, height = (draw(st.floats(0.01, 6)) * side for _ in range(2))
    return Region(left, bottom, left + width, bottom + height), level


def over(region: Region, level: int, near: tuple[float, float] | None = None) -> list[TileKey]:
    return tiles_over(region, level, field="f", chart="c", near=near)


@given(regions_and_levels())
def test_the_tiles_over_a_region_cover_it(given_: tuple[Region, int]) -> None:
    region, level = given_
    tiles = [tile_region(key) for key in over(region, level)]
    assert min(tile.left for tile in tiles) <= region.left
    assert max(tile.right for tile in tiles) >= region.right
    assert min(tile.bottom for tile in tiles) <= region.bottom
    assert max(tile.top for tile in tiles) >= region.top
    side = PICTURES * spacing(level)
    columns = {key.column for key in over(region, level)}
    rows = {key.row for key in over(region, level)}
    assert len(tiles) == len(columns) * len(rows)
    assert max(columns) - min(columns) + 1 == len(columns) <= math.ceil((region.right - region.left) / side) + 1
    assert max(rows) - min(rows) + 1 == len(rows) <= math.ceil((region.top - region.bottom) / side) + 1


@given(regions_and_levels())
def test_no_two_tiles_overlap_and_none_lies_outside(given_: tuple[Region, int]) -> None:
    region, level = given_
    keys = over(region, level)
    assert len(set(keys)) == len(keys)
    for key in keys:
        tile = tile_region(key)
        assert tile.left < region.right
        assert tile.right > region.left
        assert tile.bottom < region.top
        assert tile.top > region.bottom


@given(KEYS)
def test_neighbouring_tiles_share_an_edge_exactly(key: TileKey) -> None:
    right = TileKey(key.field, key.chart, key.level, key.column + 1, key.row)
    above = TileKey(key.field, key.chart, key.level, key.column, key.row + 1)
    assert tile_region(key).right == tile_region(right).left
    assert tile_region(key).top == tile_region(above).bottom


@given(regions_and_levels(), st.floats(-2, 2), st.floats(-2, 2))
def test_tiles_come_nearest_first(given_: tuple[Region, int], du: float, dv: float) -> None:
    region, level = given_
    u, v = region.centre[0] + du * region.width, region.centre[1] + dv * region.height
    tiles = [tile_region(key).centre for key in over(region, level, (u, v))]
    distances = [math.hypot(tile[0] - u, tile[1] - v) for tile in tiles]
    assert distances == pytest.approx(sorted(distances), abs=1e-9 * spacing(level))


@given(KEYS)
def test_a_tiles_points_are_the_centres_of_its_cells(key: TileKey) -> None:
    region, step = tile_region(key), spacing(key.level)
    cells = [(i, j) for j in reversed(range(PICTURES)) for i in range(PICTURES)]
    expected = [(region.left + (i + 0.5) * step, region.bottom + (j + 0.5) * step) for i, j in cells]
    np.testing.assert_allclose(tile_points(key), expected, rtol=0, atol=1e-9 * step)


@given(KEYS)
def test_a_grid_over_four_tiles_is_their_points(key: TileKey) -> None:
    """What the export of a grid computes is what the atlas shows."""
    corner = tile_region(key)
    block = Region(corner.left, corner.bottom, corner.left + 2 * corner.width, corner.bottom + 2 * corner.height)
    grid = grid_points(block, 2 * PICTURES, 2 * PICTURES).reshape(2 * PICTURES, 2 * PICTURES, 2)
    lower_left = grid[PICTURES:, :PICTURES].reshape(-1, 2)
    np.testing.assert_allclose(lower_left, tile_points(key), rtol=0, atol=1e-9 * spacing(key.level))


@given(KEYS)
def test_a_tile_holds_its_four_children(key: TileKey) -> None:
    whole = tile_region(key)
    children = [
        tile_region(TileKey(key.field, key.chart, key.level + 1, 2 * key.column + i, 2 * key.row + j))
        for i in (0, 1)
        for j in (0, 1)
    ]
    assert sum(child.width * child.height for child in children) == whole.width * whole.height
    assert min(child.left for child in children) == whole.left
    assert max(child.top for child in children) == whole.top
    assert tile_region(TileKey("f", "c", key.level, (2 * key.column) >> 1, (2 * key.row + 1) >> 1)) == whole


@given(st.floats(1e-4, 1e7), st.floats(8, 128))
def test_a_picture_is_drawn_at_most_a_factor_of_sqrt_2_from_what_is_aimed_at(scale: float, aim: float) -> None:
    side = spacing(level_for(scale, aim)) * scale
    assert aim / 1.415 <= side <= aim * 1.415


def test_grid_points_run_row_by_row_from_the_top_left() -> None:
    points = grid_points(Region(0, 0, 3, 2), 3, 2)
    assert points.tolist() == [[0.5, 1.5], [1.5, 1.5], [2.5, 1.5], [0.5, 0.5], [1.5, 0.5], [2.5, 0.5]]


def test_a_region_around_points_leaves_out_what_is_not_finite() -> None:
    points = np.array([[0, 1], [np.nan, 5], [2, -1], [np.inf, 0]], np.float32)
    assert Region.around(points) == Region(0, -1, 2, 1)
    assert Region.around(points[1:2]) == Region(-1, -1, 1, 1)


@given(st.floats(-5, 5), st.floats(0, 3), st.floats(0, 2))
def test_a_grown_region_keeps_its_centre(left: float, width: float, share: float) -> None:
    region = Region(left, -1, left + width, 2)
    grown = region.grown(share)
    assert grown.centre == pytest.approx(region.centre)
    assert grown.width == pytest.approx(region.width * (1 + 2 * share))
