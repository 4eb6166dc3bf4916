"""`decode`, `grid` and `interpolate`: what they write is what the engine decodes there."""

import json
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.engine.handlers.decode import Decode
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures
from latent_explorer.export import read_provenance


def engine_pictures(bundle, places):
    z = np.array(places, np.float32)
    replies = serve_inline([Open(1, str(bundle)), Decode(2, z)])
    return np.concatenate([reply.content for reply in replies if isinstance(reply, Pictures)])


def assert_same(found, expected):
    """Equal but for one grey level: kernels differ by as much."""
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1


def test_decode_writes_the_engines_picture_and_where_it_comes_from(done, small_bundle, pixels):
    outcome = done("decode", "--model", small_bundle, "--at", "-1.5,2", "--out", "digit.png")
    assert outcome.out == "digit.png\n"
    assert_same(pixels("digit.png"), engine_pictures(small_bundle, [[-1.5, 2]])[0, ..., 0])
    source = read_provenance(Path("digit.png"))
    assert source.model == "small"
    assert json.loads(source.coordinates) == [-1.5, 2]


def test_decode_numbers_several_places_and_scales(done, wide_bundle, pixels):
    places = [[0, 0, 0, 0, 0], [-1, 2, -3, 0.5, 1e-3]]
    at = [word for place in places for word in ("--at", ",".join(map(str, place)))]
    found = done("decode", "--model", wide_bundle, *at, "--out", "a.png", "--scale", 3, "--json").json
    assert [entry["file"] for entry in found["pictures"]] == ["a-1.png", "a-2.png"]
    np.testing.assert_allclose([entry["at"] for entry in found["pictures"]], places, rtol=1e-6)
    for entry, expected in zip(found["pictures"], engine_pictures(wide_bundle, places), strict=True):
        assert_same(pixels(entry["file"]), expected.repeat(3, 0).repeat(3, 1))


def test_a_taken_name_is_kept_unless_overwriting_is_allowed(call, done, small_bundle, tmp_path):
    decode = ("decode", "--model", small_bundle, "--at", "0,0", "--at", "1,1", "--out", "a.png")
    (tmp_path / "a-2.png").write_text("mine")
    assert "a-2.png already exists" in call(*decode).complaint
    assert not (tmp_path / "a-1.png").exists()
    assert (tmp_path / "a-2.png").read_text() == "mine"
    done(*decode, "--overwrite")
    assert (tmp_path / "a-2.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--at", "1,2,3", "--out", "a.png"), "has 2 latent dimensions, found 3 numbers"),
        (("--at", "1;2", "--out", "a.png"), "--at 1;2: expected finite numbers"),
        (("--at", "nan,0", "--out", "a.png"), "expected finite numbers"),
        (("--at", "1e39,0", "--out", "a.png"), "not finite"),
        (("--at", "", "--out", "a.png"), "expected finite numbers"),
        (("--at", "1,2", "--out", "a.jpg"), "a picture can be written as png"),
        (("--at", "1,2", "--out", "nowhere/a.png"), "could not be written"),
        (("--at", "1,2", "--out", "a.png", "--scale", "65"), "--scale"),
        (("--at", "1,2"), "--out"),
        (("--out", "a.png"), "--at"),
    ],
)
def test_decode_refuses_with_one_line(call, small_bundle, tmp_path, arguments, complaint):
    assert complaint in call("decode", "--model", small_bundle, *arguments).complaint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", [("decode", "--at", "0,0"), ("grid",), ("interpolate", "--from", "0,0", "--to", "1,1")]
)
def test_an_unknown_bundle_is_refused_with_those_there_are(call, command):
    assert "no bundle 'nobody'" in call(*command, "--model", "nobody", "--out", "a.png").complaint


def test_a_grid_shows_the_cells_of_its_region(done, small_bundle, pixels):
    region = ("--columns", 3, "--rows", 2, "--region", "-3,-2,3,2")
    found = done("grid", "--model", small_bundle, *region, "--out", "g.png", "--json").json
    assert found["region"] == [-3, -2, 3, 2]
    whole = pixels("g.png")
    assert whole.shape == (16, 24)
    centres = [[u, v] for v in (1, -1) for u in (-2, 0, 2)]
    cells = whole.reshape(2, 8, 3, 8).swapaxes(1, 2).reshape(6, 8, 8)
    assert_same(cells, engine_pictures(small_bundle, centres)[..., 0])


def test_a_grid_covers_the_bulk_of_the_data_by_itself(done, wide_bundle, pixels):
    found = done(
        "grid", "--model", wide_bundle, "--columns", 4, "--rows", 4, "--gap", 1, "--out", "g.png", "--json"
    ).json
    left, bottom, right, top = found["region"]
    assert left < -4 < 4 < right  # the three clouds of the fixture lie at -4, 0 and 4
    assert top > bottom
    assert pixels("g.png").shape == (4 * 6 + 3, 4 * 10 + 3, 3)


