"""Whether the window keeps to its frames while one pans, zooms and hovers over an atlas that starts empty."""

import json
import subprocess
import sys
from pathlib import Path

from latent_explorer.errors import UserError
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings

SCENES = ("frames_70k", "frames_1m", "frames_10m", "training", "baseline_thread", "baseline_scatter")
_EMPTY_SHARE = 0.25  # of a scene's seconds, for the empty window beside it


def measure_frames(model: str | None, seconds: float) -> dict[str, dict[str, float | None]]:
    """Each scene under the same scripted hand, and beside each an empty pyqtgraph window of the same size.

    The real window shows the bundle's own points, then a million and ten million made-up ones, then a run that is under
    way; the baselines are the
    engine as a thread of the window's process, and the points as a ScatterPlotItem. Each has a process of its own.
    """
    folder = folder_to_open(model, Settings())
    if folder is None:
        raise UserError("no bundle is at hand; name one with --model")
    return {scene: _with_empty_window(scene, folder, seconds) for scene in SCENES}


def _with_empty_window(scene: str, folder: Path, seconds: float) -> dict[str, float | None]:
    empty = _run("empty", folder, max(1.0, seconds * _EMPTY_SHARE))
    return {**_run(scene, folder, seconds), "empty_window_over_16ms_percent": empty["over_16ms_percent"]}


def _run(scene: str, folder: Path, seconds: float) -> dict[str, float | None]:
    command = [sys.executable, "-m", "latent_explorer.bench.frames_scene", scene, str(folder), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"the scene {scene} failed: {done.stderr.strip().splitlines()[-1:]}")
    found: dict[str, float | None] = json.loads(done.stdout)
    return found
