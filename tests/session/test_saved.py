"""Sessions as files: read back as written, written whole or not at all; what does not hold is refused with a reason."""

import json
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from latent_explorer.charts import ChartSpec
from latent_explorer.errors import UserError
from latent_explorer.session import Pin, Route
from latent_explorer.session.alignment import AlignmentState
from latent_explorer.session.saved import (
    SUFFIX,
    SavedLayer,
    SavedLook,
    SavedMap,
    SavedSession,
    SavedView,
    made_alike,
    read_session,
    session_schema,
    write_session,
)
from latent_explorer.session.saved_alignment import anchors_of, fitting, saved_alignment

PATH = Route((0.0, 0.5), (1.0, 1.0), "geodesic", 12, "even", ((0.5, -1.0), (2.0, 2.0)), "straight")
MAP = SavedMap(
    path="/models/one", beside="one", name="one", seal="config.json 00", dimensions=2, images=5,
    chart=ChartSpec("slice", {"across": 1.0}), view=SavedView(0.1, -1 / 3, 77.7), size=(640, 480),
    layers=(SavedLayer("points", True, 0.75), SavedLayer("veil", False)), hidden=(1,),
    pins=(Pin("a place ‮<b>", (0.1, -2.5)),), route=PATH, frame=3,
    chosen=(1e-7, 3.0), selection="selection-0", slots=(2, 0, 1),
)  # fmt: skip
SESSION = SavedSession(maps=(MAP, msgspec.structs.replace(MAP, selection="")), active=1, look=SavedLook(theme="light"))
ARRAYS = {"selection-0": np.array([True, False, True, False, False])}


def written(folder: Path) -> Path:
    file = folder / f"mine{SUFFIX}"
    write_session(file, SESSION, ARRAYS)
    return file


def changed(file: Path, **changes: object) -> Path:
    """The session's file with other values; `maps` changes the first map."""
    content = json.loads(file.read_bytes())
    content["maps"][0] |= changes.pop("maps", {})
    file.write_text(json.dumps(content | changes))
    return file


def test_it_is_read_as_it_was_written(tmp_path):
    session, arrays = read_session(written(tmp_path))
    assert msgspec.structs.replace(session, arrays=None) == SESSION
    np.testing.assert_array_equal(arrays["selection-0"], ARRAYS["selection-0"])
    assert made_alike(session, session)
    elsewhere = msgspec.structs.replace(MAP, view=SavedView(1, 1, 1), chosen=None)
    assert made_alike(SESSION, msgspec.structs.replace(SESSION, maps=(elsewhere, SESSION.maps[1])))
    other = msgspec.structs.replace(MAP, pins=())
    assert not made_alike(SESSION, msgspec.structs.replace(SESSION, maps=(other, SESSION.maps[1])))


def test_a_path_of_an_older_session_leads_from_start_to_end_along_one_curve(tmp_path):
    old = {"start": [0, 0.5], "end": [1, 1], "curve": "spherical", "frames": 9, "easing": "gentle"}
    session, _ = read_session(changed(written(tmp_path), maps={"route": old}))
    assert session.maps[0].route == Route((0, 0.5), (1, 1), "spherical", 9, "gentle")
    assert session.maps[0].route.places == ((0, 0.5), (1, 1))


def test_the_schema_that_lies_beside_is_that_of_the_types(root):
    assert (root / "resources" / "session.schema.json").read_bytes() == session_schema(), (
        "write it anew: Path('resources/session.schema.json').write_bytes(session_schema())"
    )


def test_the_arrays_before_go_with_the_session_before_and_no_others(tmp_path):
    other = tmp_path / "mine.0123456789ab.npz"
    other.write_text("")
    file = written(tmp_path)
    before = {each.name for each in tmp_path.iterdir()}
    write_session(file, SESSION, {"selection-0": ~ARRAYS["selection-0"]})
    after = {each.name for each in tmp_path.iterdir()}
    assert len(before) == len(after) == 3
    assert len(before & after) == 2
    np.testing.assert_array_equal(read_session(file)[1]["selection-0"], ~ARRAYS["selection-0"])