@pytest.mark.parametrize("region", ["0,0,1", "1,0,0,1", "0,1,1,0", "0,0,0,1", "a,b,c,d", "0,0,inf,1"])
def test_a_region_that_is_none_is_refused(call, small_bundle, region):
    assert "--region" in call("grid", "--model", small_bundle, "--region", region, "--out", "g.png").complaint


def test_a_grid_too_large_to_hold_is_refused_before_it_is_decoded(call, small_bundle):
    sides = ("--columns", 4096, "--rows", 4096)
    assert "pixels" in call("grid", "--model", small_bundle, *sides, "--out", "g.png").complaint


def test_a_strip_begins_and_ends_where_it_was_told_to(done, small_bundle, pixels):
    ends = ("--from", "-4,1", "--to", "4,-1")
    found = done("interpolate", "--model", small_bundle, *ends, "--frames", 5, "--out", "s.png", "--json").json
    assert (found["frames"], found["from"], found["to"], found["format"]) == (5, [-4, 1], [4, -1], "strip")
    frames = pixels("s.png").reshape(8, 5, 8).swapaxes(0, 1)
    assert_same(frames, engine_pictures(small_bundle, np.linspace([-4, 1], [4, -1], 5))[..., 0])


@pytest.mark.parametrize(("out", "key"), [("film.gif", "gif"), ("film.webp", "webp"), ("frames/", "frames")])
def test_the_name_says_what_a_path_becomes(done, small_bundle, tmp_path, pixels, out, key):
    path = ("--from", "-4,1", "--to", "4,2", "--curve", "spherical", "--easing", "gentle", "--frames", 6)
    found = done("interpolate", "--model", small_bundle, *path, "--out", out, "--json").json
    assert found["format"] == key
    if key == "frames":
        assert sorted(file.name for file in (tmp_path / "frames").iterdir()) == [
            f"frame-{n:04}.png" for n in range(1, 7)
        ]
    else:
        assert pixels(out).shape[:2] == (8, 8)


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--curve", "wavy", "expected one of straight, spherical"),
        ("--easing", "hasty", "expected one of steady, gentle"),
        ("--frames", "241", "2 to 240 frames"),
        ("--frames", "many", "--frames"),
        ("--seconds", "0", "seconds a frame"),
        ("--to", "1", "--to 1: small has 2 latent dimensions"),
        ("--out", "film.avi", "a filmstrip can be written as"),
    ],
)
def test_interpolate_refuses_with_one_line(call, small_bundle, tmp_path, option, value, complaint):
    usual = {"--from": "0,0", "--to": "1,1", "--out": "film.gif"} | {option: value}
    words = [word for pair in usual.items() for word in pair]
    assert complaint in call("interpolate", "--model", small_bundle, *words).complaint
    assert not list(tmp_path.iterdir())


def test_a_grid_is_decoded_through_the_chart_that_is_named(done, wide_bundle, pixels):
    slice_ = ("--chart", "slice:across=4,through=1,2,3,4,5,up=2", "--region", "-1,-1,1,1")
    found = done("grid", "--model", wide_bundle, *slice_, "--columns", 2, "--rows", 2, "--out", "a.png", "--json").json
    assert found["chart"] == "slice:across=4,through=1,2,3,4,5,up=2"
    places = [[1, 2, v, 4, u] for v in (0.5, -0.5) for u in (-0.5, 0.5)]
    expected = engine_pictures(wide_bundle, places)
    assert_same(pixels("a.png"), np.block([[[expected[0]], [expected[1]]], [[expected[2]], [expected[3]]]]))
    assert "slice:across=4,through=1,2,3,4,5,up=2" in read_provenance(Path("a.png")).coordinates


def test_a_map_is_drawn_through_the_chart_that_is_named(done, wide_bundle):
    flat = done("export", "map", "--model", wide_bundle, "--chart", "principal", "--out", "a.svg", "--json").json
    assert flat["chart"] == "principal"
    assert done("export", "map", "--model", wide_bundle, "--out", "b.svg", "--json").json["chart"] == "following"
    assert "principal chart" in Path("a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("chart", "complaint"),
    [
        ("sammon", "--chart sammon: no chart called 'sammon': expected one of identity, principal"),
        ("slice:up=0", "span no plane"),
        ("slice:up=5", "up=5: expected a dimension from 0 to 4 or 5 numbers"),
        ("slice:5", "found '5' without a name"),
    ],
)
def test_a_chart_that_is_not_possible_is_refused(call, wide_bundle, chart, complaint):
    assert complaint in call("grid", "--model", wide_bundle, "--chart", chart, "--out", "a.png").complaint


@pytest.mark.parametrize("command", [("grid",), ("export", "grid"), ("export", "map")])
def test_help_lists_the_charts(done, command):
    help_ = done(*command, "--help").out
    assert all(word in help_ for word in ("Charts:", "principal", "slice", "across:", "Example"))
