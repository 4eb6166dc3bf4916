"""Tiles on disk: what is read is what was written, whatever happened to the files between."""

import os
import random
import time
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.atlas import (
    DiskTiles,
    Layout,
    TileKey,
    clear_tiles,
    name_of,
    tiles_bytes,
    trim_tiles,
)
from latent_explorer.errors import UserError
from latent_explorer.fields import FIELDS, layer_fields

SHAPE = (64, 6, 5, 3)


def layout(field: str) -> Layout:
    return FIELDS[field].layout(SHAPE[1:])


def key(column: int = 0, level: int = 0) -> TileKey:
    return TileKey("picture", "identity", level, column, -3)


def pictures(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, SHAPE, dtype=np.uint8) & 0xF0


def tile_file(folder: Path, column: int = 0) -> Path:
    return next(folder.rglob(f"{name_of(key(column))}.tile"))


def test_what_was_written_is_read_by_another_window(tmp_path: Path) -> None:
    one, other = DiskTiles(tmp_path, "a" * 64, layout), DiskTiles(tmp_path, "a" * 64, layout)
    for column in range(5):
        one.write(key(column), pictures(column))
    assert other.names() == {name_of(key(column)) for column in range(5)}
    for column in range(5):
        assert np.array_equal(other.read(key(column)), pictures(column))
    assert other.read(key(7)) is None


def damaged(content: bytes, chance: random.Random, other: bytes) -> bytes:
    """The content cut, filled up, altered in some bytes, mixed with another, or replaced."""
    place = chance.randrange(len(content))
    match chance.randrange(6):
        case 0:
            return content[:place]
        case 1:
            return content + chance.randbytes(1 + place % 100)
        case 2:
            return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]
        case 3:
            return content[:place] + other[place:]
        case 4:
            return other
        case _:
            return chance.randbytes(place)


