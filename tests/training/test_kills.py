"""A run that is killed at any moment, and resumed, ends as if nothing had happened."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks, so that torch is imported once for all")
@pytest.mark.parametrize("kills", [20, pytest.param(50, marks=pytest.mark.slow)])
def test_kills_change_nothing(tmp_path: Path, kills: int) -> None:
    program = Path(__file__).with_name("killing.py")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, program, tmp_path, str(kills), "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["kills"] >= kills
    assert seen["resumed"] >= 0.3 * kills
    assert seen["left"] == []
