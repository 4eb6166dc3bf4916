"""Thumbnails stand in for images that are not there: at once, said to be none, and until the images are attached."""

import hashlib
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.bundles import read_config
from latent_explorer.data import open_dataset, sheets
from latent_explorer.data.sheets import SheetRecord
from latent_explorer.engine.handlers.describe import DESCRIBE, Describe, Place
from latent_explorer.engine.handlers.originals import Originals
from latent_explorer.engine.loop import WorkList
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.protocol import Pictures

FIRST = np.arange(3)


@pytest.fixture
def bundle(make_bundle: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of colour images that were moved to `elsewhere.npz`, of which there are thumbnails."""
    made = make_bundle("with thumbnails", latent_dim=5, shape=(6, 10, 3))
    config = read_config(made)
    write_sheet(tmp_path / "thumbnails", config.dataset.fingerprint, open_dataset(config.dataset.source).images)
    shutil.move(config.dataset.source, tmp_path / "elsewhere.npz")
    monkeypatch.setattr(sheets, "resource", lambda name: tmp_path / name)
    return made


def write_sheet(folder: Path, fingerprint: str, images: NDArray[np.uint8]) -> None:
    folder.mkdir()
    count, height, width, _ = images.shape
    stream = BytesIO()
    pixels = images.reshape(count // 10, 10, height, width, 3).swapaxes(1, 2).reshape(-1, 10 * width, 3)
    Image.fromarray(pixels).save(stream, "AVIF", quality=95, subsampling="4:4:4")
    content = stream.getvalue()
    record = SheetRecord(
        dataset="wide",
        fingerprint=fingerprint,
        count=count,
        side=(height, width),
        columns=10,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    (folder / "wide.avif").write_bytes(content)
    (folder / "wide.json").write_bytes(msgspec.json.encode(record))


def images_in(folder: Path) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = np.load(folder / "elsewhere.npz")["images"]
    return found


def near(found: NDArray[np.uint8], expected: NDArray[np.uint8]) -> bool:
    """Whether these are thumbnails of those images, and not the images themselves."""
    off = np.abs(found.astype(int) - expected).mean()
    return 0 < off < 8


def test_they_are_given_out_while_the_data_are_still_indexed(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Pictures] = []

    def asked(*_: object) -> None:
        """What the engine answers while its data are indexed: images, and nothing of the data."""
        work = WorkList(service)
        list(work.add([Originals(1, FIRST), Describe(2, np.zeros(5, "f4"))]))
        while not work.idle:
            seen.extend(reply for reply in work.advance() if isinstance(reply, Pictures))
        raise AssertionError  # which ends the indexing

    service = ModelService(lambda: None, lambda task: task())
    service.open_bundle(bundle)
    monkeypatch.setattr("latent_explorer.engine.model_service.index_dataset", asked)
    service.index_dataset()
    (pictures,) = seen
    assert near(pictures.content, images_in(tmp_path)[:3])


def place_in(service: ModelService) -> Place:
    found = [each for each in DESCRIBE.answer(Describe(1, np.zeros(5, "f4")), service) if each is not None][-1]
    assert isinstance(found, Place)
    return found


def test_they_are_said_to_be_thumbnails_until_the_images_are_attached(bundle: Path, tmp_path: Path) -> None:
    service = ModelService(lambda: None, lambda task: task())
    service.open_bundle(bundle)
    service.index_dataset()
    images, place = images_in(tmp_path), place_in(service)
    assert near(place.originals, images[place.indices])
    assert "not the originals" in place.note
    assert "images.npz" in place.lacking
    assert place.missing == ""
    state = list(service.attach("", "", True))[-1]
    assert (state.note, state.count, state.anew) == (place.note, 120, False)
    assert list(service.attach(str(tmp_path / "elsewhere.npz")))[-1].anew
    place = place_in(service)
    np.testing.assert_array_equal(place.originals, images[place.indices])
    assert (place.note, place.lacking) == ("", "")
    list(service.attach(""))
    assert near(place_in(service).originals, images[place.indices])


def test_images_that_are_there_go_before_thumbnails_and_it_is_said(bundle: Path, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "elsewhere.npz", read_config(bundle).dataset.source)
    service = ModelService(lambda: None, lambda task: task())
    service.open_bundle(bundle)
    service.index_dataset()
    np.testing.assert_array_equal(service.images_at(FIRST), images_in(tmp_path)[:3])
    state = list(service.attach("", "", True))[-1]
    assert (state.note, state.anew) == ("", True)  # thumbnails were shown before


def test_damaged_thumbnails_are_none(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "thumbnails/wide.avif").write_bytes(b"damaged")
    service = ModelService(lambda: None, lambda task: task())
    service.open_bundle(bundle)
    service.index_dataset()
    assert service.index.originals.images is None
    assert "not available" in service.index.originals.missing
