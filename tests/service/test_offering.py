"""What a pipe takes without waiting is written at once, by whoever asks; all else is left to who can wait."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO

import numpy as np
import pytest

from latent_explorer.service.child import Peer
from latent_explorer.service.codec import Codec, Conversation, Numbered


class Image(Numbered, frozen=True, tag=True, eq=False):
    pixels: np.ndarray


IMAGES: Codec[Image] = Codec(Image)
Pipe = tuple["Peer[Image, Image]", BinaryIO]
needs_size = pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="this system does not say what a pipe holds")


def image(number: int, count: int) -> Image:
    return Image(number, np.zeros(count, np.uint8))


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A peer, and the end at which its requests arrive."""
    with ExitStack() as files:
        out, into = os.pipe()
        arriving, requests = files.enter_context(os.fdopen(out, "rb")), files.enter_context(os.fdopen(into, "wb"))
        yield Peer(Conversation(IMAGES, IMAGES), requests, arriving, "the test"), arriving


@needs_size
def test_an_image_goes_into_an_empty_pipe_at_once_and_arrives_whole(
    pipe: Pipe,
) -> None:
    peer, arriving = pipe
    for number in range(3):
        assert peer.offer(image(number, 25_600))
        arrived = IMAGES.read(arriving)
        assert isinstance(arrived, Image)
        assert (arrived.number, len(arrived.pixels)) == (number, 25_600)


def test_behind_another_request_only_a_short_one_surely_takes_no_waiting(
    pipe: Pipe,
) -> None:
    peer, arriving = pipe
    assert peer.offer(image(1, 100))
    assert not peer.offer(image(2, 25_600))
    assert peer.offer(image(3, 100))
    assert [IMAGES.read(arriving).number for _ in range(2)] == [1, 3]


@needs_size
def test_nothing_is_offered_that_the_pipe_cannot_hold_or_that_it_is_too_full_for(
    pipe: Pipe,
) -> None:
    peer, arriving = pipe
    assert not peer.offer(image(1, fcntl.fcntl(arriving.fileno(), fcntl.F_GETPIPE_SZ) + 1))
    taken = 0
    while peer.offer(image(taken, 200)):
        taken += 1
    assert [IMAGES.read(arriving).number for _ in range(taken)] == list(range(taken))
