"""Points inside a polygon: the compiled loops, numpy, and Qt agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QPolygonF

from latent_explorer.points import index as indexing
from latent_explorer.points import inside as insides
from latent_explorer.points import splat
from latent_explorer.points.index import PointIndex
from latent_explorer.points.inside import even_odd, inside, marked

CORNERS = st.lists(st.tuples(st.integers(-30, 30), st.integers(-30, 30)), min_size=3, max_size=9)


@pytest.fixture(scope="module")
def loops() -> object:
    splat.wait_for_compiled()
    assert splat.compiled_loops() is not None
    return splat.compiled_loops()


@pytest.mark.parametrize("compiled", [False, True])
@given(corners=CORNERS, seed=st.integers(0, 100))
def test_the_points_inside_are_those_that_qt_finds(loops: object, compiled: bool, corners: list, seed: int) -> None:
    uv = np.random.default_rng(seed).normal(0, 12, (200, 2)).astype(np.float32)
    polygon = np.array(corners, float)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splat, "_loaded", loops if compiled else None)
        found = inside(PointIndex(uv, np.zeros(len(uv), np.int64)), polygon)
    outline = QPolygonF([QPointF(u, v) for u, v in corners])
    expected = [outline.containsPoint(QPointF(u, v), Qt.FillRule.OddEvenFill) for u, v in uv.tolist()]
    assert found.tolist() == expected


def test_nothing_lies_inside_a_line_or_among_no_points() -> None:
    uv = np.zeros((5, 2), np.float32)
    assert not inside(PointIndex(uv, np.zeros(5, np.int64)), np.array([[-1.0, -1], [1, 1]])).any()
    assert not len(inside(PointIndex(uv[:0], np.zeros(0, np.int64)), np.array([[-1.0, -1], [1, 1], [0, 5]])))


REAL = st.floats(-40, 40, allow_nan=False)
OUTLINES = st.one_of(
    st.lists(st.tuples(REAL, REAL), min_size=3, max_size=12),
    st.tuples(REAL, REAL, st.floats(0.01, 30), st.integers(3, 120)).map(lambda of: ring(*of)),
)


def ring(u: float, v: float, radius: float, corners: int) -> list[tuple[float, float]]:
    angles = 2 * np.pi * np.arange(corners) / corners
    wobble = radius * (1 + 0.3 * np.sin(5 * angles))
    return list(zip((u + wobble * np.cos(angles)).tolist(), (v + wobble * np.sin(angles)).tolist(), strict=True))


@settings(max_examples=60)
@given(corners=OUTLINES, seed=st.integers(0, 20), per_cell=st.sampled_from([0.02, 0.5, 20.0]), shared=st.booleans())
def test_deciding_by_cells_finds_what_trying_every_point_does(
    loops: object, corners: list, seed: int, per_cell: float, shared: bool
) -> None:
    """Also where many cells lie whole in the outline, and where points lie far outside the grid."""
    uv = (8 * np.random.default_rng(seed).standard_t(2, (3000, 2))).astype(np.float32)
    polygon = np.array(corners, float)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splat, "_loaded", loops)
        patch.setattr(indexing, "_PER_CELL", per_cell)
        patch.setattr(insides, "_FEW", 100 if shared else 10**9)
        found = inside(PointIndex(uv, np.zeros(len(uv), np.int64)), polygon)
    edges = np.hstack([polygon, np.roll(polygon, -1, axis=0)])
    np.testing.assert_array_equal(found, even_odd(uv.astype(np.float64), edges))


@settings(max_examples=30)
@given(seed=st.integers(0, 50), share=st.sampled_from([0.0, 0.01, 0.5, 1.0]), shared=st.booleans())
def test_the_compiled_loops_mark_what_numpy_marks(loops: object, seed: int, share: float, shared: bool) -> None:
    random = np.random.default_rng(seed)
    uv, chosen = random.normal(0, 1, (3000, 2)).astype(np.float32), random.random(3000) < share
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "_LEVELS_FROM", 100)
        patch.setattr(indexing, "_PER_CELL", 0.05)
        patch.setattr(insides, "_FEW", 100 if shared else 10**9)
        index = PointIndex(uv, random.integers(0, 3, 3000))
        found = []
        for compiled in (loops, None):
            patch.setattr(splat, "_loaded", compiled)
            found.append(marked(index, chosen))
    assert len(index.levels) > 1
    for quick, plain in zip(*found, strict=True):
        np.testing.assert_array_equal(quick, plain)
