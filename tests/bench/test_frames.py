"""The bench of frames: its hand, its clock, and one scene played in a real window."""

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QWidget

from latent_explorer.bench import frames_bench
from latent_explorer.bench.frames_bench import measure_scene, more_points
from latent_explorer.bench.hand import FrameTimes, Hand, play
from latent_explorer.errors import UserError
from latent_explorer.session import open_bundle

KEYS = {
    "over_16ms_percent",
    "empty_window_over_16ms_percent",
    "over_33ms_percent",
    "longest_stall_ms",
    "hover_exact_p99_ms",
    "hover_interpolated_p99_ms",
    "points_redraw_median_ms",
    "tiles_per_second",
    "memory_start_mib",
    "memory_end_mib",
}


class Listener(QObject):
    """Notes the kinds of the events of a widget."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[QEvent.Type] = []

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:
        self.kinds.append(event.type())
        return False


def test_the_hand_does_all_that_is_promised_and_always_the_same(qapp) -> None:
    def seen() -> list[QEvent.Type]:
        widget, listener = QWidget(), Listener()
        widget.resize(400, 300)
        widget.installEventFilter(listener)
        for _ in itertools.islice(Hand(widget).wander(), 600):
            pass
        return [kind for kind in listener.kinds if kind != QEvent.Type.Polish]

    kinds = seen()
    assert {QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel} <= set(kinds)
    assert kinds.count(QEvent.Type.MouseButtonPress) - kinds.count(QEvent.Type.MouseButtonRelease) in (0, 1)
    assert seen() == kinds


def test_a_stall_is_seen(qapp) -> None:
    def inputs():
        for frame in itertools.count():
            if frame == 3:
                time.sleep(0.08)
            yield

    times = play(inputs(), 0.4)
    assert times.stall >= 80
    assert times.over(33.3) > 0
    assert max(times.frames) >= 80


def test_a_long_stall_is_as_many_late_frames_as_it_lasted() -> None:
    times = FrameTimes([1.0, 20.0, 40.0, 2.0, 3.0, 4.0, 5.0])
    assert times.over(16.7) == 50
    assert times.over(33.3) == 30
    assert FrameTimes([1000.0, *[1.0] * 60]).over(33.3) == 50


@pytest.mark.parametrize("scene", ["frames_70k", "paths", "baseline_thread"])
def test_a_scene_is_played_and_measured(qapp, small_bundle: Path, scene: str) -> None:
    found = measure_scene(scene, small_bundle, 3)
    assert found.keys() == KEYS
    assert found["hover_exact_p99_ms"] > 0
    assert found["tiles_per_second"] > 0
    assert found["points_redraw_median_ms"] > 0


@pytest.mark.parametrize("scene", ["empty", "baseline_scatter"])
def test_scenes_that_need_pyqtgraph_run_in_a_process_of_their_own(small_bundle: Path, scene: str) -> None:
    found = frames_bench._run(scene, small_bundle, 1)
    assert 0 <= found["over_16ms_percent"] <= 100


def test_a_scene_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the scene frames_70k failed"):
        frames_bench._run("frames_70k", tmp_path / "nothing", 1)


def test_made_up_points_lie_near_real_ones_of_their_class(small_bundle: Path) -> None:
    bundle = open_bundle(small_bundle)
    more = more_points(bundle, 5000)
    assert len(more.uv) == len(more.latents.label) == 5000
    for label in range(3):
        real, made = bundle.uv[bundle.latents.label == label], more.uv[more.latents.label == label]
        nearest = np.linalg.norm(made[:, None] - real[None], axis=2).min(1)
        assert nearest.max() < 0.2 * bundle.uv.std()


def test_the_bench_is_one_object_with_the_keys_that_are_promised(small_bundle: Path, monkeypatch) -> None:
    fake = dict.fromkeys(KEYS, 1.0)
    monkeypatch.setattr(
        frames_bench, "_run", lambda scene, *_: {**fake, "over_16ms_percent": 9.0 if scene == "empty" else 1.0}
    )
    found = frames_bench.measure_frames(str(small_bundle), 1)
    assert list(found) == [
        "frames_70k",
        "frames_1m",
        "frames_10m",
        "paths",
        "training",
        "baseline_thread",
        "baseline_scatter",
    ]
    assert all(each.keys() == KEYS and each["empty_window_over_16ms_percent"] == 9.0 for each in found.values())


@pytest.mark.slow
def test_ten_minutes_of_wandering_leave_memory_flat() -> None:
    """In a process of its own; after a minute all caches are as full as they get."""
    command = [sys.executable, "-m", "latent_explorer.bench.frames_bench", "soak", "mnist-vae-2d", "600"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    samples = [float(line) for line in done.stdout.split()]
    assert len(samples) >= 10
    assert max(samples[2:]) <= 1.05 * samples[1], samples


def test_points_are_timed_once_for_each_new_view() -> None:
    points = SimpleNamespace(paint=lambda *_: None)
    redraws = frames_bench._watch_points(SimpleNamespace(pane=SimpleNamespace(points=points)))
    for view in ("home", "home", "near", "home"):
        points.paint(None, view, 1.0)
    assert len(redraws) == 3
