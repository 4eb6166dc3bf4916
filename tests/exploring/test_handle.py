"""The handle on a window: what it does without a person at it."""

import gc
import itertools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import latent_explorer
from latent_explorer.errors import UserError
from latent_explorer.exploring import exploration
from latent_explorer.session import open_bundle

Z = np.random.default_rng(0).standard_normal((60, 2)).astype(np.float32)


def painted(z: Any) -> Any:
    return np.tile(1 / (1 + np.exp(-z[:, :1])), (1, 16)).reshape(-1, 4, 4)


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))


@pytest.fixture
def explore() -> Iterator[Callable[..., exploration.Exploration]]:
    """As `latent_explorer.explore`; what it opened is closed."""
    opened: list[exploration.Exploration] = []

    def open_one(**given: Any) -> exploration.Exploration:
        opened.append(latent_explorer.explore(**{"decoder": painted, "latents": Z, **given}))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def until(seen: Callable[[], object]) -> None:
    deadline = time.monotonic() + 150
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_window_is_shown_other_latents_and_closed(explore: Callable[..., exploration.Exploration]) -> None:
    handle = explore(name="shades / of grey", labels=np.arange(60) % 2)
    assert repr(handle) == "<Exploration of shades _ of grey: 60 latents (2), window open>"
    assert (handle.probe, handle.pin_names, handle.error) == (None, (), None)
    assert (handle.selection.shape, handle.pins.shape, handle.path.shape) == ((0,), (0, 2), (0, 2))
    assert not handle.wait(0)
    for latents in (Z + 1, Z + 2, Z[:30]):
        handle.show(latents)
    until(lambda: {each.name for each in handle.folder.iterdir()} == {"2", "3"})  # the newest, and the one before
    with pytest.raises(UserError, match=r"latents: expected the shape \(n, 2\), found \(60, 3\)"):
        handle.show(np.zeros((60, 3)))
    with pytest.raises(UserError, match="images: expected one for each of 30 latents, found 60"):
        handle.show(Z[:30], images=painted(Z))
    with handle:
        window, folder = handle.pid, handle.folder
    assert handle.closed
    assert handle.wait()
    assert not folder.exists()
    assert not Path(f"/proc/{window}").exists()
    handle.close()
    with pytest.raises(UserError, match="the window is closed: call explore again"):
        handle.show(Z)


def test_what_keeps_a_window_from_opening_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exploration.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(exploration, "WINDOW", ("-c", "import sys; sys.exit('there is no Qt here')"))
    with pytest.raises(UserError, match="the window did not open: there is no Qt here"):
        latent_explorer.explore(decoder=painted, latents=Z)
    gc.collect()
    assert not list(tmp_path.glob("latent-explorer-*"))


def test_without_a_display_no_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(exploration.subprocess, "Popen", None)
    with pytest.raises(UserError, match=r"there is no display to open the window on.*machine that runs this Python"):
        latent_explorer.explore(decoder=painted, latents=Z)


def test_a_chart_that_does_not_fit_is_said_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration.subprocess, "Popen", None)
    with pytest.raises(UserError, match="chart slice"):
        latent_explorer.explore(decoder=painted, latents=Z, chart="slice:across=7")
    with pytest.raises(UserError, match="no chart called 'globe'"):
        latent_explorer.explore(decoder=painted, latents=Z, chart="globe")


def test_a_script_may_wait_for_its_window(explore: Callable[..., exploration.Exploration]) -> None:
    code = ("-c", "import sys; sys.argv[1:1] = []; from latent_explorer.gui.explored import main; "
            "from PyQt6.QtCore import QTimer; main(lambda window: QTimer.singleShot(1500, window.close))")  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exploration, "WINDOW", code)
        assert explore(block=True).closed


def test_the_window_does_not_import_what_lies_beside_a_notebook(
    explore: Callable[..., exploration.Exploration], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    assert not explore().closed


def test_a_map_of_more_dimensions_does_not_flip_from_one_call_to_the_next(
    explore: Callable[..., exploration.Exploration],
) -> None:
    z = np.random.default_rng(1).standard_normal((80, 4)) * (3, 2.9, 1, 0.5)
    handle = explore(latents=z)
    shown = [open_bundle(next(handle.folder.glob("0/*")))]
    for step, moved in enumerate((z[:, [1, 0, 2, 3]] * (-1, 1, 1, 1), -z, z * (1, 1.2, 1, 1)), 1):
        handle.show(moved)
        until(lambda step=step: list(handle.folder.glob(f"{step}/*/config.json")))
        shown.append(open_bundle(next(handle.folder.glob(f"{step}/*"))))
    for before, after in itertools.pairwise(shown):
        together = np.sum(before.uv * after.uv, axis=0) / np.linalg.norm(before.uv, axis=0) ** 2
        assert (together > 0.5).all(), together
    handle.show(z[:40])
    until(lambda: list(handle.folder.glob("4/*/config.json")))
    assert open_bundle(next(handle.folder.glob("4/*"))).config.turn is None
