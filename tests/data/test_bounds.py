"""How far a folder is looked through that may be the wrong one."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.data import files, open_dataset
from latent_explorer.data.files import Bounds, files_of_folder
from latent_explorer.errors import DataError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two images, and many other files, some of them hidden."""
    for number in range(2):
        (tmp_path / f"class {number}").mkdir()
        Image.fromarray(np.full((6, 5), number, np.uint8)).save(tmp_path / f"class {number}/image.png")
    for folder in ("papers", ".cache"):
        (tmp_path / folder).mkdir()
        for number in range(20):
            (tmp_path / folder / f"{number}.txt").touch()
    return tmp_path


def test_no_more_is_looked_at_than_was_agreed(home: Path) -> None:
    assert len(files_of_folder(home, Bounds(entries=50)).files) == 2
    for entries in (3, 30):  # too many in one folder, and too many among what is hidden
        with pytest.raises(DataError, match=f"at most {entries} files and folders"):
            files_of_folder(home, Bounds(entries=entries))


def test_nor_for_longer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(files.time, "monotonic", lambda: next(clock))
    with pytest.raises(DataError, match="did not come to the end within 2 seconds"):
        files_of_folder(home, Bounds(seconds=2))


def test_no_image_is_read_where_there_are_too_few(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(open_dataset(home, bounds=Bounds(images=2))) == 2
    monkeypatch.setattr(files, "read_image", lambda path: pytest.fail("an image was read"))
    with pytest.raises(DataError, match="expected 60,000 images, found 2"):
        open_dataset(home, bounds=Bounds.of(60_000, 10))


def test_a_dataset_may_have_some_files_beside_its_images() -> None:
    assert Bounds.of(1_000, 5) == Bounds(14_000, 5, 1_000)
