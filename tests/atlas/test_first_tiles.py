"""The tiles that ship with a bundle are those that a window shows first."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer.atlas import Region, TileKey, first_levels, level_for, tiles_over, usual_picture_pixels
from latent_explorer.atlas.view import View

HOMES = st.builds(
    lambda u, v, width, shape: Region(u, v, u + width, v + width * shape),
    st.floats(-100, 100), st.floats(-100, 100), st.floats(0.01, 100), st.floats(0.25, 4),
)  # fmt: skip


def shipped_and_seen(home: Region, size: tuple[int, int], seen: str) -> Iterator[tuple[set[TileKey], list[TileKey]]]:
    """What ships, and what of the home region, or of the whole view, is wanted first and at two coarser levels."""
    shipped = {key for level in first_levels(home, field="picture", chart="c") for key in level}
    view = View(width=size[0], height=size[1]).fitted(home)
    level = level_for(view.scale, usual_picture_pixels(*size))
    for each in (level, level - 1, level - 2):
        yield shipped, tiles_over(view.region if seen == "view" else home, each, field="picture", chart="c")


@given(home=HOMES, size=st.sampled_from([(775, 551), (1415, 831)]))
def test_a_small_and_a_large_window_find_all_tiles_of_their_view(home: Region, size: tuple[int, int]) -> None:
    for shipped, seen in shipped_and_seen(home, size, "view"):
        assert shipped.issuperset(seen)


@given(home=HOMES, width=st.integers(775, 1415), height=st.integers(551, 831))
def test_any_window_between_finds_all_tiles_where_the_data_are(home: Region, width: int, height: int) -> None:
    for shipped, seen in shipped_and_seen(home, (width, height), "home"):
        assert shipped.issuperset(seen)


@pytest.mark.parametrize("shape", [0.25, 1.0, 4.0])
def test_they_are_few(shape: float) -> None:
    levels = list(first_levels(Region(0, 0, 5, 5 * shape), field="picture", chart="c"))
    assert 4 <= len(levels) <= 6
    assert [len(set(level)) for level in levels] == [len(level) for level in levels]
    assert sum(map(len, levels)) <= 128


def test_pictures_grow_with_the_map_and_neither_vanish_nor_fill_it() -> None:
    sides = [usual_picture_pixels(1.6 * height, height) for height in (300, 530, 831, 1200, 3000)]
    assert sides == sorted(sides)
    assert sides[0] == sides[1] == 50
    assert sides[2] == pytest.approx(831 / 12)
    assert sides[-1] == 90
