"""Folders as people lay them out: which are classes, which are splits, and what is passed over."""

import numpy as np
import pytest

from latent_explorer.data.layout import layout_of
from latent_explorer.data.splits import split_named
from latent_explorer.errors import DataError


def named(*folders):
    """Names of files: folders with how many lie in each; "" is the top."""
    return [f"{folder}/{number}.png".strip("/") for folder, count in folders for number in range(count)]


def counts(layout):
    """Images by class, and by split: to train on, to test, to validate; None for the hash."""
    by_class = {} if layout.labels is None else np.bincount(layout.labels, minlength=len(layout.class_names)).tolist()
    by_split = None if layout.split is None else np.bincount(layout.split, minlength=3).tolist()
    return (dict(zip(layout.class_names, by_class, strict=True)) if by_class else {}), by_split


PAIR = {"cat": 5, "dog": 4}
LAYOUTS = {
    "train, val": ((("train/cat", 3), ("train/dog", 2), ("val/cat", 2), ("val/dog", 2)), PAIR, [5, 4, 0]),
    "train, valid": ((("train/cat", 3), ("train/dog", 2), ("valid/cat", 2), ("valid/dog", 2)), PAIR, [5, 4, 0]),
    "train, dev": ((("train/cat", 3), ("train/dog", 2), ("dev/cat", 2), ("dev/dog", 2)), PAIR, [5, 4, 0]),
    "capitals": ((("Train/cat", 3), ("Train/dog", 2), ("TEST/cat", 2), ("TEST/dog", 2)), PAIR, [5, 4, 0]),
    "all three": ((("train/cat", 3), ("train/dog", 2), ("validation/cat", 2), ("test/dog", 2)), PAIR, [5, 2, 2]),
    "training, testing": ((("png/training/cat", 3), ("png/training/dog", 4), ("png/testing/cat", 2)), PAIR, [7, 2, 0]),
    "training_set": ((("training_set/cat", 3), ("training_set/dog", 4), ("test_set/cat", 2)), PAIR, [7, 2, 0]),
    "nested twice": ((("a/b/train/cat", 3), ("a/b/train/dog", 4), ("a/b/test/cat", 2)), PAIR, [7, 2, 0]),
    "split in split": ((("seg_train/seg_train/cat", 5), ("seg_test/seg_test/dog", 4)), PAIR, [5, 4, 0]),
    "class, then split": ((("cat/train", 3), ("cat/val", 2), ("dog/train", 2), ("dog/val", 2)), PAIR, [5, 4, 0]),
    "no classes": ((("train", 5), ("test", 4)), {}, [5, 4, 0]),
    "years": ((("train2017", 5), ("val2017", 4)), {}, [5, 4, 0]),
    "folders of images": ((("train/images", 5), ("test/images", 4)), {}, [5, 4, 0]),
    "train alone": ((("train/cat", 5), ("train/dog", 4)), PAIR, None),
    "a folder around": ((("set/cat", 5), ("set/dog", 4)), PAIR, None),
    "deeper": ((("cat/a/b", 5), ("dog/c", 4)), PAIR, None),
    "images in a folder": ((("images", 5),), {}, None),
    "one class": ((("cat", 5),), {"cat": 5}, None),
    "no folder": ((("", 5),), {}, None),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_are_read_whole(name):
    folders, classes, split = LAYOUTS[name]
    layout = layout_of(named(*folders), "here")
    assert counts(layout) == (classes, split)
    assert len(layout.kept) == sum(count for _, count in folders)
    assert not layout.passed_over


STRAYS = {
    "beside classes": ((("cat", 5), ("dog", 4), ("", 2)), PAIR, None, 2),
    "beside a folder around": ((("set/cat", 5), ("set/dog", 4), ("", 1)), PAIR, None, 1),
    "beside splits": ((("train/cat", 5), ("val/dog", 4), ("", 1)), PAIR, [5, 4, 0], 1),
    "another folder": ((("train/cat", 5), ("test/dog", 4), ("extra/cat", 9)), PAIR, [5, 4, 0], 9),
    "a test without classes": ((("train/cat", 5), ("train/dog", 4), ("test", 30)), PAIR, None, 30),
    "and with images": ((("train/cat/images", 5), ("train/dog/images", 4), ("val/images", 30)), PAIR, None, 30),
}


@pytest.mark.parametrize("name", STRAYS)
def test_strays_are_passed_over_and_said(name):
    folders, classes, split, passed_over = STRAYS[name]
    layout = layout_of(named(*folders), "here")
    assert counts(layout) == (classes, split)
    assert sum(each.count for each in layout.passed_over) == passed_over


def test_as_many_strays_as_images_are_refused():
    with pytest.raises(DataError, match=r"found 0\.png beside the folders: 5 lie beside them and 5 inside"):
        layout_of(named(("cat", 5), ("", 5)), "here")


def test_validation_alone_serves_as_test_and_a_class_that_sounds_like_a_split_is_named():
    assert "serves as test" in " ".join(layout_of(named(("train/a", 3), ("val/a", 2)), "here").notes)
    layout = layout_of(named(("train", 3), ("truck", 2)), "here")
    assert layout.class_names == ("train", "truck")
    assert "the folder train is a class" in " ".join(layout.notes)


@pytest.mark.parametrize(
    ("name", "split", "words"),
    [
        ("x_train", "train", {"x"}),
        ("trainX", "train", {"x"}),
        ("xtest", "test", {"x"}),
        ("Y_VAL", "val", {"y"}),
        ("t10k-images", "test", {"images"}),
        ("trainingSet", "train", set()),
        ("asl_alphabet_test", "test", {"asl", "alphabet"}),
    ],
)
def test_names_of_splits(name, split, words):
    assert split_named(name) == (split, words)


@pytest.mark.parametrize(
    "name", ["trainer", "steam", "test_or_train", "contest", "", "latest", "evaluated", "restrain"]
)
def test_other_names_are_of_no_split(name):
    assert split_named(name) is None
