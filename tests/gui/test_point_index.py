"""The sorted points, their levels of detail, and picking, against brute force."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.atlas import Region
from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.theme import DARK
from latent_explorer.points import index as indexing
from latent_explorer.points.index import PointIndex
from latent_explorer.points.inside import marked
from latent_explorer.points.levels import Entries
from latent_explorer.points.splat import Ink, Splatter, ranges


def some_index(seed: int, count: int) -> PointIndex:
    random = np.random.default_rng(seed)
    uv = random.standard_t(2, (count, 2)).astype(np.float32)  # heavy tails: some points lie far out
    return PointIndex(uv, random.choice(3, count, p=[0.9, 0.09, 0.01]))


@given(st.integers(0, 1000), st.integers(0, 500), st.floats(-4, 4), st.floats(-4, 4), st.floats(0, 5), st.floats(0, 5))
def test_a_region_finds_all_points_in_it(seed: int, count: int, u: float, v: float, width: float, height: float):
    index = some_index(seed, count)
    found = set(index.points.order[ranges(*index.rows(index.points, Region(u, v, u + width, v + height)))].tolist())
    x, y = index.uv.T
    inside = np.flatnonzero((x >= u) & (x <= u + width) & (y >= v) & (y <= v + height))
    assert set(inside.tolist()) <= found


@pytest.fixture
def levelled(monkeypatch: pytest.MonkeyPatch) -> PointIndex:
    """An index of 20,000 points with levels of detail, one class of a hundredth."""
    monkeypatch.setattr(indexing, "_LEVELS_FROM", 1000)
    monkeypatch.setattr(indexing, "_PER_CELL", 0.05)
    return some_index(5, 20_000)


def kinds(entries: Entries, side: int) -> set[tuple[int, int]]:
    """The cells, of a grid of `side`, and the classes there."""
    row, column = np.divmod(entries.cells, entries.side)
    shrunk = entries.side // side
    return set(zip((row // shrunk * side + column // shrunk).tolist(), entries.group.tolist(), strict=True))


def test_each_level_keeps_every_class_of_every_cell_and_counts_all_points(levelled: PointIndex):
    assert len(levelled.levels) >= 3
    for level in levelled.levels[1:]:
        assert kinds(level, level.side) == kinds(levelled.points, level.side)
        assert level.count.sum() == len(levelled)
        assert (np.diff(level.cells) >= 0).all()
    assert len(levelled.levels[-1]) < len(levelled) / 4


def test_an_entry_lies_where_one_of_its_points_does(levelled: PointIndex):
    places = set(map(tuple, levelled.uv.tolist()))
    for level in levelled.levels:
        assert set(zip(level.u.tolist(), level.v.tolist(), strict=True)) <= places


def test_a_single_point_of_a_rare_class_is_seen_among_thousands(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(indexing, "_LEVELS_FROM", 1000)
    monkeypatch.setattr(indexing, "_ENTRIES", 200)
    random = np.random.default_rng(0)
    uv, group = random.normal(0, 1, (30_000, 2)).astype(np.float32), np.zeros(30_000, np.int64)
    uv[777], group[777] = (0.1, 0.1), 1
    index = PointIndex(uv, group)
    view = View(0, 0, 12, 200, 150)
    entries, rows = index.level_for(view.region, view.scale)
    assert entries is not index.points
    splatter = Splatter()
    splatter.compiled = False
    image = splatter.image(entries, rows, Ink(np.array([0xFF, 0xFF0000], np.uint32)), view, 2)
    assert (image == 0xFFFF0000).sum() == 4


def test_marks_reach_every_level(levelled: PointIndex):
    chosen = np.zeros(len(levelled), bool)
    chosen[[3, 7777, 19_999]] = True
    for level, marks in zip(levelled.levels, marked(levelled, chosen), strict=True):
        assert 1 <= marks.sum() <= 3
        cells = {(int(cell), int(group)) for cell, group in zip(level.cells[marks], level.group[marks], strict=True)}
        where = np.flatnonzero(chosen[levelled.points.order])
        row, column = np.divmod(levelled.points.cells[where], levelled.points.side)
        shrunk = levelled.points.side // level.side
        expected = zip(
            (row // shrunk * level.side + column // shrunk).tolist(),
            levelled.points.group[where].tolist(),
            strict=True,
        )
        assert cells == set(expected)


@given(st.integers(0, 200), st.floats(0, 300), st.floats(0, 200), st.floats(1, 1e4), st.sets(st.integers(0, 2)))
def test_the_nearest_shown_image_is_picked_at_every_scale(
    seed: int, x: float, y: float, scale: float, hidden: set[int]
):
    index = some_index(seed, 300)
    layer = PointLayer()
    label = index.group.astype(np.int64)
    bundle = SimpleNamespace(uv=index.uv, latents=SimpleNamespace(label=label), class_names=("a", "b", "c"))
    layer.dress(bundle, frozenset(hidden), DARK)  # type: ignore[arg-type]
    view = View(0.0, 0.0, scale, 300, 200)
    pixels = np.hypot(*(view.to_screen(index.uv) - (x, y)).T)
    pixels[np.isin(label, list(hidden))] = np.inf
    found = layer.nearest_image(view, x, y, 9)
    if pixels.min() > 9:
        assert found is None
    else:
        assert found is not None
        assert pixels[found] == pytest.approx(pixels.min(), rel=1e-6)
