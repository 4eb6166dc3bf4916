"""Sheets of thumbnails: cut as they should be; the one that ships is whole, and what it says it is."""

import hashlib
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from latent_explorer.bundles import read_config
from latent_explorer.data import cifar, open_dataset, sheets
from latent_explorer.data.files import ImageFile
from latent_explorer.data.pictures import Stack, stack
from latent_explorer.data.sheets import SheetRecord, _record, cut, read_thumbnails, thumbnails_in
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle, resource

SHIPPED, CLOTHES = (resource("thumbnails") / f"{name}.json" for name in ("cifar10-jpeg", "fashion-mnist"))
CIFAR = ("cifar10-ae-64d", "cifar10-vae-2d")


def record_of(content: bytes, **changes: object) -> SheetRecord:
    usual = SheetRecord(
        dataset="seven", fingerprint="f", count=7, side=(4, 6), columns=3, sha256=hashlib.sha256(content).hexdigest()
    )
    return msgspec.structs.replace(usual, **changes)


def drawn(pixels: np.ndarray) -> bytes:
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "AVIF", quality=100, subsampling="4:4:4")
    return stream.getvalue()


@pytest.fixture
def seven(tmp_path: Path) -> tuple[np.ndarray, Path, SheetRecord]:
    """Seven thumbnails of 4x6, three in a row, in a file."""
    cells = np.random.default_rng(0).integers(0, 256, (9, 4, 6, 3), np.uint8)
    content = drawn(cells.reshape(3, 3, 4, 6, 3).swapaxes(1, 2).reshape(12, 18, 3))
    (tmp_path / "seven.avif").write_bytes(content)
    return cells[:7], tmp_path / "seven.avif", record_of(content)


def test_thumbnails_are_cut_row_by_row(seven: tuple[np.ndarray, Path, SheetRecord]) -> None:
    cells, path, record = seven
    assert np.abs(thumbnails_in(record, path).astype(int) - cells).max() <= 4


@pytest.mark.parametrize(
    ("content", "changes", "reason"),
    [
        (b"no picture", {}, "found another file"),
        (drawn(np.zeros((8, 8, 3), np.uint8)), {}, "expected a picture of"),
        (b"x" * 8_000_001, {}, "expected at most 8000000 bytes"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, changes: dict[str, object], reason: str) -> None:
    path = tmp_path / "seven.avif"
    path.write_bytes(content)
    record = record_of(b"" if reason == "found another file" else content, **changes)
    with pytest.raises(UserError, match=reason):
        thumbnails_in(record, path)


def test_no_thumbnails_for_a_dataset_without_a_sheet() -> None:
    assert read_thumbnails("0" * 64) is None


def test_a_record_that_makes_no_sense_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.json").write_text('{"count": "many"}')
    monkeypatch.setattr(sheets, "resource", lambda _: tmp_path)
    with pytest.raises(UserError, match="what is known of a sheet"):
        read_thumbnails("f")


@pytest.mark.parametrize(
    ("path", "count", "most", "bundles"),
    [(SHIPPED, 60_000, 8_000_000, CIFAR), (CLOTHES, 70_000, 7_000_000, ("fashion-vae-16d", "fashion-ae-2d"))],
)
def test_a_sheet_that_ships_is_of_the_bundles_dataset_and_small(
    path: Path, count: int, most: int, bundles: tuple[str, ...]
) -> None:
    record = msgspec.json.decode(path.read_bytes(), type=SheetRecord)
    assert record.count == count
    file = path.with_suffix(".avif")
    assert file.stat().st_size <= most
    assert hashlib.sha256(file.read_bytes()).hexdigest() == record.sha256
    for name in bundles:
        dataset = read_config(find_bundle(name)).dataset
        assert (dataset.fingerprint, dataset.count) == (record.fingerprint, record.count)


ORIGINALS = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.skipif(not (ORIGINALS / "cifar10-test.zip").is_file(), reason="the images of CIFAR-10 are not at hand")
def test_each_thumbnail_that_ships_is_of_the_image_of_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Far nearer to it than to the images around it, and so in order. Only those are decoded: all take a minute."""
    looked_at = (2, 244, 245, 49_997, 50_002, 59_997, *range(3_000, 59_000, 3_457))
    around = {number: np.arange(number - 2, number + 3) for number in looked_at}
    wanted = np.zeros(60_000, bool)
    wanted[np.concatenate(list(around.values()))] = True

    def some(files: list[ImageFile]) -> Stack:
        images = np.zeros((len(files), 32, 32, 3), np.uint8)
        for number in np.flatnonzero(wanted[:50_000] if len(files) == 50_000 else wanted[50_000:]):
            images[number] = stack([files[number]]).images[0]
        return Stack(images, (1,) * len(files), ())

    monkeypatch.setattr(cifar, "stack", some)
    images, sheet = (
        cifar.read_cifar10_jpeg(ORIGINALS).images,
        thumbnails_in(_record(SHIPPED), SHIPPED.with_suffix(".avif")),
    )
    assert len(sheet) == len(images) == 60_000
    for number, near in around.items():
        errors = np.square(images[near].astype(float) - sheet[number]).mean((1, 2, 3))
        assert near[errors.argmin()] == number
        assert errors.min() < 1000 < 2 * np.median(errors)


@pytest.mark.skipif(not (ORIGINALS / "FashionMNIST").is_dir(), reason="the images of Fashion-MNIST are not at hand")
def test_each_thumbnail_of_clothes_is_of_the_image_of_its_number() -> None:
    images, sheet = (
        open_dataset(f"fashion-mnist:{ORIGINALS}").images,
        thumbnails_in(_record(CLOTHES), CLOTHES.with_suffix(".avif")),
    )
    assert sheet.shape == images.shape
    for number in (2, 264, 265, 59_997, 60_002, 69_997, *range(3_000, 69_000, 3_457)):
        near = np.arange(number - 2, number + 3)
        errors = np.square(images[near].astype(float) - sheet[number]).mean((1, 2, 3))
        assert near[errors.argmin()] == number
        assert errors.min() < 500


def test_grey_thumbnails_have_one_channel() -> None:
    record = record_of(b"", count=3, side=(2, 2), columns=2, channels=1)
    assert cut(Image.new("RGB", (4, 4), (7, 7, 7)), record).tolist() == [[[[7]] * 2] * 2] * 3


def test_only_whole_cells_are_cut() -> None:
    record = record_of(b"", count=5, side=(2, 2), columns=2)
    assert cut(Image.new("RGB", (4, 6)), record).shape == (5, 2, 2, 3)
    assert record.size == (4, 6)
