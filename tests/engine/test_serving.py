"""The serving loop, inline: what is asked is answered, in the order of its urgency."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.engine.handlers import HANDLERS
from latent_explorer.engine.handlers.decode import Decode
from latent_explorer.engine.handlers.describe import Describe, Place
from latent_explorer.engine.handlers.encode import Encode, ImageEncoded
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.engine.loop import WorkList
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures, Withdraw
from latent_explorer.service.codec import Numbered, Refused

Z = np.array([0.5, -0.25], np.float32)


def test_a_bundle_is_opened_hovered_and_described(small_bundle: Path) -> None:
    opened, picture, place = serve_inline([Open(1, str(small_bundle)), Hover(2, Z), Describe(3, Z)])
    assert isinstance(opened, Opened)
    assert isinstance(picture, Picture)
    assert picture.image.shape == (8, 8, 1)
    assert isinstance(place, Place)
    assert place.shares.sum() == pytest.approx(1)
    assert place.originals.shape == place.reconstructions.shape == (8, 8, 8, 1)


def test_a_batch_comes_in_slices_equal_to_single_pictures(small_bundle: Path) -> None:
    z = np.random.default_rng(0).standard_normal((200, 2)).astype(np.float32)
    _, *slices = serve_inline([Open(1, str(small_bundle)), Decode(2, z)])
    images = np.concatenate([reply.content for reply in slices if isinstance(reply, Pictures)])
    (_, single) = serve_inline([Open(1, str(small_bundle)), Hover(2, z[77])])
    assert images.shape == (200, 8, 8, 1)
    assert isinstance(single, Picture)
    assert np.abs(images[77].astype(int) - single.image).max() <= 1


def test_a_hover_is_answered_before_batches_and_only_the_newest(small_bundle: Path) -> None:
    z = np.zeros((500, 2), np.float32)
    replies = serve_inline([Open(1, str(small_bundle)), Decode(2, z), Hover(3, Z), Hover(4, -Z)])
    assert isinstance(replies[1], Picture)
    assert replies[1].number == 4
    assert sum(isinstance(reply, Picture) for reply in replies) == 1


def test_a_withdrawn_batch_is_not_answered(small_bundle: Path) -> None:
    replies = serve_inline([Open(1, str(small_bundle)), Decode(2, np.zeros((50, 2), np.float32)), Withdraw(2)])
    assert [type(reply) for reply in replies] == [Opened]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Decode(2, np.zeros((4, 7), np.float32)), "2 dimensions"),
        (Describe(2, np.array([np.inf, 0], np.float32)), "finite"),
        (Describe(2, np.zeros(9, np.float32)), "dimension"),
        (Open(2, "/nowhere/at/all"), "nowhere"),
    ],
)
def test_what_cannot_be_served_is_refused_and_the_loop_goes_on(
    small_bundle: Path, request_: Numbered, words: str
) -> None:
    replies = serve_inline([Open(1, str(small_bundle)), request_, Hover(3, Z)])
    by_number = {reply.number: reply for reply in replies}
    assert isinstance(by_number[3], Picture)
    assert isinstance(by_number[2], Refused)
    assert words in by_number[2].reason


@pytest.mark.parametrize("z", [np.zeros(3, np.float32), np.array([np.nan, 0], np.float32)])
def test_a_bad_hover_is_refused(small_bundle: Path, z: np.ndarray) -> None:
    _, refused = serve_inline([Open(1, str(small_bundle)), Hover(2, z)])
    assert isinstance(refused, Refused)


def test_without_a_bundle_everything_is_refused() -> None:
    replies = serve_inline([Hover(1, Z), Describe(2, Z), Decode(3, Z[None])])
    assert all(isinstance(reply, Refused) and "no bundle is open" in reply.reason for reply in replies)
    assert len(replies) == 3


def test_a_broken_bundle_is_refused_and_the_open_one_stays(small_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    _opened, refused, picture = serve_inline([Open(1, str(small_bundle)), Open(2, str(tmp_path)), Hover(3, Z)])
    assert isinstance(refused, Refused)
    assert "config.json" in refused.reason
    assert isinstance(picture, Picture)


def test_more_dimensions_and_colour_are_served_alike(wide_bundle: Path) -> None:
    z = np.zeros(5, np.float32)
    _, picture, place = serve_inline([Open(1, str(wide_bundle)), Hover(2, z), Describe(3, z)])
    assert isinstance(picture, Picture)
    assert picture.image.shape == (6, 10, 3)
    assert isinstance(place, Place)


_POINTS = st.tuples(st.floats(-3, 3, width=32), st.floats(-3, 3, width=32)).map(lambda p: np.array(p, np.float32))
_REQUESTS = st.lists(
    st.one_of(
        st.tuples(st.just(Hover), _POINTS),
        st.tuples(st.just(Describe), _POINTS),
        st.tuples(st.just(Decode), _POINTS.flatmap(lambda p: st.integers(0, 300).map(lambda n: np.tile(p, (n, 1))))),
    ),
    max_size=20,
)


@settings(max_examples=20, deadline=None)
@given(storm=_REQUESTS)
def test_any_storm_of_requests_is_answered(small_bundle: Path, storm: list[tuple[type, np.ndarray]]) -> None:
    requests = [kind(number, z) for number, (kind, z) in enumerate(storm, start=2)]
    replies = serve_inline([Open(1, str(small_bundle)), *requests])
    assert not [reply for reply in replies if isinstance(reply, Refused)]
    for kind, answer in ((Hover, Picture), (Describe, Place)):
        asked = [request.number for request in requests if isinstance(request, kind)]
        assert [reply.number for reply in replies if isinstance(reply, answer)] == asked[-1:]
    for request in requests:
        if isinstance(request, Decode):
            slices = [r for r in replies if isinstance(r, Pictures) and r.number == request.number]
            assert sum(len(reply.content) for reply in slices) == len(request.z)


def test_while_one_draws_nothing_less_urgent_is_begun(small_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("latent_explorer.engine.loop.time.monotonic", lambda: now)
    work = WorkList(ModelService(lambda: None, run=lambda task: task()))
    image, z = np.zeros((8, 8, 1), np.uint8), np.zeros((500, 2), np.float32)
    assert list(work.add([Open(1, str(small_bundle)), Encode(2, image), Decode(3, z)])) == []
    replies: list[Numbered] = []
    while not work.idle:
        replies += work.advance()
    assert [type(reply) for reply in replies] == [Opened, ImageEncoded]
    assert work.rest == pytest.approx(HANDLERS[Encode].follows)
    list(work.add([Hover(4, Z), Encode(5, image)]))  # as urgent or more, they wait for nothing
    while not work.idle:
        replies += work.advance()
    assert [type(reply) for reply in replies[2:]] == [Picture, ImageEncoded]
    now += HANDLERS[Encode].follows
    assert not work.idle
    assert work.rest is None
    while not work.finished:
        replies += work.advance()
    assert sum(len(reply.content) for reply in replies if isinstance(reply, Pictures)) == 500
