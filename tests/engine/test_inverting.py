"""The engine seeks the latent of an image, tells how far it is, and gives up when it is told to."""

import queue
from pathlib import Path

import numpy as np

from latent_explorer.bundles import read_latents
from latent_explorer.engine.client import Answer, EngineClient, Event
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.invert import Invert, Inverted, want_inverted
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import ThreadEngine, serve_inline
from latent_explorer.engine.protocol import Withdraw
from latent_explorer.service.codec import Refused
from tests.nets.families import GAN, registered, trained_on_noise


def image_of(bundle: Path, z: np.ndarray) -> np.ndarray:
    picture = serve_inline([Open(1, str(bundle)), Hover(2, z)])[1]
    assert isinstance(picture, Picture)
    return picture.image


def told_by(replies: list) -> list[Inverted]:
    return [reply for reply in replies if isinstance(reply, Inverted)]


def test_a_picture_of_the_model_is_found_again(small_bundle: Path) -> None:
    latents = read_latents(small_bundle).mean
    image = image_of(small_bundle, latents[3])
    told = told_by(serve_inline([Open(1, str(small_bundle)), Invert(2, image)]))
    last = told[-1]
    assert [each.more for each in told] == [True] * (len(told) - 1) + [False]
    assert [each.share for each in told] == sorted(each.share for each in told)
    assert last.share == 1
    assert last.error < 1e-4
    assert last.encoded is not None
    assert np.abs(last.picture.astype(int) - image).max() <= 2


def test_hovers_are_answered_while_it_is_sought(small_bundle: Path) -> None:
    image = image_of(small_bundle, np.zeros(2, np.float32))
    replies = serve_inline([Open(1, str(small_bundle)), Invert(2, image), Hover(3, np.ones(2, np.float32))])
    assert isinstance(replies[1], Picture)  # before the search, though it was asked for after it


def test_a_search_that_is_withdrawn_ends(small_bundle: Path) -> None:
    image = np.zeros((8, 8, 1), np.uint8)
    replies = serve_inline([Open(1, str(small_bundle)), Invert(2, image), Withdraw(2)])
    assert not told_by(replies)


def test_an_image_of_another_shape_is_refused_in_words(small_bundle: Path) -> None:
    reply = serve_inline([Open(1, str(small_bundle)), Invert(2, np.zeros((9, 8, 3), np.uint8))])[-1]
    assert isinstance(reply, Refused)
    assert "8 x 8 x 1" in reply.reason
    assert "9 x 8 x 3" in reply.reason


def test_a_model_without_an_encoder_is_inverted_too(tmp_path: Path) -> None:
    with registered(GAN):
        bundle = trained_on_noise(tmp_path, "rival")
        image = image_of(bundle, read_latents(bundle).mean[0])
        last = told_by(serve_inline([Open(1, str(bundle)), Invert(2, image)]))[-1]
    assert last.encoded is None
    assert last.error <= last.begun < 1e-3


def test_the_client_hands_on_each_stage_and_ends_with_the_last(small_bundle: Path) -> None:
    events: queue.Queue[Event] = queue.Queue()
    client = EngineClient(events.put, ThreadEngine)
    try:
        client.subscribe("place", print)
        client.open(str(small_bundle))
        client.request("place", [want_inverted("mine", np.zeros((8, 8, 1), np.uint8))])
        told: list[Inverted] = []
        while not told or told[-1].more:
            event = events.get(timeout=100)
            if isinstance(event, Answer) and isinstance(event.reply, Inverted):
                assert event.key == "mine"
                told.append(event.reply)
        assert len(told) > 3
        assert client.waiting == 0
    finally:
        client.close()
