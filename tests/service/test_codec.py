"""Messages on the wire: what is sent arrives, what is too large or unknown is said, and nothing else is read."""

import io
import os
import struct
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from latent_explorer.errors import ServiceError
from latent_explorer.service.codec import Codec, Message, Refused, Unreadable


class Note(Message, frozen=True, tag=True):
    number: int
    file: Path


class Chart(Message, frozen=True, tag=True, eq=False):
    number: int
    values: np.ndarray


CODEC: Codec[Note | Chart] = Codec(Note | Chart, largest=4000)


def frame(content: bytes) -> bytes:
    return struct.pack("<Q", len(content)) + content


class Hungry(io.BytesIO):
    """A stream that says how much it was asked for."""

    asked = 0

    def read(self, count: int | None = -1) -> bytes:
        self.asked += count or 0
        return super().read(count)


@given(values=hnp.arrays(st.sampled_from(["<f4", "<f8", "<i8", "|u1"]), hnp.array_shapes(min_dims=0, min_side=0)))
def test_what_is_sent_arrives(values: np.ndarray) -> None:
    stream = io.BytesIO(CODEC.encode(Chart(1, values)) + CODEC.encode(Note(2, Path("a/b"))))
    chart, note = CODEC.read(stream), CODEC.read(stream)
    assert isinstance(chart, Chart)
    np.testing.assert_array_equal(chart.values, values)
    assert chart.values.dtype == values.dtype
    assert note == Note(2, Path("a/b"))
    assert CODEC.read(stream) is None


@pytest.mark.parametrize("name", ["a/b", "ä", os.fsdecode(b"caf\xe9/\xff"), "\\xe9"])
def test_any_path_arrives_and_a_sentence_with_any_name(name: str) -> None:
    stream = io.BytesIO(CODEC.encode(Note(2, Path(name))))
    assert CODEC.read(stream) == Note(2, Path(name))
    refused: Codec[Refused] = Codec(Refused)
    sent = refused.read(io.BytesIO(refused.encode(Refused(1, f"no bundle {name}"))))
    assert isinstance(sent, Refused)
    assert sent.reason.startswith("no bundle ")


@given(pieces=st.lists(st.integers(1, 30), min_size=1))
def test_messages_are_taken_off_however_they_are_cut(pieces: list[int]) -> None:
    sent = [Note(number, Path("x" * number)) for number in range(6)]
    content, received, found = b"".join(map(CODEC.encode, sent)), bytearray(), []
    while content:
        for piece in pieces:
            received += content[:piece]
            content = content[piece:]
            found += CODEC.take(received)
    assert found == sent
    assert not received


@given(cut=st.integers(0, 60))
def test_a_message_cut_short_is_the_end(cut: int) -> None:
    content = CODEC.encode(Chart(5, np.zeros(20, np.uint8)))
    assert CODEC.read(io.BytesIO(content[: min(cut, len(content) - 1)])) is None


def test_what_is_too_large_is_not_sent_and_not_even_begun_to_be_read() -> None:
    with pytest.raises(ServiceError, match=r"Chart takes 5,0.. bytes as a message, and at most 4,000 are sent"):
        CODEC.encode(Chart(1, np.zeros(5000, np.uint8)))
    claims = struct.pack("<Q", 2**62)
    stream = Hungry(claims + bytes(100))
    with pytest.raises(ServiceError, match="4,611,686,018,427,387,904 bytes was announced"):
        CODEC.read(stream)
    assert stream.asked == 8
    with pytest.raises(ServiceError, match="the other side is broken"):
        list(CODEC.take(bytearray(claims)))


@pytest.mark.parametrize(
    ("raw", "number", "words"),
    [
        ({"type": "Sing", "number": 7}, 7, "'Sing': expected one of Note, Chart"),
        ({"type": "Note", "number": 8}, 8, "Note cannot be read: Object missing required field `file`"),
        ({"type": "Note", "number": "nine", "file": "x"}, 0, "Note cannot be read"),
        ({"type": "Chart", "number": 3, "values": ["|O", [1], b"x"]}, 3, "arrays of |O are not read"),
        ({"type": "Chart", "number": 3, "values": ["<f4", [9], b"1234"]}, 3, "Chart cannot be read"),
        ({"type": "Chart", "number": 3, "values": 4}, 3, "Chart cannot be read"),
        ([1, 2], 0, "unknown message"),
        ({"type": ["x" * 2000], "number": 1}, 1, "unknown message"),
    ],
)
def test_what_nobody_takes_is_said_with_its_number(raw: object, number: int, words: str) -> None:
    found = CODEC.read(io.BytesIO(frame(msgspec.msgpack.encode(raw))))
    assert isinstance(found, Unreadable)
    assert found.number == number
    assert words in found.reason
    assert len(found.reason) < 300


@given(content=st.binary(max_size=40))
def test_noise_is_no_message(content: bytes) -> None:
    assert isinstance(CODEC.read(io.BytesIO(frame(content))), Unreadable)


def test_arrays_of_objects_are_not_sent() -> None:
    with pytest.raises(ServiceError, match="not sent"):
        CODEC.encode(Chart(1, np.array([None], object)))
