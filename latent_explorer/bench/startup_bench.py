"""From launch to the first paint of the real map, and to the first exact picture under the pointer."""

import tempfile
import time
from functools import partial
from pathlib import Path

from latent_explorer.bench.measure import Measure, answer_of, use_a_display
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings

LAUNCHES = 11


def measure_startup(model: str | None = None, beside: Path | None = None) -> dict[str, Measure]:
    """Launch the program and the baseline alternately, each in a new process with new settings.

    first_paint: of the map with its points. first_exact_hover: of the decoded picture of a place where the pointer
    rests from the first paint. plain: a program that imports torch and shows the same points with pyqtgraph. beside: a
    checkout of another version of this program, launched alternately with both.
    """
    use_a_display()
    with tempfile.TemporaryDirectory() as folder:
        environment = {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        chosen = folder_to_open(model, Settings())
        ours = partial(_launch, environment, "latent_explorer", "--model", chosen, "--time-first-paint")
        plain = partial(_launch, environment, "latent_explorer.bench.hover_baseline", chosen, "launch")
        rounds = [(ours(), plain(), ours(checkout=beside) if beside else {}) for _ in range(LAUNCHES + 1)]
    measured = {}
    for name in rounds[0][0]:
        # the first launch fills the file cache; a checkout may not report all times
        us, them, other = ([each[name] for each in turn[1:] if name in each] for turn in zip(*rounds, strict=True))
        measure = Measure.of(us).beside("plain", them)
        measured[name] = measure.beside("other", other) if other else measure
    return measured


def _launch(
    environment: dict[str, str], module: str, *arguments: object, checkout: Path | None = None
) -> dict[str, float]:
    """Milliseconds from the launch to each time that the program prints."""
    started = time.time()
    times = answer_of(module, *arguments, environment=environment, checkout=checkout)
    return {name: 1000 * (at - started) for name, at in times.items()}
