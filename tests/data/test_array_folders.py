"""Folders of arrays: one dataset, whatever files it is cut into, and never read as a whole."""

import gc
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from latent_explorer.data import Dataset, dataset, open_dataset
from latent_explorer.errors import DataError

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 5, 4, 3), np.uint8)
LABELS = np.arange(40) % 3
Save = Callable[..., Path]
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes arrays, cut at some places, into a new folder, which it gives."""

    def write(*cuts: int, **arrays: np.ndarray) -> Path:
        folder = tmp_path / f"set-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, array in arrays.items():
            for number, part in enumerate(np.split(array, cuts)):
                np.save(folder / f"{name}-{number:05}.npy", part)
        return folder

    return write


def opened(save: Save) -> Dataset:
    return open_dataset(save(7, 8, 31, images=IMAGES))


def test_it_is_the_same_dataset_as_in_one_array(save: Save, tmp_path: Path) -> None:
    split = np.array(["train", "test"])[LABELS % 2]
    folder = save(7, 8, 31, images=IMAGES, labels=LABELS, split=split)
    np.save(folder / "class_names.npy", np.array(["x", "ÿ", "z"]))
    np.savez(tmp_path / "one.npz", images=IMAGES, labels=LABELS, split=split, class_names=["x", "ÿ", "z"])
    many, one = open_dataset(folder), open_dataset(tmp_path / "one.npz")
    assert (many.class_names, many.image_shape, len(many)) == (one.class_names, one.image_shape, 40)
    assert many.fingerprint == one.fingerprint
    assert open_dataset(many.source).fingerprint == one.fingerprint
    assert many.name == folder.name


def test_without_a_split_it_is_that_of_one_array(save: Save, tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", IMAGES)
    np.testing.assert_array_equal(opened(save).split, open_dataset(tmp_path / "one.npy").split)


def test_grey_images_may_lack_the_axis_of_channels(save: Save) -> None:
    dataset = open_dataset(save(3, images=IMAGES[..., 0]))
    assert dataset.image_shape == (5, 4, 1)
    np.testing.assert_array_equal(dataset.images[:], IMAGES[..., :1])


@same_folder
@given(
    st.lists(st.integers(-40, 39), max_size=60).map(lambda numbers: np.array(numbers, np.int64))
    | st.slices(40)
    | st.integers(-40, 39)
    | st.lists(st.booleans(), min_size=40, max_size=40).map(np.array)
)
def test_it_is_indexed_like_one_array(save: Save, key: slice | int | np.ndarray) -> None:
    found = opened(save).images[key]
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, IMAGES[key])


def test_an_index_outside_is_an_error(save: Save) -> None:
    images = opened(save).images
    for key in (40, -41, np.array([0, 40])):
        with pytest.raises(IndexError):
            images[key]


def test_blocks_follow_each_other(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "BLOCK_BYTES", 9 * 60)
    found = list(dataset.blocks(opened(save).images))
    assert [len(block) for block in found] == [9, 9, 9, 9, 4]
    np.testing.assert_array_equal(np.concatenate(found), IMAGES)


def test_few_files_are_open_at_a_time(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "_MOST_FILES", 2)
    opens: list[dataset.FileIO] = []
    monkeypatch.setattr(dataset, "FileIO", lambda path: opens.append(FileIO(path)) or opens[-1])
    images = opened(save).images
    for _ in range(2):
        np.testing.assert_array_equal(images[:], IMAGES)
        assert sum(not file.closed for file in opens) <= 2
    del images
    gc.collect()
    assert len(opens) == 8
    assert all(file.closed for file in opens)


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system cannot be asked to fetch")
def test_what_is_expected_is_where_the_images_are(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    monkeypatch.setattr(os, "posix_fadvise", lambda file, start, size, _: asked.append(os.pread(file, size, start)))
    opened(save).images.expect(np.array([39, 7, 0, 8]))
    assert asked == [IMAGES[number].tobytes() for number in (39, 7, 0, 8)]


def test_a_file_that_changes_meanwhile_is_an_error(save: Save) -> None:
    folder = save(7, images=IMAGES)
    images = open_dataset(folder).images
    (folder / "images-00001.npy").write_bytes(b"short")
    with pytest.raises(DataError, match=r"images-00001\.npy: expected 33 images as before, found fewer"):
        images[10]
    (folder / "images-00000.npy").unlink()
    with pytest.raises(DataError, match=r"images-00000\.npy: cannot be read"):
        images[0]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("images-1.npy", IMAGES.astype(np.float32), "expected uint8 in C order, found float32"),
        ("images-1.npy", np.asfortranarray(IMAGES), "found uint8 in Fortran order"),
        ("images-1.npy", IMAGES[:, :3], r"expected images \(5, 4, 3\) like those of the first file, found \(3, 4, 3\)"),
        ("images-1.npy", IMAGES[:0], r"found \(0, 5, 4, 3\)"),
        ("images-1.npy", IMAGES[0, 0], r"found \(4, 3\)"),
        ("images-1.npy", b"\x93NUMPY and then nothing", "expected a numpy array"),
        ("labels-0.npy", LABELS[:3], r"expected 40 values, one for each image, found \(3,\)"),
        ("labels-0.npy", LABELS / 2, "whole numbers or text, found float64"),
        ("labels-0.npy", np.array([None] * 40), "which only pickle could read"),
        ("labels-1.npy", LABELS, r"found otherwise: labels-0\.npy"),
        ("split-0.npy", LABELS + 1, "expected a split of 0 to train on"),
        ("class_names.npy", np.arange(3) / 2, "class names as text, found float64"),
        ("picture.png", b"of whatever kind", r"found both, as picture\.png"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, name: str, content: np.ndarray | bytes, reason: str) -> None:
    np.save(tmp_path / "images-0.npy", IMAGES)
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        np.save(tmp_path / name, content)
    with pytest.raises(DataError, match=reason):
        open_dataset(tmp_path)


@pytest.mark.parametrize("length", [0, 60, 128, 1000])
def test_a_truncated_shard_is_refused_when_it_is_opened(save: Save, length: int) -> None:
    last = save(7, images=IMAGES) / "images-00001.npy"
    last.write_bytes(last.read_bytes()[:length])
    with pytest.raises(DataError, match=r"images-00001\.npy: expected"):
        open_dataset(last.parent)


def test_another_size_has_to_be_written(save: Save) -> None:
    folder = save(7, images=IMAGES)
    assert len(open_dataset(f"{folder}@5x4")) == 40
    with pytest.raises(DataError, match="expected images of 8 x 8, found a folder of arrays of 4 x 5"):
        open_dataset(folder, resize=(8, 8))
