"""CIFAR-10 as two zips of JPEG files: read by split and class, and clearly asked for where it is not."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.data import named, open_dataset
from latent_explorer.data.cifar import CLASS_NAMES
from latent_explorer.errors import DataError


def write_zips(folder: Path, classes: tuple[str, ...] = CLASS_NAMES, side: int = 4) -> Path:
    folder.mkdir(parents=True)
    for split, count in (("train", 2), ("test", 1)):
        with zipfile.ZipFile(folder / f"cifar10-{split}.zip", "w") as archive:
            for number, name in enumerate(classes):
                for index in range(count):
                    stream = io.BytesIO()
                    Image.new("RGB", (side, side), (10 * number, 100 * index, 200)).save(stream, "PNG")
                    archive.writestr(f"{name}/{index:04}.png", stream.getvalue())
    return folder


def test_the_two_zips_are_one_dataset(tmp_path):
    folder = write_zips(tmp_path / "here")
    found = open_dataset(f"cifar10-jpeg:{folder}")
    assert (found.name, found.class_names, found.image_shape) == ("cifar10-jpeg", CLASS_NAMES, (4, 4, 3))
    np.testing.assert_array_equal(found.labels, [*np.repeat(np.arange(10), 2), *range(10)])
    np.testing.assert_array_equal(found.split, [0] * 20 + [1] * 10)
    assert found.images[7].reshape(-1, 3).tolist() == [[30, 100, 200]] * 16
    assert open_dataset(found.source).fingerprint == found.fingerprint


def test_in_the_folder_of_datasets_no_folder_need_be_named(tmp_path, monkeypatch):
    monkeypatch.setattr(named, "data_folder", lambda: tmp_path)
    with pytest.raises(DataError, match=r"is no download: expected cifar10-train\.zip .*cifar10-jpeg:FOLDER"):
        open_dataset("cifar10-jpeg")
    write_zips(tmp_path / "cifar10-jpeg")
    assert open_dataset("cifar10-jpeg").source == "cifar10-jpeg"


def test_other_zips_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"cifar10-train\.zip: cannot be read: No such file"):
        open_dataset(f"cifar10-jpeg:{tmp_path}")
    with pytest.raises(DataError, match=r"expected folders airplane, .*, found cat, dog"):
        open_dataset(f"cifar10-jpeg:{write_zips(tmp_path / 'few', ('cat', 'dog'))}")
    with pytest.raises(DataError, match="found none"):
        open_dataset(f"cifar10-jpeg:{write_zips(tmp_path / 'empty', ())}")
