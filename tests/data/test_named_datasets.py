"""MNIST from the package, and its relatives from downloads and folders at hand."""

import gzip
import hashlib
import subprocess
import sys
import tarfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.data import cifar, named, open_dataset, opening
from latent_explorer.data.download import Download
from latent_explorer.data.idx import FILES, read_idx
from latent_explorer.data.opening import known_facts
from latent_explorer.errors import DataError


def _idx(array: np.ndarray) -> bytes:
    header = bytes((0, 0, 8, array.ndim)) + b"".join(side.to_bytes(4, "big") for side in array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def mnist():
    return open_dataset("mnist")


def test_mnist_is_whole(mnist):
    assert mnist.images.shape == (70_000, 28, 28, 1)
    assert np.bincount(mnist.split).tolist() == [60_000, 10_000]
    assert mnist.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.class_names == tuple("0123456789")
    assert hashlib.md5(_idx(mnist.images[:60_000, ..., 0])).hexdigest() == "6bbc9ace898e44ae57da46a324031adb"


def test_a_copy_at_hand_is_the_same_dataset(mnist, shared_data):
    copy = open_dataset(f"mnist:{shared_data}")
    assert copy.fingerprint == mnist.fingerprint
    assert open_dataset(copy.source).fingerprint == mnist.fingerprint


def _idx_folder(folder: Path, images: np.ndarray, labels: np.ndarray) -> str:
    """The source `mnist:FOLDER` of a split under MNIST's own file names."""
    folder.mkdir()
    for name, array in zip(FILES, (images, labels), strict=False):
        (folder / name).write_bytes(_idx(array))
    return f"mnist:{folder}"


def test_a_dataset_under_the_file_names_of_mnist_is_called_what_it_is(mnist, shared_data, tmp_path):
    images, labels = mnist.images[:60_000, ..., 0], mnist.labels[:60_000]
    assert mnist.name == open_dataset(_idx_folder(tmp_path / "digits", images, labels)).name == "mnist"
    assert open_dataset(f"fashion-mnist:{tmp_path / 'digits'}").name == "mnist"
    clothes = open_dataset(f"mnist:{shared_data / 'FashionMNIST'}")
    assert (clothes.name, clothes.class_names[9]) == ("fashion-mnist", "Ankle boot")
    assert open_dataset(clothes.source).name == "fashion-mnist"
    inverted = _idx_folder(tmp_path / "inverted", 255 - images, labels)
    assert open_dataset(inverted).name == "images of inverted"
    assert open_dataset(f"kmnist:{tmp_path / 'inverted'}").name == "kmnist"


def test_opening_mnist_imports_no_torch():
    program = "import sys; from latent_explorer.data import open_dataset; open_dataset('mnist'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "numpy" in loaded
    assert not {"torch", "torchvision", "sklearn"} & set(loaded)


def test_resize_is_remembered_in_the_source(tmp_path):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).integers(0, 256, (3, 8, 8), np.uint8))
    small = open_dataset(tmp_path / "a.npy", resize=(4, 6))
    assert small.image_shape == (4, 6, 1)
    assert open_dataset(small.source).fingerprint == small.fingerprint


@pytest.mark.parametrize(("size", "reason"), [((0, 4), "1 to 4096"), ((4, 5000), "1 to 4096"), ((4096, 4096), "GiB")])
def test_absurd_sizes_are_refused(size, reason):
    with pytest.raises(DataError, match=reason):
        open_dataset("mnist", resize=size)


@pytest.mark.parametrize(
    "source", ["minst", "", "a\0b", "x" * 5000, "~nobody-at-all/x", "mnist:" + "x" * 5000, "a@2x2"]
)
def test_unknown_names_list_the_known_ones(source):
    with pytest.raises(DataError, match="mnist, fashion-mnist, kmnist, cifar10"):
        open_dataset(source)


@pytest.mark.parametrize("length", [0, 3, 10, 16, 40])
def test_truncated_idx_files_are_refused(tmp_path, length):
    whole = _idx(np.arange(32).reshape(2, 4, 4))
    for name, content in (("a", whole[:length]), ("a.gz", gzip.compress(whole)[:length])):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=name):
            read_idx(tmp_path / name, 3)


