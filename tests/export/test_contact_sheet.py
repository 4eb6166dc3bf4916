"""A contact sheet: the images in rows, exactly, and a caption that is all there."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.errors import ExportError
from latent_explorer.export import ContactSheet, Options, sheet_shape
from latent_explorer.export.still import write_sheet


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 255, shape, np.uint8)


def written(path: Path, sheet: ContactSheet, options: Options) -> NDArray[np.uint8]:
    with Image.open(write_sheet(path, sheet, options, overwrite=True)) as image:
        return np.asarray(image).reshape(image.height, image.width, -1)


@given(
    count=st.integers(1, 30),
    columns=st.integers(1, 40),
    channels=st.sampled_from([1, 3]),
    scale=st.integers(1, 3),
    gap=st.integers(0, 5),
    words=st.integers(0, 30),
)
def test_each_image_is_in_its_place(
    tmp_path_factory: pytest.TempPathFactory,
    count: int,
    columns: int,
    channels: int,
    scale: int,
    gap: int,
    words: int,
) -> None:
    pictures, options = noise(count, 5, 7, channels), Options(scale=scale, gap=gap)
    sheet = ContactSheet(pictures, columns, " ".join(["word"] * words))
    found = written(tmp_path_factory.mktemp("sheet") / "sheet.png", sheet, options)
    assert found.shape == sheet_shape(pictures.shape, columns, sheet.caption, options)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, min(columns, count))
        top, left = row * (5 * scale + gap), column * (7 * scale + gap)
        cell = found[top : top + 5 * scale : scale, left : left + 7 * scale : scale]
        np.testing.assert_array_equal(cell, picture)
    last_row = -(-count // min(columns, count))
    below = found[last_row * (5 * scale + gap) - gap :]
    assert (below < 128).any() == (words > 0)


def test_no_letter_of_the_caption_is_cut_off(tmp_path: Path) -> None:
    """The rim of the sheet beside and below the caption is white, however narrow the sheet."""
    caption = "400 of 6,903 images, an even sample (seed 0), by class. Selected with mnist-vae-2d."
    for columns in (1, 3, 20):
        sheet = ContactSheet(np.full((20, 28, 28, 1), 255, np.uint8), columns, caption)
        found = written(tmp_path / "sheet.png", sheet, Options())[..., 0]
        ink = np.argwhere(found < 128)
        assert len(ink) > 500
        assert (ink.min(0) > (28, 1)).all()
        assert (ink.max(0) < (found.shape[0] - 2, found.shape[1] - 2)).all()


def test_what_is_no_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="at least one"):
        write_sheet(tmp_path / "x.png", ContactSheet(noise(3, 4, 4, 1), 0, ""))
    with pytest.raises(ExportError, match="uint8 pictures"):
        write_sheet(tmp_path / "x.png", ContactSheet(noise(4, 4, 1), 2, ""))
    with pytest.raises(ExportError, match="at most"):
        write_sheet(tmp_path / "x.png", ContactSheet(noise(4000, 28, 28, 1), 60, ""), Options(scale=20))
    assert not list(tmp_path.iterdir())
