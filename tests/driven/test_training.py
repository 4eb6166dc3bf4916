"""Training in the window as a class sees it; see `teaching.py`, which has a process and so a window of its own."""

import os
import subprocess
import sys
from pathlib import Path


def test_train_watch_pause_travel_film_keep_and_open_again(tmp_path: Path) -> None:
    program = Path(__file__).with_name("teaching.py")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, program, tmp_path], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
