"""Tiles of values: where they are sampled, and how they are read between the samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.atlas import TileCache, TileKey, field_value, node_points, tile_region

STEPS = 12
PLACES = st.tuples(st.floats(-7.9, 7.9), st.floats(-7.9, 7.9))


def plane(points: np.ndarray) -> np.ndarray:
    """A field without curvature, which bilinear reading gives back exactly."""
    return (3 * points[:, :1] - 2 * points[:, 1:] + 1).astype(np.float32)


def key(column: int, row: int, level: int = 0, field: str = "stretch") -> TileKey:
    return TileKey(field, "identity", level, column, row)


@pytest.mark.parametrize("nodes", [2, 9, 33])
def test_nodes_reach_from_edge_to_edge(nodes: int) -> None:
    tile = key(-1, 2, 3)
    points, region = node_points(tile, nodes - 1), tile_region(tile)
    assert points.shape == (nodes**2, 2)
    np.testing.assert_allclose(points[0], (region.left, region.top))
    np.testing.assert_allclose(points[nodes - 1], (region.right, region.top))
    np.testing.assert_allclose(points[-1], (region.right, region.bottom))


@given(PLACES)
def test_a_flat_field_is_read_exactly(uv: tuple[float, float]) -> None:
    cache = TileCache()
    for column in (-1, 0):
        for row in (-1, 0):
            cache.put(key(column, row), plane(node_points(key(column, row), STEPS)))
    found = field_value(cache, uv, [0], field="stretch", chart="identity", steps=STEPS)
    assert found is not None
    assert found[0] == pytest.approx(plane(np.array([uv]))[0, 0], abs=1e-4)


@given(PLACES)
def test_a_coarser_tile_stands_in_and_none_is_none(uv: tuple[float, float]) -> None:
    cache = TileCache()
    assert field_value(cache, uv, [2, 1, 0], field="stretch", chart="identity", steps=STEPS) is None
    column, row = (int(np.floor(each / 8)) for each in uv)
    cache.put(key(column, row), plane(node_points(key(column, row), STEPS)))
    found = field_value(cache, uv, [2, 1, 0], field="stretch", chart="identity", steps=STEPS)
    assert found is not None
    assert found[0] == pytest.approx(plane(np.array([uv]))[0, 0], abs=1e-4)
    assert field_value(cache, uv, [2, 1, 0], field="density", chart="identity", steps=STEPS) is None


@given(PLACES)
def test_between_two_labels_there_is_no_third(uv: tuple[float, float]) -> None:
    cache, column, row = TileCache(), *(int(np.floor(each / 8)) for each in uv)
    points = node_points(key(column, row, field="classes"), STEPS)
    labels = np.where(points[:, 0] > points[:, 1], 9.0, 0.0)
    cache.put(key(column, row, field="classes"), np.stack([labels, labels], 1).astype(np.float32))
    found = field_value(cache, uv, [0], field="classes", chart="identity", steps=STEPS, categorical=True)
    assert found is not None
    assert found[0] in (0, 9)