def values(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(layout("classes").shape).astype(np.float32).round(1)


def values_key(column: int) -> TileKey:
    return TileKey("classes", "identity", 2, column, 5)


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_file_never_gives_a_wrong_picture_or_value(tmp_path: Path, seed: int) -> None:
    chance, tiles = random.Random(seed), DiskTiles(tmp_path, "a" * 64, layout)
    for make_key, make in ((key, pictures), (values_key, values)):
        wanted, other = make_key(0), make_key(1)
        tiles.write(wanted, make(0))
        tiles.write(other, make(1))
        file, another = (next(tmp_path.rglob(f"{name_of(each)}.tile")) for each in (wanted, other))
        file.write_bytes(damaged(file.read_bytes(), chance, another.read_bytes()))
        found = tiles.read(wanted)
        assert found is None or np.array_equal(found, make(0))
        if found is None:
            assert not file.exists()
            tiles.write(wanted, make(0))
            assert np.array_equal(tiles.read(wanted), make(0))


@pytest.mark.parametrize("field", [field.name for field in layer_fields()])
def test_values_come_back_to_the_bit(tmp_path: Path, field: str) -> None:
    tiles = DiskTiles(tmp_path, "a" * 64, layout)
    wrote = np.random.default_rng(1).standard_normal(layout(field).shape).astype(np.float32)
    wrote[0], wrote[-1] = np.nan, -np.inf
    tiles.write(TileKey(field, "identity", 0, 0, 0), wrote)
    read = tiles.read(TileKey(field, "identity", 0, 0, 0))
    assert read.dtype == np.float32
    assert read.tobytes() == wrote.tobytes()


def test_pictures_are_not_taken_for_values(tmp_path: Path) -> None:
    tiles = DiskTiles(tmp_path, "a" * 64, lambda field: Layout("<f4" if field == "classes" else "|u1", (100, 4)))
    tiles.write(key(), np.zeros((100, 4), np.uint8))
    tiles.write(values_key(0), np.zeros((100, 4), np.float32))
    of_pictures, of_values = (tmp_path / (32 * "a") / f"{name_of(each)}.tile" for each in (key(), values_key(0)))
    of_values.write_bytes(of_pictures.read_bytes())
    assert tiles.read(values_key(0)) is None


def test_the_tile_of_another_model_or_version_is_not_taken_even_under_the_same_name(tmp_path: Path) -> None:
    old = DiskTiles(tmp_path, "a" * 32 + "old", layout)
    old.write(key(), pictures())
    assert DiskTiles(tmp_path, "b" * 64, layout).read(key()) is None
    assert DiskTiles(tmp_path, "a" * 32 + "new", layout).read(key()) is None
    old.write(key(), pictures())
    assert DiskTiles(tmp_path, "a" * 32 + "old", lambda _: Layout("|u1", (64, 5, 6, 3))).read(key()) is None


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    tiles = DiskTiles(tmp_path, "a" * 64, layout)
    tiles.write(key(), pictures())
    huge = DiskTiles(tmp_path / "other", "a" * 64, lambda field: FIELDS[field].layout((600, 500, 3)))
    huge.write(key(), np.zeros((64, 600, 500, 3), np.uint8))
    tile_file(tmp_path / (32 * "a")).write_bytes(tile_file(tmp_path / "other").read_bytes())
    assert tiles.read(key()) is None


def size_of_one(folder: Path) -> int:
    DiskTiles(folder, "x", layout).write(key(), pictures())
    return tiles_bytes(folder)


def test_the_tiles_used_least_recently_go_first_of_all_bundles(tmp_path: Path) -> None:
    size, folder = size_of_one(tmp_path / "probe"), tmp_path / "tiles"
    first, second = (DiskTiles(folder, name * 64, layout, limit=round(12.5 * size)) for name in "ab")
    for column in range(10):
        first.write(key(column), pictures(column))
        os.utime(tile_file(folder, column), (column, column))
    assert first.read(key(0)) is not None  # used again
    second.write(key(20), pictures(20))
    assert tiles_bytes(folder) <= 12.5 * size
    assert first.read(key(0)) is not None
    assert first.read(key(1)) is None
    assert second.read(key(20)) is not None


def test_two_windows_that_write_keep_within_the_limit_together(tmp_path: Path) -> None:
    size, folder = size_of_one(tmp_path / "probe"), tmp_path / "tiles"
    limit = 60 * size
    windows = [DiskTiles(folder, name * 64, layout, limit) for name in "ab"]
    most = 0
    for column in range(150):
        for window in windows:
            window.write(key(column), pictures(column))
        most = max(most, tiles_bytes(folder))
    assert 0.7 * limit < most <= limit
    assert all(window.read(key(149)) is not None for window in windows)


def test_a_lower_limit_removes_what_is_beyond_it(tmp_path: Path) -> None:
    tiles = DiskTiles(tmp_path, "a" * 64, layout)
    for column in range(10):
        tiles.write(key(column), pictures(column))
        os.utime(tile_file(tmp_path, column), (column, column))
    before = tiles_bytes(tmp_path)
    trim_tiles(tmp_path, 2 * before)
    assert tiles_bytes(tmp_path) == before
    trim_tiles(tmp_path, before // 2)
    assert 0 < tiles_bytes(tmp_path) <= before // 2
    assert tiles.read(key(9)) is not None


def test_a_full_disk_ends_the_writing_not_the_reading(tmp_path: Path, monkeypatch) -> None:
    tiles = DiskTiles(tmp_path, "a" * 64, layout)
    tiles.write(key(0), pictures(0))

    def full(*_: object, **__: object) -> None:
        raise UserError("could not be written: No space left on device")

    monkeypatch.setattr("latent_explorer.atlas.cache.write_bytes_whole", full)
    tiles.write(key(1), pictures(1))
    assert not tiles.writable
    assert np.array_equal(tiles.read(key(0)), pictures(0))


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    tiles = DiskTiles(tmp_path / "file" / "tiles", "a" * 64, layout)
    tiles.write(key(), pictures())
    assert tiles.read(key()) is None
    assert tiles.names() == set()


def test_clearing_removes_tiles_and_what_a_killed_program_left_and_nothing_else(tmp_path: Path) -> None:
    DiskTiles(tmp_path, "a" * 64, layout).write(key(), pictures())
    left = tile_file(tmp_path).with_name(".abc.tile.x1")
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 3600, time.time() - 3600))
    (tmp_path / "mine.txt").write_text("mine")
    clear_tiles(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mine.txt"]
