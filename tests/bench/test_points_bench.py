"""The bench of points draws, picks and selects what it says it does."""

import numpy as np
import pyqtgraph
import pytest
from numpy.typing import NDArray
from PyQt6.QtWidgets import QApplication

from latent_explorer.atlas.view import View
from latent_explorer.bench import points_baseline, points_bench
from latent_explorer.bench.points_baseline import CLASSES, HOME, clouds, pan_of
from latent_explorer.gui.layers.points import PointLayer

COUNT = 4000


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much as is needed to see each thing once or twice."""
    for name, few in (("_STEPS", 3), ("_ZOOMS", 4), ("_PICKS", 60), ("_SELECTIONS", 2), ("_WARM_UP", 0.05)):
        monkeypatch.setattr(points_bench, name, few)


def test_the_clouds_are_the_same_each_time_and_within_the_region_that_is_shown() -> None:
    uv, label = clouds(COUNT)
    again, _ = clouds(COUNT)
    assert (uv == again).all()
    assert (uv.shape, uv.dtype, label.shape) == ((COUNT, 2), np.float32, (COUNT,))
    assert set(label.tolist()) == set(range(CLASSES))
    left, bottom, right, top = HOME
    assert ((uv > (left, bottom)) & (uv < (right, top))).all(1).mean() > 0.95


def test_a_pan_moves_by_twelve_pixels_whatever_the_step() -> None:
    moved = np.array([pan_of(step) for step in range(500)])
    assert np.abs(np.hypot(*moved.T) - 12).max() < 1
    assert np.abs(moved.sum(0)).max() < 1000  # it comes back


def test_each_figure_is_of_what_it_is_called(qapp: QApplication, short: None, monkeypatch: pytest.MonkeyPatch) -> None:
    views: list[View] = []
    picked: list[object] = []
    selected: list[float] = []
    paint, nearest, select = PointLayer.paint, PointLayer.nearest, PointLayer.select

    def note_view(self: PointLayer, painter: object, view: View, *rest: object) -> object:
        views.append(view)
        return paint(self, painter, view, *rest)

    def note_nearest(self: PointLayer, *rest: object) -> object:
        picked.append(nearest(self, *rest))
        return picked[-1]

    def note_selection(self: PointLayer, chosen: NDArray[np.bool_] | None) -> object:
        if chosen is not None:
            selected.append(float(chosen.mean()))
        return select(self, chosen)

    monkeypatch.setattr(PointLayer, "paint", note_view)
    monkeypatch.setattr(PointLayer, "nearest", note_nearest)
    monkeypatch.setattr(PointLayer, "select", note_selection)
    found = dict(points_bench._measured(COUNT, plain=False))
    names = ["load_seconds", "longest_stall_while_loading_ms", "pan", "zoom", "pick", "box", "lasso"]
    assert list(found) == names
    pans, zooms = views[-7:-4], views[-4:]
    assert len({view.scale for view in pans}) == 1
    assert len({(view.u, view.v) for view in pans}) == 3
    assert np.allclose(np.diff([np.log(view.scale) for view in zooms]), np.log(1.25))
    assert len(picked) == 60
    assert any(each is not None for each in picked)
    assert len(selected) == 4
    assert all(0.25 < share < 0.42 for share in selected)  # about a third


def test_the_plain_way_shows_all_points_and_pans_likewise(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    windows: list[pyqtgraph.PlotWidget] = []

    class Seen(pyqtgraph.PlotWidget):
        def __init__(self) -> None:
            super().__init__()
            windows.append(self)

    monkeypatch.setattr(points_baseline, "SIZES", {"70k": COUNT})
    monkeypatch.setattr(points_baseline, "_STEPS", 8)
    monkeypatch.setattr(points_baseline, "QApplication", lambda _: qapp)
    monkeypatch.setattr(points_baseline.pyqtgraph, "PlotWidget", Seen)
    times = points_baseline.main()
    assert len(times) == 8 - points_baseline._WARM_UP
    (window,) = windows
    view = window.getViewBox()
    (points,) = (item for item in view.addedItems if isinstance(item, pyqtgraph.ScatterPlotItem))
    assert len(points.data) == COUNT
    width, height = view.viewPixelSize()
    right, down = np.sum([pan_of(step) for step in range(8)], axis=0)
    (left, _), (bottom, _) = view.viewRange()
    assert left == pytest.approx(HOME[0] - right * width, abs=0.1)
    assert bottom == pytest.approx(HOME[1] + down * height, abs=0.1)
    window.close()
    window.deleteLater()
