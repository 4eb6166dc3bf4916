"""Folders and zips of images."""

import stat
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from latent_explorer.data import files, open_dataset, pictures
from latent_explorer.data.layout import layout_of
from latent_explorer.data.splits import hashed_split
from latent_explorer.errors import DataError

untimed = settings(deadline=None)


def _zip(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def _png(array: np.ndarray) -> bytes:
    stream = BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def picture_of(content: bytes) -> np.ndarray:
    """One file's picture, uint8 (h, w, c)."""
    return pictures.stack([files.ImageFile("x", "x", lambda: content)]).images[0]


def _zip_of(folder: Path, path: Path) -> Path:
    paths = sorted(file for file in folder.rglob("*") if file.is_file())
    return _zip(path, *((file.relative_to(folder).as_posix(), file.read_bytes()) for file in paths))


def test_a_folder_and_its_zip_give_the_same_dataset(tmp_path, paint):
    for number in range(20):
        folder = paint(f"{'cat' if number % 3 else 'dog'}/{number}.png", seed=number)
    (folder / "notes.txt").write_text("not an image")
    paint("cat/.hidden.png", (9, 9))
    opened, zipped = open_dataset(folder), open_dataset(_zip_of(folder, tmp_path / "set.zip"))
    assert opened.fingerprint == zipped.fingerprint
    assert opened.images.shape == (20, 6, 5, 1)
    assert opened.class_names == ("cat", "dog")
    assert np.bincount(opened.labels).tolist() == [13, 7]
    assert set(opened.split.tolist()) == {0, 1}
    np.testing.assert_array_equal(opened.images[0], np.asarray(Image.open(folder / "cat/1.png"))[..., None])
    assert open_dataset(opened.source).fingerprint == opened.fingerprint


def test_train_and_test_folders_are_the_split(paint):
    for name in ("all/train/a/1.png", "all/train/b/1.png", "all/Test/a/1.png"):
        folder = paint(name)
    dataset = open_dataset(folder)
    assert dataset.class_names == ("a", "b")
    assert dataset.indices("test").tolist() == [0]  # "Test" sorts first


def test_images_without_class_folders_have_no_labels(paint):
    paint("1.png")
    assert open_dataset(paint("2.png", seed=1)).labels is None
    with pytest.raises(DataError, match=r"found 1\.png beside the folders"):
        open_dataset(paint("cat/3.png"))


def test_one_class_is_enough(paint):
    dataset = open_dataset(paint("only/1.jpg"))
    assert dataset.class_names == ("only",)
    assert dataset.labels.tolist() == [0]


@untimed
@given(st.sets(st.text(min_size=1), min_size=2), st.text(min_size=1))
def test_a_split_depends_on_each_name_alone(names, another):
    ordered = sorted(names)
    split = dict(zip(ordered, hashed_split(ordered), strict=True))
    assert set(split.values()) == {0, 1}
    larger = [*(str(number) for number in range(50)), *ordered, another]
    whole = hashed_split(larger)
    assert dict(zip(larger, whole, strict=True)).items() >= dict(zip(ordered, whole[50:-1], strict=True)).items()
    assert hashed_split(reversed(larger)).tolist() == whole[::-1].tolist()


def test_about_one_image_in_seven_is_a_test_image():
    assert 1 / 8 < hashed_split(f"class/{number}.png" for number in range(20_000)).mean() < 1 / 6


@untimed
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 99)), min_size=1, unique=True), st.booleans())
def test_classes_come_from_the_top_folder(pairs, wrapped):
    names = [f"{'set/' * wrapped}{folder}/{number}.png" for folder, number in pairs]
    layout = layout_of(names, "here")
    assert [layout.class_names[label] for label in layout.labels] == [folder for folder, _ in pairs]


def test_grey_among_colour_becomes_colour(paint):
    paint("a/1.png", (6, 5))
    folder = paint("a/2.png", (6, 5, 3), seed=1)
    images = open_dataset(folder).images
    assert images.shape == (2, 6, 5, 3)
    assert (images[0] == images[0, ..., :1]).all()
    np.testing.assert_array_equal(images[1], np.asarray(Image.open(folder / "a/2.png")))


def test_other_sizes_are_refused_unless_resize_is_asked_for(paint):
    paint("a/1.png", (6, 5))
    folder = paint("a/2.png", (7, 5))
    with pytest.raises(DataError, match=r"2\.png: expected 5 x 6 pixels .* found 5 x 7; write @6x5"):
        open_dataset(folder)
    assert open_dataset(folder, resize=(4, 3)).images.shape == (2, 4, 3, 1)


def test_unreadable_images_are_refused_by_name(paint):
    folder = paint("a/1.png")
    whole = (folder / "a/1.png").read_bytes()
    for content in (b"", b"no image", whole[:40], whole[:-30]):
        (folder / "a/2.png").write_bytes(content)
        with pytest.raises(DataError, match=r"2\.png: expected an image, found"):
            open_dataset(folder)


@untimed
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_damaged_images_are_read_or_refused_but_nothing_else(seed, flips):
    rng = np.random.default_rng(seed)
    content = bytearray(_png(rng.integers(0, 256, (9, 8, 3), np.uint8)))
    for place in rng.integers(0, len(content), flips):
        content[place] ^= 1 << rng.integers(8)
    with suppress(DataError):
        assert picture_of(bytes(content)).dtype == np.uint8


