"""Labels go into a file and come out of it as they were; what is none is said."""

import numpy as np
import pytest

from latent_explorer.errors import UserError
from latent_explorer.export.labels_file import LabelRow, read_labels, write_labels

ARRAYS = {
    "plain": np.zeros(2),
    "other": np.zeros(2, [("number", "<i8"), ("kind", "<U9")]),
    "square": np.zeros((1, 1), [("image", "<i8"), ("class", "<U9")]),
    "object": np.array([{}]),
}
ROWS = [LabelRow(4, "cat", True), LabelRow(9, 'a "dog", ü', False)]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".npy"])
def test_they_come_back_as_they_were(tmp_path, suffix):
    file = write_labels(tmp_path / f"labels{suffix}", ROWS)
    assert read_labels(file) == ROWS
    with pytest.raises(UserError, match="already exists"):
        write_labels(file, ROWS)


@pytest.mark.parametrize(
    ("name", "content", "expected", "found"),
    [
        ("a.csv", b"number,kind\n1,2\n", "columns image and class", "number, kind"),
        ("a.csv", b"", "columns image and class", "none"),
        ("a.csv", b"image,class\n", "at least one label", "none"),
        ("a.csv", b"image,class\n3,cat\n-1,cat\n", "an image's number from 0 on in row 2", "-1"),
        ("a.csv", b"image,class\nfour,cat\n", "an image's number from 0 on in row 1", "'four'"),
        ("a.csv", b"image,class\n1.5,cat\n", "an image's number from 0 on in row 1", "'1.5'"),
        ("a.csv", b"image,class\n9007199254740992,cat\n", "an image's number from 0 on", "9007199254740992"),
        ("a.csv", b"image,class\n1,\n", "a class of 1 to 60 characters in row 1", "''"),
        ("a.csv", b"image,class\n1\n", "a class of 1 to 60 characters in row 1", "nothing"),
        ("a.csv", b"image,class\n1," + b"x" * 61 + b"\n", "a class of 1 to 60 characters in row 1", "61 characters"),
        ("a.csv", b"image,class,by_hand\n1,cat,perhaps\n", "by_hand as 1 or 0 in row 1", "'perhaps'"),
        ("a.csv", b"image,class\n1,\xff\n", "text in UTF-8", "byte 0xff"),
        ("a.json", b"image,class\n", "JSON", "something else in line 1, column 1"),
        ("a.json", b"{}", "a list labels", "an object without it"),
        ("a.json", b"[1, 2]", "a list labels", "a list"),
        ("a.json", b'{"labels": 3}', "a list labels", "a number for it"),
        ("a.json", b'{"labels": [4]}', "an object with image and class in row 1", "a number"),
        ("a.json", b'{"labels": [{"image": 1}]}', "a class of 1 to 60 characters in row 1", "nothing"),
        ("a.json", b'{"labels": [{"image": "1", "class": "cat"}]}', "an image's number from 0 on in row 1", "'1'"),
        ("a.json", b'{"labels": [{"image": true, "class": "cat"}]}', "an image's number from 0 on in row 1", "True"),
        ("a.json", b'{"labels": [{"image": 1, "class": "a", "by_hand": []}]}', "by_hand as 1 or 0 in row 1", "a list"),
        ("a.json", b'{"labels": [' + b"1" * 5000 + b"]}", "JSON", "a number of too many digits"),
        ("a.json", b"[" * 100_000, "JSON", "too many brackets within another"),
        ("a.npy", b"nothing", "a numpy array", "something else"),
        ("a.npy", "plain", "fields image and class", r"float64 \(2,\)"),
        ("a.npy", "other", "fields image and class", "number, kind"),
        ("a.npy", "square", "one row for each label", r"\(1, 1\)"),
        ("a.npy", "object", "a numpy array", "objects of Python"),
        ("a.txt", b"", "a name that ends in .csv, .json or .npy", "'.txt'"),
        ("a", b"", "a name that ends in .csv, .json or .npy", "''"),
    ],
)
def test_what_was_expected_and_found_is_said(tmp_path, name, content, expected, found):
    file = tmp_path / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        np.save(file, ARRAYS[content], allow_pickle=True)
    with pytest.raises(UserError, match=rf"{name}: expected {expected}.*, found {found}.*; \w"):
        read_labels(file)


def test_without_a_column_all_are_by_hand(tmp_path):
    (tmp_path / "a.csv").write_text("image,class\n3,cat\n")
    assert read_labels(tmp_path / "a.csv") == [LabelRow(3, "cat", True)]
    np.save(tmp_path / "a.npy", np.array([(3, "cat")], [("image", "<i8"), ("class", "<U9")]))
    assert read_labels(tmp_path / "a.npy") == [LabelRow(3, "cat", True)]


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(UserError, match=r"nothing\.csv could not be read: "):
        read_labels(tmp_path / "nothing.csv")