def test_idx_files_with_more_a_flipped_bit_or_a_huge_header_are_refused(tmp_path):
    whole = _idx(np.arange(32).reshape(2, 4, 4))
    flipped = bytearray(gzip.compress(whole, 0))
    flipped[40] ^= 1
    huge = whole[:4] + b"\xff" * 12 + whole[16:]
    for content in (gzip.compress(whole + b"x"), bytes(flipped), gzip.compress(huge)):
        (tmp_path / "a.gz").write_bytes(content)
        with pytest.raises(DataError, match=r"a\.gz: expected"):
            read_idx(tmp_path / "a.gz", 3)


def test_fashion_mnist_is_downloaded_once_and_only_if_that_is_agreed_to(tmp_path, monkeypatch, serve):
    contents, downloads = {}, []
    for file in FILES:
        array = np.arange(12 * 16).reshape(12, 4, 4) % 256 if "images" in file else np.arange(12) % 10
        contents[f"{file}.gz"] = gzip.compress(_idx(array))
    server = serve(contents)
    for name, content in contents.items():
        downloads.append(Download(f"{server.url}/{name}", hashlib.md5(content).hexdigest(), len(content)))
    files = tuple(downloads)
    own = replace(
        named.DATASETS["fashion-mnist"],
        obtain=partial(named._downloaded_idx, "FashionMNIST", files),
        missing=partial(named._missing_idx, "FashionMNIST", files),
    )
    monkeypatch.setitem(named.DATASETS._things, "fashion-mnist", own)
    monkeypatch.setattr(named, "data_folder", lambda: tmp_path / "home")
    monkeypatch.setattr(opening, "data_folder", lambda: tmp_path / "home")
    with pytest.raises(DataError, match=r"is not on this computer: .* download 0 MB from 127.* with --download"):
        open_dataset("fashion-mnist")
    assert server.asked == []
    assert "127.0.0.1" in known_facts("fashion-mnist").download
    dataset = open_dataset("fashion-mnist", download=True)
    assert len(server.asked) == 4
    assert open_dataset("fashion-mnist").fingerprint == dataset.fingerprint
    assert known_facts("fashion-mnist").download == ""
    assert dataset.images.shape == (24, 4, 4, 1)
    assert dataset.class_names[9] == "Ankle boot"
    assert len(server.asked) == 4


@pytest.fixture
def cifar_archive(tmp_path, monkeypatch, serve) -> Path:
    """An archive laid out like CIFAR-10's binary version, four records a file, served by this machine."""
    monkeypatch.setattr(cifar, "_RECORDS", 4)
    folder = tmp_path / "served" / "cifar-10-batches-bin"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in cifar.FILES:
        records = rng.integers(0, 256, (4, 3073), np.uint8)
        records[:, 0] %= 10
        (folder / name).write_bytes(records.tobytes())
    archive = folder.parent / "cifar-10-binary.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, folder.name)
    content = archive.read_bytes()
    url = f"{serve({archive.name: content}).url}/{archive.name}"
    monkeypatch.setattr(cifar, "_ARCHIVE", Download(url, hashlib.md5(content).hexdigest(), len(content)))
    return archive


def test_cifar10_is_downloaded_and_read(tmp_path, monkeypatch, cifar_archive):
    monkeypatch.setattr(named, "data_folder", lambda: tmp_path / "home")
    with pytest.raises(DataError, match="is not on this computer"):
        open_dataset("cifar10")
    dataset = open_dataset("cifar10", download=True)
    first = np.fromfile(cifar_archive.parent / "cifar-10-batches-bin/data_batch_1.bin", np.uint8)[:3073]
    assert dataset.images.shape == (24, 32, 32, 3)
    assert np.bincount(dataset.split).tolist() == [20, 4]
    assert dataset.labels[0] == first[0]
    assert dataset.images[0, 1, 2].tolist() == first[1:].reshape(3, 32, 32)[:, 1, 2].tolist()
    cifar_archive.unlink()
    assert open_dataset("cifar10").fingerprint == dataset.fingerprint


def test_truncated_or_missing_cifar10_is_refused(tmp_path, cifar_archive):
    root = cifar_archive.parent
    path = root / "cifar-10-batches-bin/data_batch_3.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"data_batch_3\.bin: expected 12292 bytes, found 12291"):
        open_dataset(f"cifar10:{root}")
    with pytest.raises(DataError, match="found neither"):
        open_dataset(f"cifar10:{tmp_path}")


def test_altered_python_version_of_cifar10_is_refused_before_it_is_unpickled(tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta"):
        (folder / name).write_bytes(b"cos\nabort\n(tR.")  # unpickling this would end the process
    with pytest.raises(DataError, match="expected CIFAR-10 as published"):
        open_dataset(f"cifar10:{tmp_path}")
