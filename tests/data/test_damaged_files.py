"""Files with bytes flipped or missing are read or refused with a reason, and never anything else."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.data import open_dataset
from latent_explorer.errors import DataError

PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def _damaged(whole: bytes, rng: np.random.Generator) -> bytes:
    content = bytearray(whole)
    for place in rng.integers(0, len(content), rng.integers(1, 6)):
        content[place] = rng.integers(256)
    return bytes(content[: rng.integers(1, len(content))] if rng.random() < 0.3 else content)


def _wholes(tmp_path: Path, picture: bytes) -> Iterator[tuple[str, bytes]]:
    images = np.random.default_rng(0).integers(0, 256, (9, 4, 4), np.uint8)
    for packing in PACKINGS:
        with zipfile.ZipFile(tmp_path / "a.zip", "w", packing) as archive:
            archive.writestr("a/1.png", picture)
            archive.writestr("b/2.png", picture)
        yield "a.zip", (tmp_path / "a.zip").read_bytes()
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", images=images, labels=np.arange(9), class_names=np.array(list("abcdefghi")))
        yield "a.npz", (tmp_path / "a.npz").read_bytes()
    np.save(tmp_path / "a.npy", images)
    yield "a.npy", (tmp_path / "a.npy").read_bytes()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_damage_is_survived(tmp_path, paint):
    picture = (paint("1.png", (8, 8)) / "1.png").read_bytes()
    rng, refused, opened = np.random.default_rng(0), 0, 0
    for name, whole in _wholes(tmp_path, picture):
        for _ in range(60):
            (tmp_path / name).write_bytes(_damaged(whole, rng))
            try:
                opened += len(open_dataset(tmp_path / name)) > 0
            except DataError as error:
                refused += name in str(error)
    assert refused + opened == 7 * 60
    assert refused > 200
