"""What lies among images and is none: links, pipes, what a NAS leaves behind, names in other charsets. All is said."""

import io
import os
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.data import open_dataset
from latent_explorer.data.charsets import guessed
from latent_explorer.errors import DataError


def whys(dataset):
    """How many files were passed over, by a word of why."""
    return {each.why: each.count for each in dataset.passed_over}


def test_linked_folders_are_followed_once_and_not_in_circles(tmp_path, paint):
    folder = paint("cat/1.png")
    for number, name in enumerate(("dog", "owl")):
        Image.fromarray(np.full((6, 5), number, np.uint8)).save(paint(f"../far/{name}/{number}.png") / "unused.png")
        (folder / "unused.png").unlink()
        (folder / name).symlink_to(tmp_path / "far" / name)
    (folder / "again").symlink_to(folder / "cat")
    (folder / "loop").symlink_to(folder)
    (folder / "cat/up").symlink_to("..")
    (folder / "self").symlink_to("self")
    (folder / "nowhere.png").symlink_to("missing")
    (folder / "owl.png").symlink_to(tmp_path / "far/owl/1.png")
    (folder / "system").symlink_to("/proc/self")
    found = open_dataset(folder)
    assert found.class_names == ("cat", "dog", "owl")
    assert len(found) == 3
    assert "2 linked folders were followed" in found.notes
    assert whys(found) == {
        "a link to a folder that is read already, or that contains it": 3,
        "a link that leads nowhere": 2,
        "a link to the system's own folders": 1,
        "beside the folders of the classes, so of no class": 1,
    }


def test_what_desktops_leave_behind_is_passed_over(paint):
    folder = paint("cat/1.png")
    for name in (
        ".DS_Store", "cat/Thumbs.db", "cat/desktop.ini", "cat/._1.png", ".thumbnails/1.png", "#recycle/1.png",
        "cat/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", "__MACOSX/cat/._1.png", "$RECYCLE.BIN/1.png",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"no image")
    (folder / "cat/2.heic").write_bytes(b"x")
    (folder / "labels.csv").write_bytes(b"x")
    (folder / "LICENSE").write_bytes(b"x")
    found = open_dataset(folder)
    assert len(found) == 1
    assert whys(found) == {
        "hidden, or left by a desktop or a NAS": 9,
        ".heic is no image format that is read": 1,
        ".csv is no image format that is read": 1,
        "its name has no ending that says what it is": 1,
    }
    assert any("such as cat/2.heic: .heic is no image format" in line for line in found.report.lines())


def test_only_ordinary_files_are_opened(tmp_path, paint, monkeypatch):
    folder = paint("cat/1.png")
    os.mkfifo(folder / "cat/pipe.png")
    (folder / "cat/zero.png").symlink_to("/dev/zero")
    monkeypatch.chdir(folder / "cat")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.png")
        found = open_dataset(folder)
        with pytest.raises(DataError, match="a socket at"):
            open_dataset(folder / "cat/socket.png")
    assert len(found) == 1
    assert whys(found) == {"not a regular file": 3}
    for name in ("a.npz", "a.npy", "a.zip", "a.png"):
        os.mkfifo(tmp_path / name)
        with pytest.raises(DataError, match="a pipe at"):
            open_dataset(tmp_path / name)


@pytest.mark.parametrize("name", ["images-0.npy", "train-images-idx3-ubyte"])
def test_a_pipe_among_the_files_of_a_dataset_is_refused(tmp_path, name):
    os.mkfifo(tmp_path / name)
    os.mkfifo(tmp_path / "train-labels-idx1-ubyte")
    with pytest.raises(DataError, match="expected a regular file, found a pipe"):
        open_dataset(tmp_path if name.endswith(".npy") else f"mnist:{tmp_path}")


@pytest.mark.parametrize("place", ["/proc", "/proc/self", "/proc/self/mem", "/sys", "/dev/zero", "/dev/null"])
def test_what_the_system_shows_as_files_is_no_dataset(place):
    with pytest.raises(DataError, match="shows the state of the system"):
        open_dataset(place)


CHARSETS = [
    ("gbk", ["猫", "狗", "鸟"]), ("gbk", ["飞机", "汽车", "苹果 2"]), ("gbk", ["cat猫/1", "dog狗/2"]),
    ("cp932", ["猫", "犬", "鳥"]), ("cp932", ["ネコ", "いぬ"]), ("cp932", ["表/1"]), ("cp932", ["飛行機", "自動車"]),
    ("cp1251", ["кошка", "собака"]), ("cp1251", ["Кошка", "Птица"]), ("cp1251", ["КОШКА", "СОБАКА"]),
    ("cp866", ["Кошка", "Собака"]), ("koi8-r", ["кошка", "собака"]), ("big5", ["飛機", "汽車"]),
    ("cp949", ["개", "고양이", "새"]), ("cp949", ["사과", "바나나"]), ("cp437", ["été", "Hündin"]),
    ("cp1252", ["Übung", "Kätzchen"]), ("cp1252", ["niño", "perro"]), ("utf-8", ["猫", "кот", "naïve"]),
]  # fmt: skip


@pytest.mark.parametrize(("charset", "names"), CHARSETS)
def test_the_charset_of_names_is_guessed(charset, names):
    found, said = guessed([name.encode(charset) for name in names])
    assert found == names
    assert bool(said) == (charset != "utf-8")


@pytest.mark.parametrize(
    ("charset", "names"), [("gbk", ["猫", "狗"]), ("cp932", ["ネコ", "表"]), ("cp1251", ["кот", "пёс"])]
)
@pytest.mark.parametrize("slash", ["/", "\\"])
def test_zips_with_names_in_other_charsets_and_with_backslashes(tmp_path, charset, names, slash):
    stream = io.BytesIO()
    Image.new("L", (5, 6)).save(stream, "PNG")
    codes = {letter * len(name.encode(charset)): name for letter, name in zip("QW", names, strict=True)}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for code in codes:
            for split in ("train", "val"):
                archive.writestr(slash.join([split, code, "1.png"]), stream.getvalue())
    content = (tmp_path / "a.zip").read_bytes()
    for code, name in codes.items():
        content = content.replace(f"{slash}{code}{slash}".encode(), f"{slash}{name}{slash}".encode(charset))
    (tmp_path / "a.zip").write_bytes(content)
    found = open_dataset(tmp_path / "a.zip")
    assert set(found.class_names) == set(names)
    assert np.bincount(found.split).tolist() == [2, 2]
    assert any("(a guess)" in note for note in found.notes)


@pytest.mark.parametrize(
    ("raw", "shown"), [(b"caf\xe9", "café"), (b"\xb9\xb7", "狗"), (b"\xea\xee\xf2", "кот"), (b"\xc3\xa8", "è")]
)
def test_names_that_are_not_utf_8_on_the_disk(tmp_path, raw, shown):
    root = os.fsencode(tmp_path) + b"/set-" + raw
    for folder, name in ((raw, raw + b".png"), (b"dog", b"1.png")):
        path = Path(os.fsdecode(root + b"/" + folder + b"/" + name))
        path.parent.mkdir(parents=True)
        with path.open("wb") as stream:
            Image.new("L", (5, 6), 9).save(stream, "PNG")
    found = open_dataset(os.fsdecode(root))
    assert set(found.class_names) == {shown, "dog"}
    for text in (found.name, found.source, *found.report.lines()):
        text.encode()  # it can be written anywhere
    assert open_dataset(found.source).fingerprint == found.fingerprint
    with pytest.raises(DataError, match="no dataset") as refusal:
        open_dataset(os.fsdecode(root + b"-missing"))
    str(refusal.value).encode()
