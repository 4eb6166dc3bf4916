"""From launch to the first paint of the real map."""

import json
import os
import subprocess
import sys
import tempfile
import time

from latent_explorer.bench.measure import Measure
from latent_explorer.bench.person import use_a_display
from latent_explorer.errors import UserError
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings

LAUNCHES = 11


def measure_startup(model: str | None = None) -> dict[str, Measure]:
    """Launch the program and the plain one in turn, each in a fresh process with fresh settings.

    Baseline: a plain program that imports torch and shows the same points with pyqtgraph.
    """
    use_a_display()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        chosen = str(folder_to_open(model, Settings()))
        ours = [sys.executable, "-m", "latent_explorer", "--model", chosen, "--time-first-paint"]
        plain = [sys.executable, "-m", "latent_explorer.bench.plain", chosen, "--first-paint"]
        pairs = [(_launch(ours, environment), _launch(plain, environment)) for _ in range(LAUNCHES + 1)]
    times, baseline = zip(*pairs[1:], strict=True)  # the first pair fills the file cache
    return {"first_paint": Measure.of(list(times), list(baseline))}


def _launch(command: list[str], environment: dict[str, str]) -> float:
    """Milliseconds from the launch to the time of the first paint that the program prints."""
    started = time.time()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    try:
        painted: float = json.loads(done.stdout)["first_paint"]
    except (ValueError, KeyError):
        raise UserError(f"{' '.join(command[1:4])} painted nothing: {done.stderr.strip()[-300:]}") from None
    return 1000 * (painted - started)
