"""The responsiveness of the window while a chart is fitted: hovers meanwhile and at rest, and moving points."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from latent_explorer.bench.hover_bench import HoverTimes, hover_while
from latent_explorer.bench.measure import Measure, answer_of
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.charts import ChartSpec
from latent_explorer.gui.app import folder_to_open
from latent_explorer.gui.settings import Settings
from latent_explorer.points.splat import wait_for_compiled

_USUAL = "mnist-ae-16d"
_REST = 8.0  # seconds of hovering before the fit
_WARM_UP = 100  # moves that are not counted
_SPEC = "tsne:seed=20"  # a seed without an included fit
_PATIENCE = 900.0


def measure_chart(model: str | None = None, spec: str = _SPEC) -> dict[str, Any]:
    """Measure hovers while a chart is fitted, compared with the same window at rest, and the display of the fit.

    125 moves a second over the map, from choosing the chart until it is shown. moving_frames_a_second: paints in which
    points have moved. first_picture_seconds: until the first of them; seconds: until the chart is shown. The baseline
    is PCA and openTSNE with its defaults, in a separate process afterwards.
    """
    model = model or _USUAL
    with _no_fits_kept(), person_at_a_window(model) as person:
        person.wait_for_the_engine()
        wait_for_compiled()
        ends = time.perf_counter() + _REST
        rest = hover_while(person, lambda: time.perf_counter() < ends, _WARM_UP)
        fitting, seen = _fitted(person, ChartSpec.of(spec))
    plain = answer_of("latent_explorer.bench.chart_baseline", folder_to_open(model, Settings()))
    return {
        "hover_while_fitting": Measure.of(fitting.exact).beside("at_rest", rest.exact),
        "fit": seen | plain | {"ratio": seen["seconds"] / (plain["pca_seconds"] + plain["opentsne_seconds"])},
    }


class MovingPoints:
    """Counts the paints of a map in which points have moved. first: the time of the first one, in seconds."""

    def __init__(self, person: Person) -> None:
        self._points, self._canvas = person.pane.points, person.canvas
        self.count, self.first, self.last = 0, 0.0, 0.0
        self._uv = self._points.index.uv
        self._canvas.painted.connect(self._painted)

    def stop(self) -> None:
        self._canvas.painted.disconnect(self._painted)

    def _painted(self) -> None:
        if self._points.index.uv is not self._uv and len(self._points.index.uv):
            self._uv, self.last = self._points.index.uv, time.perf_counter()
            self.first = self.first or self.last
            self.count += 1


def _fitted(person: Person, spec: ChartSpec) -> tuple[HoverTimes, dict[str, float]]:
    pane, began = person.pane, time.perf_counter()
    moving = MovingPoints(person)
    pane.see_through(spec)
    times = hover_while(person, lambda: pane.charting.fitting and time.perf_counter() < began + _PATIENCE, 0)
    person.wait_until(lambda: not pane.charting.busy and person.bundle.chart_text == str(spec))
    moving.stop()
    taken = time.perf_counter() - began
    return times, {
        "seconds": taken,
        "first_picture_seconds": moving.first - began if moving.count else taken,
        "moving_frames": moving.count,
        "moving_frames_a_second": moving.count / taken,
    }


@contextmanager
def _no_fits_kept() -> Iterator[None]:
    """A context with an empty cache of fits."""
    name, before = "XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ[name] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before