def test_a_folder_that_cannot_be_written_leaves_what_there_was(tmp_path, monkeypatch):
    file = written(tmp_path)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("latent_explorer.files._put_in_place", full)
    with pytest.raises(UserError, match="the disk is full"):
        write_session(file, SESSION, {"selection-0": ~ARRAYS["selection-0"]})
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before
    with pytest.raises(UserError, match="could not be written"):
        write_session(tmp_path / "nowhere" / "s", SESSION, ARRAYS)


def test_a_disk_that_fills_up_after_the_arrays_leaves_none_of_them(tmp_path, monkeypatch):
    import latent_explorer.session.saved as saved

    write, calls = saved.write_bytes_whole, []

    def second_fails(path: Path, content: bytes, **how: bool) -> Path:
        calls.append(path)
        if len(calls) == 2:
            raise UserError("the disk is full")
        return write(path, content, **how)

    monkeypatch.setattr(saved, "write_bytes_whole", second_fails)
    with pytest.raises(UserError, match="full"):
        write_session(tmp_path / "s.latent.json", SESSION, ARRAYS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "another version of the program"),
        ({"format": {"a": 1}}, "another version of the program"),
        ({"kind": "something"}, "expected a JSON file of kind"),
        ({"active": 7}, "active"),
        ({"maps": {"dimensions": 3}}, "expected 3 numbers"),
        ({"maps": {"chosen": [1.0]}}, "chosen place of 2 numbers"),
        ({"maps": {"chosen": [1e7, 0.0]}}, "chosen place of 2 numbers"),
        ({"maps": {"pins": [{"name": "a", "z": [1e9, 0.0]}]}}, "expected 2 numbers"),
        ({"maps": {"size": [10**9, 1]}}, "not a session of this program"),
        ({"maps": {"view": {"u": 0, "v": 0, "scale": -1}}}, "not a session of this program"),
        ({"maps": {"route": {"start": [0, 0], "end": [1, 1], "frames": 10**9}}}, "frames"),
        ({"maps": {"route": {"start": [0, 0], "end": [1, 1], "through": [[1]]}}}, "expected 2 numbers"),
        ({"maps": {"route": {"start": [0, 0], "end": [1, 1], "through": [[1, 1]] * 31}}}, "at most 30 way points"),
        ({"maps": {"route": {"start": [0, 0], "end": [1, 1], "compare": "crooked"}}}, "unknown curve"),
        ({"maps": {"images": 4}}, "expected selection-0 as bool"),
        ({"maps": {"selection": "../../etc"}}, "not a session of this program"),
        ({"arrays": {"file": "../x.safetensors", "sha256": "0" * 64}}, "not a session of this program"),
        ({"arrays": {"file": "x.safetensors", "sha256": "0" * 64}}, "is not there"),
        ({"arrays": None}, "is in no file"),
    ],
)
def test_what_does_not_hold_is_refused_with_the_reason(tmp_path, changes, words):
    with pytest.raises(UserError, match=words):
        read_session(changed(written(tmp_path), **changes))


@pytest.mark.parametrize("content", [b"", b"[" * 10**5, b"\xff\xfe", b"{}", b"[]", b"null", b"{" * 50 + b" " * 2**24])
def test_nonsense_is_refused(tmp_path, content):
    file = tmp_path / "s.latent.json"
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"s\.latent\.json"):
        read_session(file)


def test_other_arrays_than_those_saved_are_refused(tmp_path):
    file = written(tmp_path)
    beside = next(tmp_path.glob("*.safetensors"))
    beside.write_bytes(beside.read_bytes()[:-1])
    with pytest.raises(UserError, match="not the file of arrays that belongs"):
        read_session(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "s.latent.json")
    with pytest.raises(UserError, match="found a pipe"):
        read_session(tmp_path / "s.latent.json")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_becomes_of_the_bytes_it_is_read_or_refused(tmp_path, data):
    file = written(tmp_path)
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    file.write_bytes(content)
    try:
        session, _ = read_session(file)
    except UserError:
        return
    assert 1 <= len(session.maps) <= 2


TIED = AlignmentState(((4, 0), (0, 2)), "ridge", "bootstrapped")
MANY = AlignmentState(tuple((each, 700 - each) for each in range(700)), "affine")


