"""`export --session` and `open`: what a terminal is told of sessions."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.cli.window import WindowWish, window_wish
from latent_explorer.session import Pin, Route, open_bundle
from latent_explorer.session.restoring import paths_of
from latent_explorer.session.saved import SavedMap, SavedSession, SavedView, write_session


@pytest.fixture
def saved(small_bundle: Path, tmp_path: Path) -> Path:
    """A session of a copy of the small bundle, in a folder of its own."""
    folder = Path(shutil.copytree(small_bundle, tmp_path / "models" / "mine"))
    bundle, file = open_bundle(folder), tmp_path / "mine.latent.json"
    path, beside = paths_of(folder, file)
    one = SavedMap(
        path=path, beside=beside, name="mine", seal=bundle.seal, dimensions=2, images=120,
        view=SavedView(0.1, 0.2, 40.0), size=(400, 300), pins=(Pin("a", (0.0, 1.0)),), chosen=(0.25, -1.5),
        route=Route((0.0, 0.0), (1.0, 1.0), "spherical", 6),
    )  # fmt: skip
    write_session(file, SavedSession(maps=(one,)), {})
    return file


def test_each_thing_is_drawn_as_its_command_would(done, pixels, saved, tmp_path):
    model = tmp_path / "models" / "mine"
    done("export", "--session", saved, "picture", "--scale", 3, "--out", "a.png")
    done("decode", "--model", model, "--at", "0.25,-1.5", "--scale", 3, "--out", "b.png")
    np.testing.assert_array_equal(pixels("a.png"), pixels("b.png"))
    done("export", "--session", saved, "filmstrip", "--out", "c.png")
    ends = ("--from", "0,0", "--to", "1,1", "--frames", 6, "--curve", "spherical")
    done("interpolate", "--model", model, *ends, "--out", "d.png")
    np.testing.assert_array_equal(pixels("c.png"), pixels("d.png"))
    done("export", "--session", saved, "grid", "--columns", 4, "--rows", 3, "--out", "e.png")
    done("grid", "--model", model, "--region", "-4.9,-3.55,5.1,3.95", "--columns", 4, "--rows", 3, "--out", "f.png")
    np.testing.assert_array_equal(pixels("e.png"), pixels("f.png"))
    told = done("export", "--session", saved, "latents", "--out", "g.npz", "--json").json
    assert told["images"] == 120


def test_a_bundle_that_is_gone_or_has_changed_is_refused_unless_it_is_named(call, done, saved, make_bundle, tmp_path):
    out = ("picture", "--out", "a.png")
    (tmp_path / "models" / "mine").rename(tmp_path / "elsewhere")
    assert "is not where it was" in call("export", "--session", saved, *out).complaint
    done("export", "--session", saved, "--model", tmp_path / "elsewhere", *out)
    shutil.copytree(make_bundle("other", count=60), tmp_path / "models" / "mine")
    said = call("export", "--session", saved, "picture", "--out", "b.png").complaint
    assert "has changed since the session was saved (its latents)" in said
    assert "--model" in said
    again = call("export", "--session", saved, "--model", tmp_path / "models" / "mine", "picture", "--out", "b.png")
    assert again.code == 0
    assert "is not the model of the session" in again.err


def test_what_is_no_session_or_has_no_such_thing_is_said(call, saved, tmp_path):
    (tmp_path / "no.json").write_text("{}")
    assert "expected a JSON file of kind" in call("export", "--session", "no.json", "map", "--out", "a.png").complaint
    assert "is not there" in call("export", "--session", "gone.json", "map", "--out", "a.png").complaint
    assert "--map 2" in call("export", "--session", saved, "--map", 2, "map", "--out", "a.png").complaint
    text = saved.read_text().replace('"chosen"', '"left"')
    saved.write_text(text)
    assert "no place is chosen" in call("export", "--session", saved, "picture", "--out", "a.png").complaint


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--view", "1,2"), "expected U,V,SCALE"),
        (("--layers", "nonsense"), "no layer called 'nonsense'"),
        (("--theme", "green"), "expected dark or light"),
        (("--pin", "x"), "expected NAME=X,Y"),
        (("--selected", "500"), "numbers of images below 120"),
        (("--hide", "9"), "whole numbers from 0 to 2"),
        (("--from", "0,0,0", "--to", "1,1"), "has 2 latent dimensions"),
    ],
)
def test_options_of_a_map_that_do_not_hold_are_refused(qapp, engines_in_threads, call, small_bundle, option, words):
    said = call("export", "--model", small_bundle, "map", "--as-shown", *option, "--out", "a.png")
    assert words in said.complaint


@pytest.mark.parametrize(
    ("arguments", "wish"),
    [
        (["open", "a.latent.json"], WindowWish(("a.latent.json",))),
        (["open", "one", "two"], WindowWish(("one", "two"))),
        (["/home/me/a.latent.json"], WindowWish(("/home/me/a.latent.json",))),
        (["./models/mine"], WindowWish(("./models/mine",))),
        (["open"], None),
        (["open", "--help"], None),
        (["train"], None),
    ],
)
def test_a_file_is_opened_by_the_window(arguments, wish):
    assert window_wish(arguments) == wish
