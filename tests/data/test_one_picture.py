"""One picture of a person's own, whatever it comes in: read whole and upright, or refused in words."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.data import one_picture
from latent_explorer.data.one_picture import read_picture
from latent_explorer.errors import DataError

GREY = np.arange(0, 240, 2, dtype=np.uint8).reshape(10, 12)


def test_a_grey_picture_is_read_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "a.png")
    found = read_picture(tmp_path / "a.png")
    assert np.array_equal(found.image[..., 0], GREY)
    assert found.notes == ()


def test_it_is_turned_as_the_camera_was_held(tmp_path: Path) -> None:
    image = Image.fromarray(GREY)
    exif = image.getexif()
    exif[0x0112] = 6  # a quarter turn
    image.save(tmp_path / "a.png", exif=exif)
    assert read_picture(tmp_path / "a.png").image.shape == (12, 10, 1)


def test_transparent_pixels_are_white(tmp_path: Path) -> None:
    image = np.zeros((4, 4, 4), np.uint8)
    image[0, 0] = 10, 20, 30, 255
    Image.fromarray(image, "RGBA").save(tmp_path / "a.png")
    found = read_picture(tmp_path / "a.png").image
    assert found[0, 0].tolist() == [10, 20, 30]
    assert (found[1:] == 255).all()


@pytest.mark.parametrize("mode", ["CMYK", "P", "1", "LA", "YCbCr"])
def test_other_kinds_of_colour_are_taken(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(GREY).convert("L" if mode in ("1", "LA") else "RGB").convert(mode)
    file = tmp_path / ("a.tif" if mode in ("CMYK", "YCbCr") else "a.png")
    image.save(file)
    found = read_picture(file).image
    assert found.shape[:2] == GREY.shape
    assert found[0, 0].max() < found[-1, -1].min()


def test_16_bits_become_8_and_that_is_said(tmp_path: Path) -> None:
    Image.fromarray((GREY.astype(np.uint16) << 8) + 255).save(tmp_path / "a.png")
    found = read_picture(tmp_path / "a.png")
    assert np.abs(found.image[..., 0].astype(int) - GREY).max() <= 1
    assert "scaled" in found.notes[0]


def test_of_an_animation_the_first_frame_is_read_and_that_is_said(tmp_path: Path) -> None:
    frames = [Image.fromarray(np.full((8, 8), level, np.uint8)) for level in (10, 120, 240)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    found = read_picture(tmp_path / "a.gif")
    assert found.image.max() == 10
    assert "3 frames" in found.notes[0]
    assert "first" in found.notes[0]


def test_a_large_picture_is_made_smaller_and_that_is_said(tmp_path: Path) -> None:
    Image.new("L", (3000, 1500), 77).save(tmp_path / "a.png")
    found = read_picture(tmp_path / "a.png")
    assert found.image.shape == (512, 1024, 1)
    assert found.notes == ("3,000 x 1,500 pixels were made 1,024 x 512",)


@pytest.mark.parametrize(("most", "words"), [("_MOST_PIXELS", "pixels"), ("_MOST_BYTES", "MB")])
def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str, words: str) -> None:
    Image.fromarray(GREY).save(tmp_path / "a.png")
    monkeypatch.setattr(one_picture, most, 50)
    with pytest.raises(DataError, match=rf"a\.png: expected a picture of at most .* {words}, found"):
        read_picture(tmp_path / "a.png")


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    Image.new("1", (12_000, 12_000)).save(tmp_path / "a.png")
    with pytest.raises(DataError, match="make it smaller"):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 and more", b"\x89PNG\r\n\x1a\n and then nothing", b"some words"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(DataError, match="expected an image"):
        read_picture(tmp_path / "a.png")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        read_picture(tmp_path / "a.png")
