"""Whoever reads what lies beside a bundle takes it, passes over it, or raises a UserError."""

import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.data import open_dataset
from latent_explorer.errors import UserError
from latent_explorer.gui.settings import Appearance, Folders, PictureSettings, PointLook, RecentBundles, Settings
from latent_explorer.path_kinds import kind_of
from latent_explorer.runs import kept_job, unfinished
from latent_explorer.runs.report import read_log
from latent_explorer.session import SessionStore
from latent_explorer.session.alignment import Alignment
from latent_explorer.session.saved import read_session
from latent_explorer.session.saved_alignment import anchors_of, fitting
from tests.hostile.audit import heard, uninvited
from tests.hostile.datasets import hostile_dataset
from tests.hostile.making import Draw
from tests.hostile.papers import (
    hostile_pair,
    hostile_run,
    hostile_saved_session,
    hostile_session,
    hostile_settings,
    sound_run,
)

_SECONDS = 5.0  # of a processor, for one case
_SETTINGS = b"""{"Appearance": {"theme": "dark", "palette": "usual"}, "RecentBundles": {"folders": ["/a", "/b"]},
"WindowLayout": {"geometry": "AAAA", "state": ""}, "PointLook": {"size": 100}, "Folders": {"exports": "/c"},
"PictureSettings": {"pixels": 8, "memory": 256}}"""


def run_is_read(folder: Path, draw: Draw, bundle: Path, snapshots: list[Path]) -> None:
    run = sound_run(folder / "mine", snapshots)
    hostile_run(run, draw)
    unfinished(folder)
    for report in read_log(run):
        assert report.epoch >= 1
        assert 0 <= report.step <= report.steps
    kept_job(run)


def session_is_read(folder: Path, draw: Draw, bundle: Path, snapshots: list[Path]) -> None:
    store = SessionStore(folder)
    hostile_session(store._file("seal"), 2, draw)
    state = store.read("seal", 2)
    assert all(len(pin.z) == 2 and np.isfinite(pin.z).all() for pin in state.pins)
    store.keep("seal", state)
    hostile_pair(store._file("a\nb"), draw)
    tied = store.read_pair(("b", "a"), (120, 120), ("affine",))
    assert all(0 <= image < 120 for anchor in tied.anchors for image in anchor)
    store.keep_pair(("b", "a"), tied)


def saved_session_is_read(folder: Path, draw: Draw, bundle: Path, snapshots: list[Path]) -> None:
    lost: list[str] = []
    session, arrays = read_session(hostile_saved_session(folder, bundle, draw, linked=draw.random() < 0.5), lost)
    assert session.maps
    if session.alignment is not None:
        state, _ = fitting(session.alignment, anchors_of(session.alignment, arrays), (120, 120), ("affine",))
        assert Alignment((120, 120), state).state.translator == "affine"
        assert all(len({anchor[side] for anchor in state.anchors}) == len(state.anchors) for side in (0, 1))


def settings_are_read(folder: Path, draw: Draw, bundle: Path, snapshots: list[Path]) -> None:
    hostile_settings(folder / "settings.json", _SETTINGS, draw)
    settings = Settings(folder / "settings.json")
    for kind in (Appearance, RecentBundles, Folders, PointLook, PictureSettings):
        assert isinstance(settings.get(kind), kind)
    if (folder / "settings.json").is_symlink():
        return  # what it leads to is where it is kept
    settings.put(Appearance(theme="light"))
    settings.save()


def dataset_is_read(folder: Path, draw: Draw, bundle: Path, snapshots: list[Path]) -> None:
    path = hostile_dataset(folder / "data", draw)
    assert kind_of(path).words
    dataset = open_dataset(str(path))
    assert dataset.images.dtype == np.uint8
    assert len(dataset.images) == len(dataset.labels if dataset.labels is not None else dataset.images)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="makes pipes and devices")
@pytest.mark.parametrize("count", [60, pytest.param(2000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "read", [run_is_read, session_is_read, saved_session_is_read, settings_are_read, dataset_is_read]
)
def test_each_is_read_or_refused(
    read: Callable[..., None],
    count: int,
    small_bundle: Path,
    snapshots: list[Path],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    taken = 0
    with heard() as lines:
        for seed in range(count):
            folder, begun = tmp_path / f"{seed}", time.process_time()
            folder.mkdir()
            with suppress(UserError):
                read(folder, np.random.default_rng(seed), small_bundle, snapshots)
                taken += 1
            assert time.process_time() - begun < _SECONDS, f"seed {seed}"
            shutil.rmtree(folder)
    assert taken > 0, "all of them were refused"
    assert not uninvited(lines, tmp_path_factory.getbasetemp())
