"""A monkey at the real window; see `monkey.py`. A seed that failed is printed, and plays again with its number."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long


def play(seed: int, seconds: int, folder: Path, *bundles: Path) -> None:
    program = Path(__file__).with_name("monkey.py")
    screen = folder / "screen.json"
    screen.write_text(json.dumps({"screens": [{"name": "desk", "width": 1440, "height": 900}]}))
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={screen}", "HOME": str(folder)}
    command = [sys.executable, "-X", "faulthandler", str(program), str(seed), str(seconds), str(folder)]
    done = subprocess.run(
        [*command, *map(str, bundles)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=seconds + 400,
    )
    assert done.returncode == 0, f"seed {seed}\n{done.stdout}\n{done.stderr}"


def test_a_while(tmp_path: Path, small_bundle: Path, wide_bundle: Path) -> None:
    play(1, 20, tmp_path, small_bundle, wide_bundle)


@pytest.mark.slow
def test_ten_minutes(tmp_path: Path, small_bundle: Path, wide_bundle: Path) -> None:
    models = Path(__file__).parents[2] / "models"
    shipped = [models / name for name in ("mnist-vae-2d", "mnist-ae-16d", "cifar10-vae-2d")]
    play(random.randrange(10**6), 600, tmp_path, small_bundle, wide_bundle, *shipped)
