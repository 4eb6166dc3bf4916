"""Datasets kept as .npy and .npz."""

import zipfile
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from latent_explorer.data import files, open_dataset
from latent_explorer.errors import DataError

IMAGES = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@same_folder
@given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=3, max_dims=3).map(lambda shape: (*shape, 3))),
    st.booleans(),
    st.data(),
)
def test_what_is_saved_is_opened(tmp_path, images, packed, data):
    labels = data.draw(hnp.arrays(np.int32, len(images), elements=st.integers(0, 2)))
    images = np.where(images == 1, np.uint8(2), images)  # 0 and 1 alone would be black and white
    split = data.draw(hnp.arrays(np.uint8, len(images), elements=st.integers(0, 1)))
    save = np.savez_compressed if packed else np.savez
    save(tmp_path / "a.npz", images=images, labels=labels, split=split, class_names=np.array(["x", "ÿ", "z"]))
    dataset = open_dataset(tmp_path / "a.npz")
    np.testing.assert_array_equal(dataset.images, images)
    np.testing.assert_array_equal(dataset.labels, labels)
    np.testing.assert_array_equal(dataset.split, split)
    assert dataset.class_names == ("x", "ÿ", "z")
    assert dataset.images.flags.c_contiguous
    assert dataset.images.flags.writeable
    assert open_dataset(dataset.source).fingerprint == dataset.fingerprint


def test_an_array_alone(tmp_path):
    np.save(tmp_path / "a.npy", np.asfortranarray(IMAGES))
    dataset = open_dataset(tmp_path / "a.npy")
    np.testing.assert_array_equal(dataset.images, IMAGES[..., None])
    assert dataset.labels is None
    assert set(dataset.split.tolist()) == {0, 1}


def test_floats_in_the_unit_interval_keep_their_grey_levels(tmp_path):
    grey = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    for kind in (np.float32, np.float64):
        np.save(tmp_path / "a.npy", grey.astype(kind) / 255)
        np.testing.assert_array_equal(open_dataset(tmp_path / "a.npy").images[..., 0], grey)
    np.save(tmp_path / "a.npy", grey > 100)
    assert set(np.unique(open_dataset(tmp_path / "a.npy").images).tolist()) == {0, 255}


def test_split_may_be_words_and_class_names_default_to_numbers(tmp_path):
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=[0, 2, 1, 0], split=["train", "test", "train", "test"])
    dataset = open_dataset(tmp_path / "a.npz")
    assert dataset.indices("test").tolist() == [1, 3]
    assert dataset.class_names == ("0", "1", "2")


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"a": IMAGES, "b": IMAGES}, r"expected an array images .* found a \(4, 3, 2\), b"),
        ({"images": IMAGES[0]}, r"found \(3, 2\)"),
        ({"images": IMAGES[:0]}, r"found \(0, 3, 2\)"),
        ({"images": np.zeros((2, 8, 8, 8), np.uint8)}, r"found \(2, 8, 8, 8\)"),
        ({"images": np.zeros((9, 9, 3, 7), np.uint8)}, r"numpy\.moveaxis\(images, -1, 0\)"),
        ({"images": np.zeros((64, 64), np.uint8)}, r"write images\[None\] if it is one"),
        ({"images": np.zeros((9, 9, 3), np.uint8)}, r"perhaps one in colour: write images\[None\]"),
        ({"images": IMAGES.astype(complex)}, "found complex128"),
        ({"images": IMAGES + np.int64(70_000)}, "found values between 70000 and 70023"),
        ({"images": IMAGES / 7}, r"found values between 0 and 3\.2.*images\.min\(\)"),
        ({"images": IMAGES - 1.0}, "found values between -1 and 22"),
        ({"images": IMAGES * np.nan}, "found NaN or infinity"),
        ({"images": IMAGES, "labels": [0, 1]}, r"expected 4 labels, one for each image, found int64 \(2,\)"),
        ({"images": IMAGES, "labels": [0.5, 1, 1, 0]}, "whole numbers or text, found float64"),
        ({"images": IMAGES, "labels": [0, 1, -1, 0]}, r"found -1\.\.1"),
        ({"images": IMAGES, "labels": [[1, 1], [0, 1], [1, 0], [0, 1]]}, r"labels\[:, 0\]"),
        ({"images": IMAGES, "labels": [0, 1, 2, 0], "class_names": ["a", "b"]}, "at least 3 class names"),
        ({"images": IMAGES, "labels": [0, 1, 2, 0], "class_names": [0.5, 2, 3]}, "class names as text, found float64"),
        ({"images": IMAGES, "split": [0, 1, 3, 0]}, "expected a split of 0 to train on"),
        ({"images": IMAGES, "split": ["train", "other", "test", "test"]}, "of train, test and val, found 'other'"),
        ({"images": IMAGES, "split": [0, 1]}, "expected 4 values in split, found .2,"),
        ({"images": np.array([object()])}, "Python objects, which only pickle could read"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, arrays, reason):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=reason) as refusal:
        open_dataset(tmp_path / "a.npz")
    assert "a.npz" in str(refusal.value)


def _npy(array: np.ndarray) -> bytes:
    stream = BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize("length", [0, 5, 9, 60, 128, 140])
def test_truncated_arrays_are_refused(tmp_path, length):
    (tmp_path / "a.npy").write_bytes(_npy(IMAGES)[:length])
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("images.npy", _npy(IMAGES)[:length])
    np.savez(tmp_path / "whole.npz", images=IMAGES)
    (tmp_path / "c.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:length])
    for name in ("a.npy", "b.npz", "c.npz"):
        with pytest.raises(DataError, match=f"{name}.*: expected"):
            open_dataset(tmp_path / name)


def test_a_header_that_announces_more_than_there_is_is_refused_unallocated(tmp_path):
    huge = _npy(IMAGES).replace(b"(4, 3, 2), }" + b" " * 11, b"(4000000000, 3, 2), }  ")
    assert b"4000000000" in huge
    (tmp_path / "a.npy").write_bytes(huge)
    with pytest.raises(DataError, match=r"a\.npy"):
        open_dataset(tmp_path / "a.npy")


def test_an_npz_bomb_is_refused(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "a.npz", images=np.zeros((100, 28, 28), np.uint8))
    assert len(open_dataset(tmp_path / "a.npz")) == 100
    monkeypatch.setattr(files, "MAX_BYTES", 50_000)
    with pytest.raises(DataError, match="unpacked"):
        open_dataset(tmp_path / "a.npz")


def test_flipped_bits_in_a_packed_array_are_refused(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", images=np.random.default_rng(0).integers(0, 256, (50, 8, 8), np.uint8))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[len(content) // 2] ^= 4
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.npz: images\.npy: expected .* .Bad CRC"):
        open_dataset(tmp_path / "a.npz")
