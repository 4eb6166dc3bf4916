"""A session finds its bundles again, says which have changed, and keeps of itself what still fits."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from latent_explorer.charts import ChartSpec
from latent_explorer.session import Pin, Route, open_bundle
from latent_explorer.session.restoring import find_map, paths_of, state_for
from latent_explorer.session.saved import SavedMap, SavedView


def saved_of(folder: Path, file: Path | None = None, **values: object) -> SavedMap:
    bundle = open_bundle(folder)
    path, beside = paths_of(folder, file)
    made = SavedMap(
        path=path, beside=beside, name=folder.name, seal=bundle.seal, dimensions=bundle.config.net.latent_dim,
        images=len(bundle.latents), view=SavedView(0, 0, 50), size=(400, 300),
    )  # fmt: skip
    return msgspec.structs.replace(made, **values)


@pytest.fixture
def moved(small_bundle, tmp_path):
    """A bundle in a folder beside a session."""
    return Path(shutil.copytree(small_bundle, tmp_path / "here" / small_bundle.name))


def test_a_bundle_is_found_where_it_was(small_bundle):
    found = find_map(saved_of(small_bundle), None)
    assert (found.folder, found.changed, found.trouble) == (small_bundle.absolute(), "", "")


def test_a_session_that_is_moved_with_its_bundle_finds_it(moved, tmp_path):
    saved = saved_of(moved, tmp_path / "here" / "s.latent.json")
    (tmp_path / "here").rename(tmp_path / "there")
    found = find_map(saved, tmp_path / "there" / "s.latent.json")
    assert found.folder == tmp_path / "there" / moved.name


def test_a_bundle_that_was_moved_is_found_among_those_opened_last(moved, tmp_path):
    saved = saved_of(moved)
    moved.rename(tmp_path / "another-name")
    gone = find_map(saved, None)
    assert gone.folder is None
    assert "is not where it was" in gone.trouble
    assert find_map(saved, None, [tmp_path / "another-name"]).folder == tmp_path / "another-name"


def test_of_a_bundle_that_has_changed_is_said_what(small_bundle, make_bundle):
    other = make_bundle("small", count=90)
    saved = msgspec.structs.replace(saved_of(small_bundle), path=str(other))
    found = find_map(saved, None)
    assert found.folder == other
    assert found.changed == "its latents"
    assert "has changed since the session was saved" in found.trouble


def test_what_fits_is_kept_and_what_does_not_is_said(small_bundle, wide_bundle, make_bundle):
    everything = {
        "pins": (Pin("a", (1.0, 2.0)),),
        "route": Route((0.0, 0.0), (1.0, 1.0)),
        "chosen": (0.5, 0.5),
        "hidden": (1, 7),
        "selection": "selection-0",
        "chart": ChartSpec("slice", {"across": 1.0, "up": 0.0}),
    }
    saved, chosen = saved_of(small_bundle, **everything), np.arange(120) < 5
    same, lost = state_for(saved, {"selection-0": chosen}, open_bundle(small_bundle))
    assert (same.pins, same.route, same.chosen) == (saved.pins, saved.route, saved.chosen)
    assert same.chart == saved.chart
    assert same.hidden == {1}
    np.testing.assert_array_equal(same.selection.chosen, chosen)
    assert lost == ["classes that were hidden and are not there"]

    fewer, lost = state_for(saved, {"selection-0": chosen}, open_bundle(make_bundle("fewer", count=90)))
    assert fewer.pins == saved.pins
    assert fewer.selection is None
    assert "the selection, which is of 120 images" in lost

    wide, lost = state_for(saved, {"selection-0": chosen}, open_bundle(wide_bundle))
    assert (wide.pins, wide.route, wide.chart, wide.chosen) == ((), None, None, None)
    assert wide.selection.count == 5
    assert "pins, path, chart and chosen place, which are of 2 dimensions" in lost
