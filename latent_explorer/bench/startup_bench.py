"""From launch to the first paint of the real map, and to the first exact picture under the pointer."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from latent_explorer.bench.measure import Measure, answer_of, use_a_display
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings

LAUNCHES = 11


def measure_startup(model: str | None = None, beside: Path | None = None) -> dict[str, Measure]:
    """Launch the program and the plain one in turn, each in a fresh process with fresh settings.

    first_paint: of the map with its points. first_exact_hover: the decoded picture of a place on which the pointer
    rests from the first paint on. Baseline: a plain program that imports torch and shows the same points with
    pyqtgraph. beside: a checkout of another state of this program, launched in turn with both.
    """
    use_a_display()
    with tempfile.TemporaryDirectory() as folder:
        environment = {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        chosen = folder_to_open(model, Settings())
        ours = ("latent_explorer", "--model", chosen, "--time-first-paint")
        plain = ("latent_explorer.bench.hover_baseline", chosen, "launch")
        rounds = [
            (
                _launch(*ours, environment=environment),
                _launch(*plain, environment=environment),
                _launch(*ours, environment=environment, checkout=beside) if beside else {},
            )
            for _ in range(LAUNCHES + 1)
        ]
    return {name: _measure(*(_times(name, turn) for turn in zip(*rounds, strict=True))) for name in rounds[0][0]}


def _times(name: str, launches: Sequence[dict[str, float]]) -> list[float]:
    """Those of one name, but for the first launch, which fills the file cache; a checkout may not tell them."""
    return [each[name] for each in launches[1:] if name in each]


def _measure(ours: list[float], plain: list[float], other: list[float]) -> Measure:
    measure = Measure.of(ours, plain)
    return measure.beside("other", other) if other else measure


def _launch(
    module: str, *arguments: object, environment: dict[str, str], checkout: Path | None = None
) -> dict[str, float]:
    """Milliseconds from the launch to each of the times that the program prints."""
    started = time.time()
    times = answer_of(module, *arguments, environment=environment, checkout=checkout)
    return {name: 1000 * (at - started) for name, at in times.items()}
