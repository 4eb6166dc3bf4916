"""Common parts of benchmarks: statistics, timing, and running baselines."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from latent_explorer.display import display_problem
from latent_explorer.errors import UserError

_PATIENCE = 600.0  # seconds: the limit for a baseline


@dataclass(frozen=True)
class Measure:
    """Statistics of `n` times: median, 95th and 99th percentile.

    others: figures of baselines, by name; see `beside`.
    """

    unit: str
    median: float
    p95: float
    p99: float
    n: int
    others: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, samples: Sequence[float], unit: str = "ms") -> "Measure":
        """The statistics of times. Raises ValueError if there are none, or one is not finite."""
        return cls(unit, *_percentiles(samples), len(samples))

    def beside(self, name: str, samples: Sequence[float]) -> "Measure":
        """A copy with NAME_median, NAME_p99 and NAME_ratio (of the medians) of a baseline."""
        median, _, p99 = _percentiles(samples)
        figures = {f"{name}_median": median, f"{name}_p99": p99, f"{name}_ratio": self.median / median}
        return replace(self, others={**self.others, **figures})

    def as_json(self) -> dict[str, Any]:
        """All figures as plain values by name."""
        values = asdict(self)
        others = values.pop("others")
        return {**values, **others}


def timed(task: Callable[[], object]) -> float:
    """The time of a task in milliseconds."""
    started = time.perf_counter()
    task()
    return 1000 * (time.perf_counter() - started)


def answer_of(
    module: str, *arguments: object, checkout: Path | None = None, environment: Mapping[str, str] | None = None
) -> Any:
    """The output of `python -m MODULE ARGUMENTS`, parsed as JSON.

    checkout: of another version of this program to run instead. environment: additional variables. Raises UserError if
    it fails, or takes longer than ten minutes.
    """
    variables = {**os.environ, **(environment or {}), **({"PYTHONPATH": str(checkout)} if checkout else {})}
    command = [sys.executable, "-m", module, *map(str, arguments)]
    try:
        done = subprocess.run(
            command, env=variables, cwd=checkout, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise UserError(f"{' '.join(command[2:4])} was not done within {_PATIENCE:.0f} seconds") from None
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:]
        raise UserError(f"{' '.join(command[2:4])} failed: {''.join(last) or 'it printed no figures'}") from None


def use_a_display() -> None:
    """Use the offscreen platform if there is no display. Call before Qt starts."""
    if display_problem():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _percentiles(samples: Sequence[float]) -> tuple[float, float, float]:
    if not len(samples) or not np.isfinite(samples).all():
        raise ValueError(f"expected finite times, at least one, found {list(samples)}")
    median, p95, p99 = np.percentile(samples, (50, 95, 99)).tolist()
    return median, p95, p99
