"""Points inside a polygon: the compiled loops, numpy, and Qt agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QPolygonF

from latent_explorer.gui.map import splat
from latent_explorer.gui.map.index import PointIndex
from latent_explorer.gui.map.inside import inside

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
