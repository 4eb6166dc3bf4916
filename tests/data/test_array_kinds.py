"""Arrays as people keep them: names, labels, axes, types and ranges are understood, and said where it was a guess."""

import numpy as np
import pytest

from latent_explorer.data import open_dataset
from latent_explorer.data.array_forms import images_of, labels_of
from latent_explorer.errors import DataError

X = np.random.default_rng(0).integers(0, 256, (30, 8, 8), np.uint8)
Y = np.arange(30) % 3
X[0, 0, :2] = 0, 255
RGB = np.stack([X, 255 - X, X // 2], -1)
NAMES = np.array(["cat", "dog", "owl"])


def parts(*names, val=0):
    """Images and labels cut in two or three under such names."""
    cuts = [20, 25] if val else [20]
    return dict(zip(names, [*np.split(X, cuts), *np.split(Y[:, None], cuts)], strict=True))


NAMED = {
    "MedMNIST": (
        parts("train_images", "val_images", "test_images", "train_labels", "val_labels", "test_labels", val=5),
        [20, 5, 5],
    ),
    "train and val": (parts("train_images", "val_images", "train_labels", "val_labels"), [20, 10, 0]),
    "Keras": (parts("x_train", "x_test", "y_train", "y_test"), [20, 10, 0]),
    "train_x": (parts("train_x", "test_x", "train_y", "test_y"), [20, 10, 0]),
    "trainX": (parts("trainX", "testX", "trainY", "testY"), [20, 10, 0]),
    "X_TRAIN": (parts("X_TRAIN", "X_TEST", "Y_TRAIN", "Y_TEST"), [20, 10, 0]),
    "xtrain": (parts("xtrain", "xtest", "ytrain", "ytest"), [20, 10, 0]),
    "train_set_x": (parts("train_set_x", "test_set_x", "train_set_y", "test_set_y"), [20, 10, 0]),
    "X, y": ({"X": X, "y": Y}, None),
    "data, target": ({"data": X.reshape(30, -1), "target": Y, "target_names": NAMES}, None),
    "Images, Label": ({"Images": X, "Label": Y, "ids": np.arange(30)}, None),
    "by place": ({"arr_0": X, "arr_1": Y}, None),
    "one that can be images": ({"foo": X, "labels": Y}, None),
    "classes": ({"images": X, "labels": Y, "classes": NAMES}, None),
    "Python objects that nobody needs": ({"imgs": X, "label": Y, "metadata": np.array({}, dtype=object)}, None),
}


@pytest.mark.parametrize("name", NAMED)
def test_arrays_are_found_by_their_names(tmp_path, name):
    arrays, split = NAMED[name]
    np.savez(tmp_path / "a.npz", **arrays)
    (tmp_path / "loose").mkdir()
    for key, array in arrays.items():
        np.save(tmp_path / "loose" / f"{key}.npy", array)
    for place in (tmp_path / "a.npz", tmp_path / "loose"):
        found = open_dataset(place)
        if split is not None:
            assert np.bincount(found.split, minlength=3).tolist() == split
        order = np.lexsort(found.images.reshape(30, -1).T)
        expected = np.lexsort(X.reshape(30, -1).T)
        np.testing.assert_array_equal(found.images[order, ..., 0], X[expected])
        np.testing.assert_array_equal(found.labels[order], Y[expected])


LABELS = {
    "column": Y[:, None],
    "row": Y[None].astype(np.uint8),
    "one-hot": np.eye(3)[Y],
    "one-hot bool": np.eye(3, dtype=bool)[Y],
    "real numbers": Y.astype(np.float32),
    "big-endian": Y.astype(">i4"),
}


@pytest.mark.parametrize("name", LABELS)
def test_forms_of_labels(name):
    labels, names, _ = labels_of([LABELS[name]], [30], None, "here")
    np.testing.assert_array_equal(labels, Y)
    assert names == ("0", "1", "2")


@pytest.mark.parametrize(
    ("values", "names", "expected", "classes"),
    [
        (NAMES[Y], None, Y, ("cat", "dog", "owl")),
        (NAMES[Y].astype(bytes), None, Y, ("cat", "dog", "owl")),
        (NAMES[Y], ("owl", "dog", "cat"), 2 - Y, ("owl", "dog", "cat")),
        (Y + 1, ("cat", "dog", "owl"), Y, ("cat", "dog", "owl")),
        (Y * 10**9, None, Y, ("0", "1000000000", "2000000000")),
    ],
)
def test_labels_by_name_from_one_on_or_large(values, names, expected, classes):
    labels, found, _ = labels_of([values], [30], names, "here")
    np.testing.assert_array_equal(labels, expected)
    assert found == classes


AXES = {
    "n h w": (X, X[..., None], ""),
    "n 1 h w": (X[:, None], X[..., None], ""),
    "n c h w": (RGB.transpose(0, 3, 1, 2), RGB, "was read as (images, channels, height, width)"),
    "Fortran": (np.asfortranarray(RGB), RGB, ""),
    "flat": (X.reshape(30, -1), X[..., None], "each row of 64 was read as 8 x 8 pixels"),
    "flat colour": (RGB.transpose(0, 3, 1, 2).reshape(30, -1), RGB, "3 channels of 8 x 8"),
    "opaque": (np.concatenate([RGB, np.full_like(RGB[..., :1], 255)], -1), RGB, "laid on white"),
    "clear": (np.concatenate([RGB, np.zeros_like(RGB[..., :1])], -1), np.full_like(RGB, 255), "laid on white"),
}


@pytest.mark.parametrize("name", AXES)
def test_orders_of_axes(name):
    array, expected, said = AXES[name]
    images, notes = images_of([array], "here")
    np.testing.assert_array_equal(images, expected)
    assert images.flags.c_contiguous
    assert said in " ".join(notes)


TYPES = {
    "int64": (X.astype(np.int64), X, ""),
    "real 0 to 255": (X.astype(np.float32), X, ""),
    "real 0 to 1": (X / 255, X, ""),
    "half": ((X / 255).astype(np.float16), X, ""),
    "big-endian real": ((X / 255).astype(">f8"), X, ""),
    "-1 to 1": (X / 127.5 - 1, X, "-1 is black, 1 white"),
    "16 bits": (X.astype(np.uint16) * 257, X, "65535 white"),
    "16 bits, big-endian": (X.astype(">u2") * 257, X, "65535 white"),
    "12 bits": (np.rint(X * (4095 / 255)).astype(np.uint16), X, "4095 white"),
    "10 bits": (np.rint(X * (1023 / 255)).astype(np.int32), X, "1023 white"),
    "14 bits": (np.rint(X * (16383 / 255)).astype(np.int32), X, "16383 white"),
    "8 bits in 16": (X.astype(np.uint16), X, ""),
    "0 to 16": (np.rint(X / 255 * 16), np.rint(np.rint(X / 255 * 16) * 255 / 16), "16 white"),
    "bool": (X > 100, (X > 100) * 255, ""),
    "0 and 1": ((X > 100).astype(np.uint8), (X > 100) * 255, "1 white"),
    "overshooting": (X / 255 * 1.012 - 0.006, (X * 1.012 - 1.53).clip(0, 255), "0 is black, 1 white"),
}


@pytest.mark.parametrize("name", TYPES)
def test_types_and_ranges(name):
    array, expected, said = TYPES[name]
    images, notes = images_of([array], "here")
    assert np.abs(images[..., 0].astype(int) - np.rint(expected).astype(int)).max() <= (
        name in ("half", "overshooting")
    )
    assert said in " ".join(notes)
    assert bool(notes) == bool(said)


def test_one_scale_holds_for_all_parts():
    images, _ = images_of([np.full((2, 4, 4), 100, np.uint16), np.full((2, 4, 4), 4000, np.uint16)], "here")
    assert images[[0, 2], 0, 0, 0].tolist() == [6, 249]


def test_images_without_labels_are_passed_over_where_others_have_them(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=X[:20], y_train=Y[:20], x_test=X[20:])
    found = open_dataset(tmp_path / "a.npz")
    assert len(found) == 20
    assert [(each.count, each.example) for each in found.passed_over] == [(10, "x_test")]
    assert set(found.split.tolist()) == {0, 1}


def test_parts_of_different_sizes_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=X, x_test=X[:, :5])
    with pytest.raises(DataError, match="images of one size in all arrays"):
        open_dataset(tmp_path / "a.npz")