def test_modes_of_pixels():
    def decoded(image: Image.Image, suffix: str = "PNG") -> np.ndarray:
        stream = BytesIO()
        image.save(stream, suffix)
        return picture_of(stream.getvalue())

    grey = np.arange(30, dtype=np.uint8).reshape(6, 5)
    deep = Image.fromarray(np.where(grey == 29, 65535, grey.astype(np.uint16) * 257))
    assert decoded(deep)[..., 0].tolist() == np.where(grey == 29, 255, grey).tolist()
    clear = Image.merge("LA", [Image.fromarray(grey), Image.new("L", (5, 6), 0)])
    assert (decoded(clear) == 255).all()
    assert decoded(clear).shape == (6, 5, 1)
    palette = Image.new("RGB", (5, 6), (255, 0, 0)).quantize(4)
    assert decoded(palette)[0, 0].tolist() == [255, 0, 0]
    assert decoded(Image.new("1", (5, 6), 1)).tolist() == np.full((6, 5, 1), 255).tolist()


def test_photos_are_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    stream = BytesIO()
    Image.new("L", (5, 6)).save(stream, "JPEG", exif=exif)
    assert picture_of(stream.getvalue()).shape == (5, 6, 1)


def test_an_empty_folder_or_zip_is_refused(tmp_path):
    for path in (tmp_path, _zip(tmp_path / "none.zip", ("a/readme.txt", b""))):
        with pytest.raises(DataError, match=r"expected images .* found none"):
            open_dataset(path)


def test_links_to_folders_are_passed_over(tmp_path, paint):
    folder = paint("a/1.png")
    (folder / "b").symlink_to(folder / "a")
    assert open_dataset(folder).class_names == ("a",)


@pytest.mark.parametrize("name", ["../1.png", "a/../../1.png", "/a/1.png", "C:/1.png", "c:\\1.png", "a\\..\\..\\1.png"])
def test_zip_entries_that_leave_the_folder_are_refused(tmp_path, name):
    path = _zip(tmp_path / "x.zip", ("a/1.png", _png(np.zeros((2, 2), np.uint8))), (name, b""))
    with pytest.raises(DataError, match=r"x\.zip: .*leaves it"):
        open_dataset(path)


def test_zip_entries_that_are_links_or_encrypted_are_refused(tmp_path):
    link = zipfile.ZipInfo("a/1.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(DataError, match="found a symbolic link"):
        open_dataset(_zip(tmp_path / "x.zip", (link, b"/etc/passwd")))
    plain = bytearray(_zip(tmp_path / "y.zip", ("a/1.png", b"x")).read_bytes())
    plain[plain.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "y.zip").write_bytes(plain)
    with pytest.raises(DataError, match="found an encrypted one"):
        open_dataset(tmp_path / "y.zip")


def test_damaged_zips_are_refused(tmp_path):
    picture = _png(np.arange(30, dtype=np.uint8).reshape(6, 5))
    whole = _zip(tmp_path / "x.zip", ("a/1.png", picture)).read_bytes()
    for content in (b"", whole[:-30], whole.replace(picture, picture[:-1] + b"?", 1)):
        (tmp_path / "x.zip").write_bytes(content)
        with pytest.raises(DataError, match=r"x\.zip.*: expected"):
            open_dataset(tmp_path / "x.zip")


def test_a_zip_bomb_is_refused_unread(tmp_path, monkeypatch):
    path = _zip(tmp_path / "x.zip", ("a/1.png", bytes(4 * 2**20)), packing=zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(files, "_MAX_FILE_BYTES", 2**20)
    with pytest.raises(DataError, match="decompression bomb"):
        open_dataset(path)
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    with pytest.raises(DataError, match="unpacked"):
        open_dataset(_zip(tmp_path / "y.zip", ("a/1.png", bytes(600)), ("a/2.png", bytes(600))))


def test_a_file_too_large_is_refused_unread(paint, monkeypatch):
    monkeypatch.setattr(files, "_MAX_FILE_BYTES", 10)
    with pytest.raises(DataError, match="expected at most 10 bytes"):
        open_dataset(paint("a/1.png"))


@pytest.mark.parametrize("side", [13_000, 40_000])
def test_an_image_bomb_is_refused_undecoded(paint, side):
    folder = paint("a/1.png")
    header = b"".join(number.to_bytes(4, "big") for number in (side, side)) + bytes((8, 6, 0, 0, 0))
    with (folder / "a/2.png").open("wb") as stream:
        stream.write(b"\x89PNG\r\n\x1a\n")
        PngImagePlugin.putchunk(stream, b"IHDR", header)
        PngImagePlugin.putchunk(stream, b"IDAT", b"")
    with pytest.raises(DataError, match=r"2\.png: expected a picture of at most 512 MB"):
        open_dataset(folder)


def test_progress_counts_images_and_cancels(tmp_path, paint):
    for number in range(5):
        folder = paint(f"a/{number}.png")
    seen = []
    open_dataset(folder, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(number, 5) for number in range(1, 6)]

    def cancel(done: int, total: int) -> None:
        raise OSError("cancelled")

    for path in (folder, _zip_of(folder, tmp_path / "x.zip")):
        with pytest.raises(OSError, match="cancelled"):
            open_dataset(path, progress=cancel)


def test_cifar10_as_a_zip(shared_data):
    dataset = open_dataset(shared_data / "cifar10-test.zip")
    assert dataset.images.shape == (10_000, 32, 32, 3)
    assert np.bincount(dataset.labels).tolist() == [1000] * 10
    assert dataset.class_names == (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    )
