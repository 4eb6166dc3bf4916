"""Many images of one's own, of which a broken one does not spoil the others."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.data.gathering import gathered
from latent_explorer.errors import DataError


def save(path: Path, level: int = 200, size: tuple[int, int] = (8, 8)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, level).save(path)
    return path


def test_the_images_of_folders_are_of_the_groups_that_they_are_in(tmp_path: Path) -> None:
    for place in ("all/cat/a.png", "all/cat/b.png", "all/dog/a.png"):
        save(tmp_path / place)
    found = gathered([str(tmp_path / "all")])
    assert found.name == "all"
    assert found.names == ("cat/a.png", "cat/b.png", "dog/a.png")
    assert found.groups == ("cat", "cat", "dog")
    assert found.read(2).shape == (8, 8, 1)


def test_files_without_folders_have_no_group(tmp_path: Path) -> None:
    paths = [str(save(tmp_path / f"{number}.png")) for number in range(3)]
    found = gathered(paths)
    assert found.groups == ("", "", "")
    assert found.name == "3 files"


def test_several_folders_are_groups(tmp_path: Path) -> None:
    save(tmp_path / "one/a.png")
    save(tmp_path / "two/a.png")
    assert gathered([str(tmp_path / "one"), str(tmp_path / "two")]).groups == ("one", "two")


def test_a_broken_file_says_what_is_wrong_with_it_alone(tmp_path: Path) -> None:
    save(tmp_path / "good.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    frames = [Image.new("L", (8, 8), level) for level in (0, 255)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    found = gathered([str(tmp_path)])
    assert found.names == ("broken.png", "good.png", "moving.gif")
    assert found.read(1).mean() == 200
    with pytest.raises(DataError, match=r"^expected an image"):
        found.read(0)
    with pytest.raises(DataError, match=r"^expected one picture, found 2 pages$"):
        found.read(2)


def test_of_too_many_the_first_are_taken_and_it_is_said(tmp_path: Path) -> None:
    for number in range(5):
        save(tmp_path / f"{number}.png")
    found = gathered([str(tmp_path)], most=3)
    assert len(found) == 3
    assert found.notes == ("of 5 images, the first 3 are placed",)


def test_a_dataset_is_taken_by_its_file_with_its_classes(tmp_path: Path) -> None:
    images = np.arange(4, dtype=np.uint8)[:, None, None, None].repeat(6, 1).repeat(6, 2)
    np.savez(tmp_path / "some.npz", images=images, labels=np.array([0, 1, 0, 1]))
    found = gathered([str(tmp_path / "some.npz")])
    assert found.names == ("0", "1", "2", "3")
    assert found.groups == ("0", "1", "0", "1")
    assert (found.read(3) == 3).all()


def test_what_is_no_image_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words")
    found = gathered([str(save(tmp_path / "a.png")), str(tmp_path / "notes.txt")])
    assert found.names == ("a.png",)
    assert found.notes == ("notes.txt: no image format that is read",)
    with pytest.raises(DataError, match="found none"):
        gathered([str(tmp_path / "notes.txt"), str(tmp_path / "notes.txt")])
