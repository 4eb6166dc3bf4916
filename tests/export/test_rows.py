"""Rows of pictures with captions, in every format, as large as is said beforehand."""

import numpy as np
import pytest
from PIL import Image

from latent_explorer.errors import ExportError
from latent_explorer.export import Options, PictureRows, find_format, shown_size, strip_size
from latent_explorer.export.rows import line_height

ROWS = np.random.default_rng(4).integers(0, 200, (3, 5, 12, 10, 1), np.uint8)
CAPTIONS = "Geodesic", "Straight", "another model"


def rows(count: int = 2, across: bool = False) -> PictureRows:
    return PictureRows.of(list(ROWS[:count]), CAPTIONS[:count], across=across)


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("key", ["strip", "gif", "webp", "frames"])
def test_a_file_is_as_large_as_is_said(tmp_path, key, count, across):
    known, options, content = find_format("filmstrip", key), Options(scale=3, gap=2, per_row=2), rows(count, across)
    file = known.write(tmp_path / f"x{known.suffix}", content, options)
    file = min(file.iterdir()) if file.is_dir() else file
    if key == "strip":
        size = strip_size(content.shape, options, content.captions)
    else:
        size = shown_size(content.shape, 3, content.captions)
    with Image.open(file) as image:
        assert (image.height, image.width) == size


def test_pictures_keep_their_pixels_below_their_captions(tmp_path):
    find_format("filmstrip", "strip").write(tmp_path / "x.png", rows(), Options())
    with Image.open(tmp_path / "x.png") as image:
        strip = np.asarray(image)
    line = line_height(12)
    for number in range(2):
        top = number * (12 + line)
        assert (strip[top : top + line] == 255).any()
        assert (strip[top : top + line] < 128).any()
        below = strip[top + line : top + line + 12]
        np.testing.assert_array_equal(below, np.concatenate(list(ROWS[number, ..., 0]), axis=1))


def test_a_caption_makes_room_for_itself_over_small_pictures(tmp_path):
    find_format("picture", "png").write(tmp_path / "x.png", rows().some(slice(2, 3)), Options())
    with Image.open(tmp_path / "x.png") as image:
        assert image.width > 10
        picture = np.asarray(image)
    left, line = (picture.shape[1] - 10) // 2, line_height(12)
    np.testing.assert_array_equal(picture[line : line + 12, left : left + 10], ROWS[0, 2, ..., 0])


def test_a_long_caption_is_cut_and_one_in_other_letters_is_written(tmp_path):
    made = PictureRows.of(list(ROWS[:2]), ("a" * 99, "路径"), across=False)
    assert len(made.captions[0]) == 32
    assert made.captions[0].endswith("…")
    find_format("filmstrip", "gif").write(tmp_path / "x.gif", made, Options(scale=2))


def test_too_many_pixels_are_refused_with_their_captions():
    with pytest.raises(ExportError, match="at most"):
        find_format("filmstrip", "strip").write(
            "unwritten.png", PictureRows.of([np.zeros((240, 64, 64, 3), np.uint8)] * 2, "ab", across=False), Options(64)
        )
