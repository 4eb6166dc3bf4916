"""What was made of a bundle is there again, for that bundle alone; what does not hold is as if it were not there."""

import os

import msgspec
import pytest

from latent_explorer.errors import UserError
from latent_explorer.session import Pin, Route, SessionStore, State
from latent_explorer.session.alignment import AlignmentState
from latent_explorer.session.style import StyleChoice, StyleSide

STYLE = StyleChoice(
    StyleSide((0.5, 1.5), 2, "a place"), StyleSide((1.0, 0.0), 1, "Image 3", 3), columns="pins", count=5
)
STATE = State(
    pins=(Pin("a place ‮", (0.1, -2.5)), Pin("<b>", (1e-7, 3.0))),
    route=Route((0.0, 0.5), (1.0, 1.0), frames=12),
    style=STYLE,
)


@pytest.fixture
def store(tmp_path):
    return SessionStore(tmp_path / "sessions")


def only_file(tmp_path):
    return next((tmp_path / "sessions").iterdir())


def test_it_is_there_again_for_its_bundle_alone(store):
    assert store.read("seal", 2) == State()
    store.keep("seal", STATE)
    assert store.read("seal", 2) == STATE
    assert store.read("another", 2) == State()
    assert store.read("seal", 3) == State()


def test_nothing_made_leaves_no_file(store, tmp_path):
    store.keep("seal", State())
    store.keep("seal", STATE)
    store.keep("seal", State())
    assert not list((tmp_path / "sessions").iterdir())


@pytest.mark.parametrize(
    "change",
    [
        {"pins": [{"name": "a", "z": [1e7, 0]}]},
        {"pins": [{"name": "a", "z": ["0", 0]}]},
        {"pins": [{"z": [0, 0]}]},
        {"pins": 3},
        {"style": {"content": {"z": [1.0], "label": 0}}},
        {"style": {"columns": "others"}},
        {"style": {"style": {"z": [0, 0], "number": -1}}},
        {"route": {"start": [0, 0], "end": [0], "curve": "straight"}},
        {"route": {"start": [0, 0], "end": [1, 1], "curve": "crooked"}},
        {"route": {"start": [0, 0], "end": [1, 1], "frames": 10**9}},
        {"route": {"start": [0, 0], "end": [1, 1], "through": [[0, 1e7]]}},
    ],
)
def test_what_does_not_hold_is_not_used(store, tmp_path, change, caplog):
    store.keep("seal", STATE)
    file = only_file(tmp_path)
    file.write_bytes(msgspec.json.encode(msgspec.json.decode(file.read_bytes()) | change))
    assert store.read("seal", 2) == State()
    assert "is not used" in caplog.text


@pytest.mark.parametrize("content", [b"", b"[" * 10**5, b"\xff", b"{}" + b" " * 2**22])
def test_nonsense_is_not_used(store, tmp_path, content):
    store.keep("seal", STATE)
    only_file(tmp_path).write_bytes(content)
    assert store.read("seal", 2) == State()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_not_waited_for(store, tmp_path):
    store.keep("seal", STATE)
    file = only_file(tmp_path)
    file.unlink()
    os.mkfifo(file)
    assert store.read("seal", 2) == State()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="could not be written"):
        SessionStore(tmp_path / "file" / "sessions").keep("seal", STATE)


KINDS = ("affine", "ridge")
TIED = AlignmentState(((4, 7), (0, 2), (5, 5)), "ridge", "bootstrapped")


def test_what_ties_two_bundles_is_there_again_whichever_is_the_source(store, tmp_path):
    seals = "one", "another"
    assert store.read_pair(seals, (9, 9), KINDS) == AlignmentState()
    store.keep_pair(seals, TIED)
    assert store.read_pair(seals, (9, 9), KINDS) == TIED
    turned = store.read_pair(seals[::-1], (9, 9), KINDS)
    assert turned.anchors == ((7, 4), (2, 0), (5, 5))
    assert (turned.translator, turned.growth) == (TIED.translator, TIED.growth)
    assert store.read_pair(("one", "a third"), (9, 9), KINDS) == AlignmentState()
    store.keep_pair(seals[::-1], AlignmentState())
    assert not list((tmp_path / "sessions").iterdir())


def test_of_kept_anchors_what_does_not_fit_is_left_out(store, tmp_path, caplog):
    store.keep_pair(("a", "b"), TIED)
    assert store.read_pair(("a", "b"), (9, 6), ["affine"]).anchors == ((0, 2), (5, 5))
    assert "1 anchor of images that are not there; the translator 'ridge'" in caplog.text
    for anchors in ([[1, 1], [1, 2]], [["a", 1]], [[10**30, -1]], [[0.5, 1]], 7):
        content = msgspec.json.encode({"anchors": anchors})
        only_file(tmp_path).write_bytes(content)
        assert len(store.read_pair(("a", "b"), (9, 9), KINDS).anchors) == (1 if anchors == [[1, 1], [1, 2]] else 0)


def test_more_anchors_than_are_kept_are_refused(store):
    many = AlignmentState(tuple((each, each) for each in range(100_001)))
    with pytest.raises(UserError, match="at most 100,000 anchors are kept"):
        store.keep_pair(("a", "b"), many)
