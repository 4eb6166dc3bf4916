"""Pixels that are written are the pixels that are read."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageSequence

from latent_explorer.errors import ExportError, UserError
from latent_explorer.export import MAX_SCALE, Options, side_by_side, write_gif, write_picture
from latent_explorer.export.animation import write_webp
from latent_explorer.export.still import write_frames, write_grid, write_map_png, write_strip

untimed = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


def pictures(*leading: int | None, channels: tuple[int, ...] = (1, 3)) -> st.SearchStrategy[np.ndarray]:
    sides = [st.integers(1, 4) if side is None else st.just(side) for side in leading]
    shape = st.tuples(*sides, st.integers(1, 6), st.integers(1, 6), st.sampled_from(channels))
    return shape.flatmap(lambda shape: hnp.arrays(np.uint8, shape))


def _read(path: Path) -> np.ndarray:
    pixels = np.asarray(Image.open(path))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _played(path: Path, seconds: float) -> np.ndarray:
    """The frames of an animation, those shown longer repeated, so that each is shown for `seconds`."""
    with Image.open(path) as image:
        shown = [(np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(image)]
    return np.array([frame for frame, duration in shown for _ in range(round(duration / 1000 / seconds))])


@untimed
@given(pictures(), st.integers(1, MAX_SCALE))
def test_a_crisp_picture_has_the_very_pixels_at_every_scale(tmp_path, picture, scale):
    pixels = _read(write_picture(tmp_path / "a.png", picture, Options(scale=scale), overwrite=True))
    assert pixels.shape == (picture.shape[0] * scale, picture.shape[1] * scale, picture.shape[2])
    np.testing.assert_array_equal(pixels, np.kron(picture, np.ones((scale, scale, 1), np.uint8)))


@untimed
@given(st.integers(0, 255), st.integers(2, 16))
def test_a_smooth_picture_keeps_flat_ground_and_its_size(tmp_path, level, scale):
    options = Options(scale=scale, style="smooth")
    flat = np.full((5, 4, 3), level, np.uint8)
    np.testing.assert_array_equal(
        _read(write_picture(tmp_path / "a.png", flat, options, overwrite=True)),
        np.full((5 * scale, 4 * scale, 3), level),
    )


def test_a_smooth_edge_has_levels_between(tmp_path):
    edge = np.repeat(np.array([[0, 0, 255, 255]], np.uint8), 4, axis=0)[..., None]
    row = _read(write_picture(tmp_path / "a.png", edge, Options(scale=8, style="smooth")))[16, :, 0].astype(int)
    assert {0, 255} < set(row.tolist())
    np.testing.assert_array_equal(row, 255 - row[::-1])


@untimed
@given(pictures(None, None), st.integers(1, 4), st.integers(0, 3))
def test_every_picture_of_a_grid_is_in_its_place(tmp_path, grid, scale, gap):
    whole = _read(write_grid(tmp_path / "a.png", grid, Options(scale=scale, gap=gap), overwrite=True))
    rows, columns, height, width, _ = grid.shape
    down, right = height * scale + gap, width * scale + gap
    assert whole.shape[:2] == (rows * down - gap, columns * right - gap)
    for row in range(rows):
        for column in range(columns):
            cell = whole[row * down :, column * right :][: height * scale : scale, : width * scale : scale]
            np.testing.assert_array_equal(cell, grid[row, column])


@untimed
@given(pictures(None), st.none() | st.integers(1, 5))
def test_a_strip_wraps_in_reading_order(tmp_path, frames, per_row):
    whole = _read(write_strip(tmp_path / "a.png", frames, Options(per_row=per_row), overwrite=True))
    count, height, width, _ = frames.shape
    columns = min(per_row or count, count)
    for index, frame in enumerate(frames):
        place = whole[index // columns * height :, index % columns * width :][:height, :width]
        np.testing.assert_array_equal(place, frame)
    assert whole.shape[:2] == (-(-count // columns) * height, columns * width)


@untimed
@given(pictures(None, channels=(1,)), st.booleans(), st.sampled_from([0.02, 0.1, 1.0]))
def test_a_gif_plays_every_grey_level(tmp_path, frames, ping_pong, seconds):
    options = Options(ping_pong=ping_pong, seconds=seconds)
    if len(frames) == 1:
        pixels = np.asarray(Image.open(write_gif(tmp_path / "a.gif", frames, options, overwrite=True)).convert("L"))
        np.testing.assert_array_equal(pixels, frames[0, ..., 0])
        return
    expected = np.concatenate([frames, frames[-2:0:-1]]) if ping_pong else frames
    played = _played(write_gif(tmp_path / "a.gif", frames, options, overwrite=True), seconds)
    assert len(played) in (len(expected), 0 if (frames == frames[0]).all() else len(expected))
    np.testing.assert_array_equal(played[..., :1], expected[: len(played)])


def test_a_gif_holds_all_256_grey_levels(tmp_path):
    frames = np.arange(512, dtype=np.uint16).astype(np.uint8).reshape(2, 16, 16, 1)
    frames[1] = frames[1, ::-1]
    np.testing.assert_array_equal(_played(write_gif(tmp_path / "a.gif", frames), 0.1)[..., :1], frames)


def test_a_gif_of_colour_is_exact_up_to_256_colours_and_near_beyond(tmp_path):
    rng = np.random.default_rng(0)
    few = rng.integers(0, 256, (40, 3), np.uint8)[rng.integers(0, 40, (3, 12, 12))]
    np.testing.assert_array_equal(_played(write_gif(tmp_path / "few.gif", few), 0.1), few)
    ramp = np.stack(np.meshgrid(np.arange(32) * 8, np.arange(32) * 8), -1).astype(np.uint8)
    many = np.concatenate([ramp, ramp[..., :1] // 2], -1)[None].repeat(2, 0)
    many[1] = many[1, ::-1]
    error = np.abs(_played(write_gif(tmp_path / "many.gif", many), 0.1).astype(int) - many)
    assert error.mean() < 8


def test_whether_animations_loop_is_kept(tmp_path):
    frames = np.arange(8, dtype=np.uint8).reshape(2, 2, 2, 1)
    for loop, gif, webp in ((True, 0, 0), (False, None, 1)):
        assert Image.open(write_gif(tmp_path / f"{loop}.gif", frames, Options(loop=loop))).info.get("loop") == gif
        assert Image.open(write_webp(tmp_path / f"{loop}.webp", frames, Options(loop=loop))).info["loop"] == webp


@untimed
@given(pictures(None), st.booleans())
def test_a_lossless_webp_plays_the_very_pixels(tmp_path, frames, ping_pong):
    path = write_webp(tmp_path / "a.webp", frames, Options(ping_pong=ping_pong, scale=2), overwrite=True)
    expected = np.concatenate([frames, frames[-2:0:-1]]) if ping_pong else frames
    with Image.open(path) as image:
        first, count = np.asarray(image.convert("RGB")), getattr(image, "n_frames", 1)
    np.testing.assert_array_equal(first[::2, ::2] - expected[0], 0)
    if count > 1:
        np.testing.assert_array_equal(_played(path, 0.1)[:, ::2, ::2] - expected, 0)
    else:
        assert (expected == expected[0]).all()


def test_a_lossy_webp_is_smaller(tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    lossy = write_webp(tmp_path / "lossy.webp", frames, Options(lossless=False))
    assert lossy.stat().st_size < write_webp(tmp_path / "a.webp", frames).stat().st_size / 2


@untimed
@given(pictures(None), st.integers(1, 3))
def test_numbered_frames_are_the_frames(tmp_path, frames, scale):
    folder = write_frames(tmp_path / "film", frames, Options(scale=scale), overwrite=True)
    paths = sorted(folder.iterdir())
    assert [path.name for path in paths] == [f"frame-{number:04}.png" for number in range(1, len(frames) + 1)]
    for path, frame in zip(paths, frames, strict=True):
        np.testing.assert_array_equal(_read(path)[::scale, ::scale], frame)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_with_anything_else_in_it_is_never_replaced(tmp_path):
    frames = np.zeros((2, 4, 4, 1), np.uint8)
    folder = write_frames(tmp_path / "film", frames)
    (folder / "thesis.tex").write_text("precious")
    with pytest.raises(UserError, match="holds more than exported frames"):
        write_frames(folder, frames, overwrite=True)
    assert (folder / "thesis.tex").read_text() == "precious"


@pytest.mark.parametrize("channels", [3, 4])
def test_the_map_is_written_as_painted(tmp_path, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, channels), np.uint8)
    np.testing.assert_array_equal(_read(write_map_png(tmp_path / "map.png", pixels)), pixels)


@pytest.mark.parametrize(
    ("write", "shape"),
    [
        (write_picture, (300, 300, 1)),
        (write_grid, (8, 8, 40, 40, 1)),
        (write_strip, (64, 40, 40, 1)),
        (write_gif, (64, 40, 40, 1)),
        (write_webp, (64, 40, 40, 1)),
        (write_frames, (64, 40, 40, 1)),
    ],
)
def test_absurd_sizes_are_refused_before_they_are_made(tmp_path, write, shape):
    with pytest.raises(ExportError, match="expected at most 178,000,000 pixels"):
        write(tmp_path / "x", np.zeros(shape, np.uint8), Options(scale=64))
    assert list(tmp_path.iterdir()) == []


def test_what_a_format_cannot_hold_is_refused(tmp_path):
    with pytest.raises(ExportError, match="WEBP cannot hold a picture of 17000 x 1"):
        write_webp(tmp_path / "a.webp", np.zeros((2, 1, 17_000, 1), np.uint8))


PAIRS = np.random.default_rng(5).integers(0, 256, (2, 5, 6, 4, 3), np.uint8)


@pytest.mark.parametrize("across", [False, True])
def test_a_strip_of_two_rows_has_each_pair_together(tmp_path, across):
    pairs, scale, gap = side_by_side(*PAIRS, across=across), 2, 1
    whole = _read(write_strip(tmp_path / "a.png", pairs, Options(scale=scale, gap=gap, per_row=3)))
    down, right = 6 * scale + gap, 4 * scale + gap
    rows, columns = (2, 6) if across else (4, 3)
    assert whole.shape == (rows * down - gap, columns * right - gap, 3)
    for index in range(5):
        for number in range(2):
            row, column = index // 3 * (1 if across else 2), index % 3 * (2 if across else 1)
            row, column = (row, column + number) if across else (row + number, column)
            cell = whole[row * down :, column * right :][: 6 * scale : scale, : 4 * scale : scale]
            np.testing.assert_array_equal(cell, PAIRS[number, index])
    assert (whole[-down + gap :, -right + gap :] == 255).all()  # filled up


@pytest.mark.parametrize("across", [False, True])
def test_an_animation_of_pairs_shows_both_in_each_frame(tmp_path, across):
    pairs = side_by_side(*PAIRS, across=across)
    played = _played(write_webp(tmp_path / "a.webp", pairs, Options(ping_pong=True)), 0.1)
    together = np.concatenate(PAIRS, axis=2 if across else 1)
    np.testing.assert_array_equal(played, np.concatenate([together, together[-2:0:-1]]))
    folder = write_frames(tmp_path / "frames", pairs, Options(scale=2))
    single = np.kron(together[4], np.ones((2, 2, 1), np.uint8))
    np.testing.assert_array_equal(_read(folder / "frame-0005.png"), single)
    with pytest.raises(ExportError, match="at most 178,000,000 pixels, found 20000 x 128 x 128"):
        write_gif(tmp_path / "b.gif", np.zeros((20_000, 2, 1, 1, 2, 1), np.uint8), Options(scale=64))


def test_pictures_of_two_sizes_lie_in_the_middle_of_equal_cells():
    small, large = np.zeros((3, 2, 2, 1), np.uint8), np.full((3, 6, 4, 3), 9, np.uint8)
    cells = side_by_side(small, large, across=True)
    assert cells.shape == (3, 1, 2, 6, 4, 3)
    assert (cells[:, 0, 0, 2:4, 1:3] == 0).all()
    assert (cells[:, 0, 0, :2] == 255).all()
    assert (cells[:, 0, 1] == 9).all()
