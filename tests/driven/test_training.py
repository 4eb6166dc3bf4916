"""Training in the window as a person sees it: see `teaching.py` and `adversaries.py`, each a process with a window."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long(90)

_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("program", ["teaching", "adversaries"])
def test_train_watch_and_travel(tmp_path: Path, small_bundle: Path, program: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", f"tests.driven.{program}", tmp_path, small_bundle]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=_ROOT)
    assert done.returncode == 0, done.stderr
