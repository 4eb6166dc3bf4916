"""Where a person wants a file: tried beforehand, and refused with a sentence, in the window and in the terminal."""

import errno
import os
from pathlib import Path

import pytest

from latent_explorer.errors import UserError
from latent_explorer.files import write_bytes_whole
from latent_explorer.targets import check_target, shown

LONG = "a" * 300


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (f"{LONG}.png", "takes 304 bytes"),
        ("é" * 200, "takes 400 bytes"),
        (f"{LONG}/a.png", "too long"),
        ("x/" * 2100 + "a.png", "too long"),
        ("a\0b.png", "control character"),
        ("a\0b/c.png", "not a valid folder name"),
        ("a\nb.png", "control character"),
        ("a\udc80\ud800.png", "not text"),
        ("con.png", "Windows keeps that name"),
        ("LPT1", "Windows keeps that name"),
        ("nowhere/a.png", "folder does not exist"),
        ("file/a.png", "a file stands where a folder is expected"),
        ("folder", "is a folder"),
        ("pipe", "is not a regular file"),
        ("/", "top of the disk"),
    ],
)
def test_refused_with_a_sentence(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=reason) as caught:
        check_target(tmp_path / name)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["a.png", "a" * 251 + ".png", "é" * 100, "file", "link"])
def test_what_can_be_written_is_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("before")
    (tmp_path / "link").symlink_to(tmp_path / "not there")
    target = check_target(tmp_path / name)
    assert write_bytes_whole(target, b"after", overwrite=True).read_bytes() == b"after"
    assert {each.name for each in tmp_path.iterdir()} == {"file", "link", name}


def test_folders_above_are_made_where_that_is_said(tmp_path: Path) -> None:
    assert check_target(tmp_path / "a/b/c", folder=True, parents=True) == tmp_path / "a/b/c"
    assert not (tmp_path / "a").exists()
    (tmp_path / "file").write_text("")
    for name, reason in (("file", "is a file"), ("file/a", "a file stands"), (f"a/{LONG}/b", "takes 300 bytes")):
        with pytest.raises(UserError, match=reason):
            check_target(tmp_path / name, folder=True, parents=True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.EROFS, "read-only"),
        (errno.EACCES, "may not write there"),
        (errno.ENOSPC, "the disk is full"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_the_disk_is_tried(tmp_path: Path, code: int, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(UserError, match=f"a.png could not be written: .*{reason}"):
        check_target(tmp_path / "a.png")


def test_long_names_are_cut_in_the_middle_in_a_sentence() -> None:
    assert shown("/home/me/a.png") == "/home/me/a.png"
    assert len(shown(f"/{LONG}/{LONG}b.png")) < 130
    assert shown(f"{LONG}b.png").endswith("b.png")
    assert shown("a\x1b[31m\udcff") == "a␛[31m\\xff"
