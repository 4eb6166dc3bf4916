"""Labels go into a file and come out of it as they were; what is none is said."""

import numpy as np
import pytest

from latent_explorer.errors import UserError
from latent_explorer.export.labels_file import LabelRow, read_labels, write_labels

ROWS = [LabelRow(4, "cat", True), LabelRow(9, 'a "dog", ü', False)]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".npy"])
def test_they_come_back_as_they_were(tmp_path, suffix):
    file = write_labels(tmp_path / f"labels{suffix}", ROWS)
    assert read_labels(file) == ROWS
    with pytest.raises(UserError, match="already exists"):
        write_labels(file, ROWS)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"number,kind\n1,2\n", "holds no labels"),
        ("a.csv", b"image,class\n", "it is empty"),
        ("a.csv", b"image,class\n-1,cat\n", "from 0 on"),
        ("a.csv", b"image,class\n1,\n", "1 to 60"),
        ("a.csv", b"\xff\xfe\x00", "holds no labels"),
        ("a.json", b"{}", "holds no labels"),
        ("a.json", b'{"labels": [{"image": "1", "class": "cat"}]}', "holds no labels"),
        ("a.json", b"[" * 10_000, "holds no labels"),
        ("a.npy", b"nothing", "holds no labels"),
        ("a.txt", b"", "ends in .csv, .json, .npy"),
    ],
)
def test_what_is_none_is_said(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=words):
        read_labels(tmp_path / name)


def test_without_a_column_all_are_by_hand(tmp_path):
    (tmp_path / "a.csv").write_text("image,class\n3,cat\n")
    assert read_labels(tmp_path / "a.csv") == [LabelRow(3, "cat", True)]
    np.save(tmp_path / "a.npy", np.array([(3, "cat")], [("image", "<i8"), ("class", "<U9")]))
    assert read_labels(tmp_path / "a.npy") == [LabelRow(3, "cat", True)]
    np.save(tmp_path / "b.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(UserError, match="holds no labels"):
        read_labels(tmp_path / "b.npy")
    with pytest.raises(UserError, match="could not be read"):
        read_labels(tmp_path / "nothing.csv")
