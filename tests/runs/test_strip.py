"""Strips of samples are kept as pictures, and read again with care."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.runs import RunFolder
from latent_explorer.runs.strip import SampleStrip, read_strip, strips_of, sweep_strips, write_strip


def strip(side: int = 6, channels: int = 1, *, samples: bool = True) -> SampleStrip:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 8, side, side, channels), np.uint8)
    return SampleStrip(pictures, samples)


@pytest.mark.parametrize(("channels", "samples"), [(1, True), (3, False)])
def test_it_reads_as_it_was_written(tmp_path: Path, channels: int, samples: bool) -> None:
    run, written = RunFolder(tmp_path / "x.run"), strip(channels=channels, samples=samples)
    write_strip(run, 7, written)
    found = read_strip(run, 7)
    assert found is not None
    np.testing.assert_array_equal(found.pictures, written.pictures)
    assert found.samples is samples
    assert read_strip(run, 8) is None


def test_large_pictures_are_reduced(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    write_strip(run, 0, strip(side=300))
    found = read_strip(run, 0)
    assert found is not None
    assert found.pictures.shape == (2, 8, 128, 128, 1)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_what_is_damaged_is_none(tmp_path: Path, content: bytes) -> None:
    run = RunFolder(tmp_path)
    run.strips.mkdir()
    run.strip(3).write_bytes(content)
    assert read_strip(run, 3) is None


def test_a_picture_of_something_else_is_none(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.strips.mkdir()
    Image.new("L", (40, 40)).save(run.strip(3))
    assert read_strip(run, 3) is None


def test_those_that_are_not_kept_are_removed(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    for step in (0, 5, 10):
        write_strip(run, step, strip())
    (run.strips / "mine.png").touch()
    sweep_strips(run, {5, 20})
    assert strips_of(run) == [5]
    assert (run.strips / "mine.png").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    from latent_explorer.errors import UserError

    (tmp_path / "strips").touch()
    with pytest.raises(UserError, match="strips: expected a folder that can be written"):
        write_strip(RunFolder(tmp_path), 0, strip())
