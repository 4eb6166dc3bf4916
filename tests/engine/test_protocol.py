"""Messages on the wire."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from latent_explorer.engine import protocol
from latent_explorer.engine.protocol import Decode, Describe, Hover, Open, Opened, Pictures
from latent_explorer.errors import EngineError


@given(z=hnp.arrays(np.float32, hnp.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=9)))
def test_requests_arrive_as_sent(z: np.ndarray) -> None:
    stream = io.BytesIO()
    sent = [Open(1, "a folder"), Hover(2, z), Describe(3, z), Decode(4, z)]
    for request in sent:
        protocol.write(stream, request)
    stream.seek(0)
    received = [protocol.read_request(stream) for _ in sent]
    assert [type(request) for request in received] == [type(request) for request in sent]
    for request in received[1:]:
        np.testing.assert_array_equal(request.z, z)  # type: ignore[union-attr]
    assert protocol.read_request(stream) is None


@given(cut=st.integers(0, 60))
def test_a_reply_cut_short_is_the_end(cut: int) -> None:
    stream = io.BytesIO()
    protocol.write(stream, Pictures(5, 0, np.zeros((2, 3, 3, 1), np.uint8)))
    content = stream.getvalue()
    assert protocol.read_reply(io.BytesIO(content[: min(cut, len(content) - 1)])) is None


def test_arrays_of_objects_are_neither_sent_nor_read() -> None:
    with pytest.raises(EngineError, match="not sent"):
        protocol.write(io.BytesIO(), Hover(1, np.array([None], object)))


def test_text_arrives() -> None:
    stream = io.BytesIO()
    protocol.write(stream, Opened(1, "cpu", "eager"))
    stream.seek(0)
    reply = protocol.read_reply(stream)
    assert isinstance(reply, Opened)
    assert (reply.device, reply.kernel) == ("cpu", "eager")
