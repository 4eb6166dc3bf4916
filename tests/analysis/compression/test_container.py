"""The file of a compressed set: all of it comes back, its size is as told, and a hostile one is refused in words."""

import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.analysis.compression import (
    CompressedSet,
    Quantiser,
    container,
    expected_size,
    packed,
    short_seal,
    unpacked,
)
from latent_explorer.errors import DataError, UserError

Z = np.random.default_rng(1).standard_normal((300, 16)).astype(np.float32)


def made(count: int = 300, bits: int = 5, labels: bool = False) -> CompressedSet:
    quantiser = Quantiser.of(Z, bits)
    classes = (np.arange(count) % 10).astype(np.int32) if labels else None
    symbols = quantiser.symbols(Z[:count])
    return CompressedSet("mödel", short_seal("a seal"), (28, 28, 1), bits, quantiser.step, symbols, classes)


@pytest.mark.parametrize("labels", [False, True])
@pytest.mark.parametrize("bits", [1, 3, 8])
@pytest.mark.parametrize("count", [1, 20, 300])
def test_a_set_comes_back_to_the_bit(count: int, bits: int, labels: bool) -> None:
    content = made(count, bits, labels)
    file = packed(content)
    back = unpacked(file)
    assert np.array_equal(back.symbols, content.symbols)
    assert np.array_equal(back.latents, content.latents)
    assert (back.labels is None) == (not labels)
    assert back.labels is None or np.array_equal(back.labels, content.labels)
    for name in ("model", "seal", "image_shape", "bits", "step"):
        assert getattr(back, name) == getattr(content, name)
    assert abs(expected_size(content) - len(file)) <= 4 + len(file) // 500


def test_five_bits_a_dimension_take_about_half_as_many_bytes_as_dimensions() -> None:
    assert 16 / 2 < len(packed(made())) / 300 < 16 * 5 / 8


def test_small_sets_do_without_counted_tables() -> None:
    assert len(packed(made(20))) < 20 * 16


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_a_changed_byte_is_refused_or_does_no_harm(place: int, change: int, checked: bool) -> None:
    """checked: with a checksum that fits, as a hand that means harm would write it."""
    body = bytearray(packed(made(20))[:-4])
    body[place % len(body)] ^= change
    _is_refused_or_read(bytes(body), checked)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_anything_behind_a_header_is_refused_or_does_no_harm(rest: bytes) -> None:
    body = packed(made(20))[: container._HEADER.size]
    _is_refused_or_read(body + rest, True)
    _is_refused_or_read(container.MAGIC + b"\x01" + rest, True)


def _is_refused_or_read(body: bytes, checked: bool) -> None:
    file = body + (zlib.crc32(body) if checked else 0).to_bytes(4, "little")
    with suppress(DataError):
        found = unpacked(file)
        assert checked
        assert 1 <= found.symbols.size <= container.MOST_SYMBOLS


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: b"", "its first bytes differ"),
        (lambda file: b"PK" + file[2:], "its first bytes differ"),
        (lambda file: file[:4] + b"\x02" + file[5:], "version 2"),
        (lambda file: file[:20], "within its header"),
        (lambda file: file[:-1], "checksum"),
        (lambda file: file + b"x", "checksum"),
    ],
)
def test_what_is_no_such_file_is_said(spoil: Callable[[bytes], bytes], words: str) -> None:
    with pytest.raises(DataError, match=words):
        unpacked(spoil(packed(made(20))))


def test_more_numbers_than_are_read_are_neither_written_nor_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    file = packed(made(20))
    monkeypatch.setattr(container, "MOST_SYMBOLS", 100)
    with pytest.raises(DataError, match="at most 100"):
        unpacked(file)
    with pytest.raises(DataError, match="take fewer images"):
        packed(made(20))
    with pytest.raises(DataError, match="found 0"):
        packed(replace(made(1), symbols=np.zeros((0, 16), np.int32)))


def test_a_long_name_is_cut_at_a_letter() -> None:
    back = unpacked(packed(replace(made(2), model="ö" * 200)))
    assert back.model == "ö" * 127


def test_values_too_far_apart_are_refused() -> None:
    apart = np.arange(20_000, dtype=np.int32)[:, None] * 1000
    with pytest.raises(UserError, match="fewer bits"):
        packed(replace(made(), symbols=apart))
