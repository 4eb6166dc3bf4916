"""Files of several pictures are asked about, more than 8 bits are scaled as a whole, every known format is read."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from latent_explorer.data import open_dataset, pictures
from latent_explorer.data.opening import SourceOptions, split_options
from latent_explorer.errors import DataError

PAGES = np.random.default_rng(0).integers(0, 256, (5, 8, 9), np.uint8)


def save_pages(path, pages=PAGES):
    first, *rest = map(Image.fromarray, pages)
    path.parent.mkdir(parents=True, exist_ok=True)
    first.save(path, save_all=True, append_images=rest)


@pytest.mark.parametrize("suffix", ["tif", "gif", "webp", "png"])
def test_pages_are_asked_about_and_never_dropped(tmp_path, suffix):
    save_pages(tmp_path / "set" / "cat" / f"stack.{suffix}")
    with pytest.raises(
        DataError, match=rf"stack\.{suffix}: expected one picture, found 5 pages; write @pages .* @first"
    ):
        open_dataset(tmp_path / "set")
    found = open_dataset(f"{tmp_path / 'set'}@pages")
    assert (len(found), found.class_names) == (5, ("cat",))
    assert set(found.split.tolist()) == {0, 1}
    assert found.source.endswith("set@pages")
    assert len(open_dataset(f"{tmp_path / 'set'}@first")) == 1
    assert open_dataset(f"{tmp_path / 'set'}@4x4@pages").images.shape[:3] == (5, 4, 4)
    if suffix in ("tif", "png"):
        np.testing.assert_array_equal(found.images[..., 0], PAGES)


def test_a_stack_alone_and_one_beside_pictures(tmp_path):
    save_pages(tmp_path / "stack.tif")
    found = open_dataset(f"{tmp_path / 'stack.tif'}@pages")
    np.testing.assert_array_equal(found.images[..., 0], PAGES)
    assert open_dataset(found.source).fingerprint == found.fingerprint
    for split, count in (("train", 3), ("val", 2)):
        save_pages(tmp_path / "set" / split / "a" / "1.tif", PAGES[:count])
        Image.fromarray(PAGES[0]).save(tmp_path / "set" / split / "a" / "2.png")
    assert np.bincount(open_dataset(f"{tmp_path / 'set'}@pages").split).tolist() == [4, 3]


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ("x@28x32", SourceOptions((28, 32))),
        ("x@28X32", SourceOptions((28, 32))),
        ("x@pages@28x32", SourceOptions((28, 32), "all")),
        ("x@28x32@first", SourceOptions((28, 32), "first")),
    ],
)
def test_what_stands_behind_a_source(source, options):
    assert split_options(source) == ("x", options)
    assert split_options(f"y{options}") == ("y", options)


def test_deep_images_are_scaled_by_the_range_of_all(tmp_path):
    (tmp_path / "a").mkdir()
    for number, level in enumerate((4, 4000)):
        Image.fromarray(np.full((6, 5), level, np.uint16)).save(tmp_path / f"a/{number}.tif")
    Image.fromarray(np.full((6, 5), 77, np.uint8)).save(tmp_path / "a/2.png")
    found = open_dataset(tmp_path)
    assert found.images[:, 0, 0, 0].tolist() == [0, 249, 77]
    assert any("0 is black, 4095 white" in note for note in found.notes)
    assert open_dataset(f"{tmp_path}@3x3").images[:, 0, 0, 0].tolist() == [0, 249, 77]


def png_of_16_bits(pixels):
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def test_deep_colours_keep_their_upper_bits_and_it_is_said(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 65536, (4, 5, 3), np.uint16)
    (tmp_path / "a.png").write_bytes(png_of_16_bits(pixels))
    found = open_dataset(tmp_path)
    np.testing.assert_array_equal(found.images[0], pixels >> 8)
    assert any("upper 8" in note for note in found.notes)


@pytest.mark.parametrize(
    "suffix",
    ["jpg", "jpe", "jfif", "webp", "bmp", "dib", "gif", "tif", "tiff", "pgm", "pnm", "tga", "pcx", "sgi", "apng"],
)
def test_formats_are_read_by_all_their_endings(tmp_path, suffix):
    Image.fromarray(PAGES[0]).save(tmp_path / f"a.{suffix}")
    (tmp_path / f"a.{suffix}").rename(tmp_path / f"A.{suffix.upper()}")
    assert open_dataset(tmp_path).images.shape[:3] == (1, 8, 9)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"])
def test_modes_of_tiff(tmp_path, mode):
    grey = Image.fromarray(PAGES[0].astype(np.uint16) * 16) if mode == "I;16" else Image.fromarray(PAGES[0])
    image = grey if mode == "I;16" else (grey if mode in ("I", "F") else grey.convert("RGB")).convert(mode)
    image.save(tmp_path / "a.tif")
    found = open_dataset(tmp_path).images
    assert found.shape[1:3] == (8, 9)
    assert found.max() > 100


OTHER = {
    "an empty file": b"",
    "a web page": b"\n<!DOCTYPE html>\n<html>",
    "an SVG drawing": b"<?xml version='1.0'?>\n<svg>",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\n",
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0",
    "a PDF": b"%PDF-1.7",
    "text": b"hello, I am no image",
    "data of an unknown kind": bytes(range(200, 256)),
}


@pytest.mark.parametrize("words", OTHER)
def test_what_is_no_image_is_named_in_words(tmp_path, words):
    (tmp_path / "a.png").write_bytes(OTHER[words])
    with pytest.raises(DataError, match=f"expected an image, found {words}"):
        open_dataset(tmp_path)


def test_noise_is_no_picture_of_a_format_that_has_no_mark(tmp_path):
    rng = np.random.default_rng(0)
    head = bytes((0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 24, 0))  # a Targa, by all that such a file says
    for content in (head + rng.bytes(12), rng.bytes(60)):
        (tmp_path / "a.png").write_bytes(content)
        with pytest.raises(DataError, match="expected an image, found data of an unknown kind"):
            open_dataset(tmp_path)


def test_a_large_photograph_is_read_at_a_fraction_and_a_large_png_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "_MAX_BYTES", 3_000_000)
    for name in ("a.jpg", "a.png"):
        Image.new("RGB", (2000, 1000), "green").save(tmp_path / name)
    assert open_dataset(f"{tmp_path / 'a.jpg'}@8x8").images[0, 0, 0].tolist() == pytest.approx([0, 128, 0], abs=2)
    for source in (tmp_path / "a.jpg", f"{tmp_path / 'a.png'}@8x8"):
        with pytest.raises(DataError, match="2000 x 1000 pixels of 6 MB"):
            open_dataset(source)


def test_masks_that_pack_well_are_no_bomb(tmp_path):
    import zipfile

    stream = io.BytesIO()
    Image.new("L", (1200, 1200)).save(stream, "BMP")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.bmp", stream.getvalue())
    assert open_dataset(f"{tmp_path / 'a.zip'}@32x32").images.shape == (1, 32, 32, 1)
