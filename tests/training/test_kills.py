"""A run that is killed at any moment, and resumed, ends as if nothing had happened."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks, so that torch is imported once for all")
def test_fifty_kills_change_nothing(tmp_path: Path) -> None:
    program = Path(__file__).with_name("killing.py")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, program, tmp_path, "50", "0"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["kills"] >= 50
    assert seen["resumed"] >= 15
    assert seen["left"] == []
