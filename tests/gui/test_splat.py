"""Points splatted into an image, against the plain way of doing it."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_explorer.atlas.view import View
from latent_explorer.points import splat as splatting
from latent_explorer.points.index import PointIndex
from latent_explorer.points.splat import Ink, Splatter, disc

VIEWS = st.builds(
    View,
    u=st.floats(-3, 3),
    v=st.floats(-3, 3),
    scale=st.floats(1, 60),
    width=st.integers(1, 70),
    height=st.integers(1, 50),
)
DIAMETERS = st.integers(1, 9)


def cloud(seed: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
    random = np.random.default_rng(seed)
    return random.normal(0, 2, (count, 2)).astype(np.float32), random.integers(1, 2**24, count, np.uint32)


def splat(
    uv: NDArray[np.float32], colours: NDArray[np.uint32], view: View, diameter: int, ratio: float = 1.0
) -> NDArray[np.uint32]:
    """The image of points, each a class of its own, with the opacity left off."""
    index = PointIndex(uv, np.arange(len(uv)))
    splatter = Splatter()
    splatter.compiled = False
    rows = index.rows(index.points, view.region.grown(20))
    classes = colours if len(colours) else np.zeros(1, np.uint32)
    image = splatter.image(index.points, rows, Ink(classes), view, diameter, ratio)
    assert set(np.unique(image >> 24).tolist()) <= {0, 255}
    return image & 0xFFFFFF


def covered(uv: NDArray[np.float32], view: View, diameter: int, ratio: float) -> dict[tuple[int, int], set[int]]:
    """The points of which a dot covers a pixel (column, row), one dot and pixel at a time."""
    found: dict[tuple[int, int], set[int]] = {}
    for index, (x, y) in enumerate(view.to_screen(uv) * ratio):
        for dx, dy in disc(diameter):
            found.setdefault((int(np.floor(x)) + dx, int(np.floor(y)) + dy), set()).add(index)
    return found


@given(st.integers(0, 1000), st.integers(0, 80), VIEWS, DIAMETERS, st.sampled_from([1.0, 1.5, 2.0]))
def test_every_pixel_is_that_of_a_dot_over_it_or_empty(
    seed: int, count: int, view: View, diameter: int, ratio: float
) -> None:
    uv, colours = cloud(seed, count)
    near_an_edge = np.abs(view.to_screen(uv) * ratio % 1 - 0.5).max(1, initial=0) > 0.499
    uv, colours = uv[~near_an_edge], colours[~near_an_edge]  # there float32 may round to the next pixel
    image = splat(uv, colours, view, diameter, ratio)
    assert image.shape == (round(view.height * ratio), round(view.width * ratio))
    assert image.flags.c_contiguous
    dots = covered(uv, view, diameter, ratio)
    for row, column in np.ndindex(image.shape):
        over = dots.get((column, row), set())
        assert image[row, column] in {colours[index] for index in over} if over else image[row, column] == 0


def test_points_at_every_place_around_the_rim_are_cut_off_there() -> None:
    """No dot reaches past the image's memory, nor comes out on the other side."""
    view = View(0, 0, 1, 20, 12)
    for diameter in range(1, 12):
        steps = np.arange(-diameter - 2, diameter + 3)
        rim = [(sign * 10 + step, v) for sign in (-1, 1) for step in steps for v in np.arange(-20, 21)]
        uv = np.array([*rim, *((u, v) for v, u in rim)], np.float32) + np.float32(0.25)
        image = splat(uv, np.ones(len(uv), np.uint32), view, diameter)
        expected = {place for place in covered(uv, view, diameter, 1) if 0 <= place[0] < 20 and 0 <= place[1] < 12}
        assert {(x, y) for y, x in np.argwhere(image)} == expected


def test_no_points_make_an_empty_image() -> None:
    image = splat(np.zeros((0, 2), np.float32), np.zeros(0, np.uint32), View(width=30, height=20), 3)
    assert image.shape == (20, 30)
    assert not image.any()


def test_points_outside_the_view_make_an_empty_image() -> None:
    uv, colours = cloud(0, 500)
    assert not splat(uv, colours, View(500, 0, 100, 30, 20), 5).any()
    assert not splat(uv, colours, View(0, -500, 100, 30, 20), 5).any()


@pytest.mark.parametrize("exponent", [8, 16, 24])
def test_deep_zooms_place_points_to_the_pixel(exponent: int) -> None:
    here = np.float32([1.2345678, -2.3456789])
    scale = 2.0**exponent
    view = View(float(here[0]), float(here[1]), scale, 101, 81)
    next_u = np.nextafter(here[0], np.float32(2), dtype=np.float32)
    uv = np.array([here, [next_u, here[1]], [7, 7]], np.float32)
    image = splat(uv, np.array([1, 2, 3], np.uint32), view, 1)
    beside = 50 + int(np.floor((float(next_u) - float(here[0])) * scale + 0.5))
    assert image[40, 50] in (1, 2)
    assert {tuple(place) for place in np.argwhere(image).tolist()} == {(40, 50), (40, beside)}


@given(DIAMETERS)
def test_a_dot_is_round(diameter: int) -> None:
    pixels = disc(diameter)
    assert len(set(pixels)) == len(pixels)
    assert {(dy, dx) for dx, dy in pixels} == set(pixels)
    for axis in zip(*pixels, strict=True):
        assert max(axis) - min(axis) + 1 == diameter
    assert (0, 0) in pixels


@pytest.fixture(scope="module")
def compiled() -> None:
    splatting.wait_for_compiled()
    assert splatting._loaded is not None


@given(st.integers(0, 1000), st.integers(0, 400), VIEWS, DIAMETERS, st.booleans())
def test_the_compiled_loops_draw_what_numpy_draws(
    compiled: None, seed: int, count: int, view: View, diameter: int, marked: bool
) -> None:
    random = np.random.default_rng(seed)
    uv, group = cloud(seed, count)[0], random.integers(0, 4, count)
    index = PointIndex(uv, group)
    marks = random.random(count) < 0.3 if marked else None
    ink = Ink(np.array([0, 0xFF0000, 0x00FF00, 0x123456], np.uint32), usual=5.0, marks=marks)
    rows = index.rows(index.points, view.region.grown(20))
    plain, quick = Splatter(), Splatter()
    plain.compiled = False
    for _ in range(2):  # the second time on a canvas that was used
        images = [each.image(index.points, rows, ink, view, diameter) for each in (plain, quick)]
        np.testing.assert_array_equal(*images)


def test_where_more_points_lie_the_image_is_more_opaque() -> None:
    counts = (1, 3, 10, 40)
    uv = np.array([(10 * k, 0) for k, count in enumerate(counts) for _ in range(count)], np.float32)
    index = PointIndex(uv, np.zeros(len(uv), np.int64))
    view = View(15, 0, 1, 60, 11)
    splatter = Splatter()
    splatter.compiled = False
    image = splatter.image(
        index.points, index.rows(index.points, view.region), Ink(np.array([0xFFFFFF], np.uint32), usual=40), view, 1
    )
    alphas = (image[image > 0] >> 24).tolist()
    assert alphas == sorted(set(alphas))
    assert (len(alphas), alphas[-1]) == (4, 255)


def test_the_window_is_imported_without_numba() -> None:
    program = "import sys, latent_explorer.gui.app; assert not sys.modules.keys() & {'numba', 'llvmlite'}"
    subprocess.run([sys.executable, "-c", program], check=True)