def linked(folder: Path, state: AlignmentState = TIED) -> Path:
    """The file of a session of two maps that are linked."""
    link, more = saved_alignment(state, linked=False, travels=("paths",))
    file = folder / f"linked{SUFFIX}"
    write_session(file, msgspec.structs.replace(SESSION, alignment=link), ARRAYS | more)
    return file


def test_anchors_are_read_as_they_were_written_many_of_them_from_an_array_beside(tmp_path):
    for state in (TIED, MANY, AlignmentState()):
        lost: list[str] = []
        session, arrays = read_session(linked(tmp_path, state), lost)
        link = session.alignment
        assert not lost
        assert anchors_of(link, arrays) == state.anchors
        assert (link.linked, link.travels) == (False, ("paths",))
        assert fitting(link, anchors_of(link, arrays), (800, 800), ["affine", "ridge"]) == (state, [])
    assert (tmp_path / f"linked{SUFFIX}").stat().st_size < 6000
    session, arrays = read_session(written(tmp_path))
    assert session.alignment is None


def test_anchors_are_work_that_can_be_lost_and_how_the_link_behaves_is_not():
    link, _ = saved_alignment(TIED)
    one = msgspec.structs.replace(SESSION, alignment=link)
    other, _ = saved_alignment(TIED, linked=False, travels=())
    assert made_alike(one, msgspec.structs.replace(SESSION, alignment=other))
    fewer, _ = saved_alignment(AlignmentState(TIED.anchors[:1], TIED.translator, TIED.growth))
    assert not made_alike(one, msgspec.structs.replace(SESSION, alignment=fewer))


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"anchors": "all"}, r"the anchors \(Expected `array`"),
        ({"anchors": [[1]]}, "of length 2"),
        ({"anchors": [[1, 0.5]]}, "Expected `int`"),
        ({"anchors": [[None, 1]]}, "Expected `int`"),
        ({"anchors": [[1e300, 1]]}, "Expected `int`"),
        ({"growth": "wild"}, "Invalid enum value"),
        ({"translator": "x" * 201}, "length <= 200"),
        ({"array": "selection-0"}, r"expected selection-0 as int64 \(k, 2\)"),
        ({"array": "anchors"}, r"expected anchors as int64 \(k, 2\)"),
        ([], r"Expected `object"),
    ],
)
def test_of_a_session_whose_link_does_not_hold_the_maps_are_read(tmp_path, link, words):
    lost: list[str] = []
    session, _ = read_session(changed(linked(tmp_path), alignment=link), lost)
    assert session.alignment is None
    assert session.maps == SESSION.maps
    assert len(lost) == 1
    with pytest.raises(UserError, match=words):
        raise UserError(lost[0])


def test_a_link_that_does_not_hold_saves_no_session_that_does_not(tmp_path):
    file = linked(tmp_path)
    with pytest.raises(UserError, match="cannot be opened"):
        read_session(changed(file, alignment={"anchors": 3}, maps={"size": [1, 1]}))
    file.write_text(file.read_text().replace('"growth": "bootstrapped"', '"growth": NaN'))
    with pytest.raises(UserError, match="cannot be opened: it is not a session"):
        read_session(file)


def test_anchors_of_a_single_map_are_left_out(tmp_path):
    file = linked(tmp_path)
    content = json.loads(file.read_bytes())
    content["maps"].pop()
    file.write_text(json.dumps(content | {"active": 0}))
    lost: list[str] = []
    session, _ = read_session(file, lost)
    assert session.alignment is None
    assert lost == ["the anchors (they tie two maps, and there is one)"]


def test_anchors_that_do_not_fit_are_left_out_and_told(tmp_path):
    anchors = [[4, 0], [4, 1], [0, 2], [-1, 3], [2, 10**30], [1, 0]]
    lost: list[str] = []
    session, arrays = read_session(
        changed(linked(tmp_path), alignment={"anchors": anchors, "translator": "magic"}), lost
    )
    assert not lost
    state, lost = fitting(session.alignment, anchors_of(session.alignment, arrays), (5, 5), ["affine"])
    assert state == AlignmentState(((4, 0), (0, 2)), "affine")
    assert lost == [
        "2 anchors of images that are not there",
        "2 anchors of images that have one already",
        "the translator 'magic', which is none of this program (affine takes its place)",
    ]
