"""Missed frames of the window during panning, zooming and hovering over an atlas that starts empty.

Each scene runs in a separate process: `python -m latent_explorer.bench.frames_bench SCENE FOLDER SECONDS` prints JSON.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.bench.hand import Hand, play
from latent_explorer.bench.hover_bench import HoverTimes
from latent_explorer.bench.measure import answer_of, timed, use_a_display
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.bench.walking import paths_under_way
from latent_explorer.bundles import Latents
from latent_explorer.engine.process import Engine, ProcessEngine, ThreadEngine
from latent_explorer.errors import UserError
from latent_explorer.gui.app import Window, application, collect_garbage_here, folder_to_open
from latent_explorer.gui.settings import Settings
from latent_explorer.runs.plan import Plan
from latent_explorer.session import OpenBundle

SCENES = ("frames_70k", "frames_1m", "frames_10m", "paths", "training", "baseline_thread", "baseline_scatter")
SIZE = (1280, 800)
POINTS = {"frames_1m": 10**6, "frames_10m": 10**7}
_EMPTY_SHARE = 0.25  # share of a scene's seconds for the empty window
_WARM_UP = 2.0
_SPREAD = 0.02  # distance of a synthetic point from a real one, in units of the spread of the data
_PATIENCE = 120.0
_EPOCHS = 200  # enough for the run to last for the whole measurement
_SOAK_EVERY = 30.0
_SOAK_CACHE = 32 * 2**20  # bytes; small, so that growth after it is full is a leak

Figures = dict[str, float | None]


def measure_frames(model: str | None, seconds: float) -> dict[str, Figures]:
    """Measure each scene with the same scripted mouse, compared with an empty pyqtgraph window of the same size.

    The real window shows the bundle's own points, then a million and ten million synthetic ones, then computes one path
    after the other, then shows a training run; the baselines are the engine as a thread of the window's process, and
    the points as a ScatterPlotItem.
    """
    folder = folder_to_open(model, Settings())
    if folder is None:
        raise UserError("no bundle was found; name one with --model")
    found = {}
    for scene in SCENES:
        empty = _run("empty", folder, max(1.0, seconds * _EMPTY_SHARE))["over_16ms_percent"]
        found[scene] = {**_run(scene, folder, seconds), "empty_window_over_16ms_percent": empty}
    return found


def _run(scene: str, folder: Path, seconds: float) -> Figures:
    try:
        found: Figures = answer_of("latent_explorer.bench.frames_bench", scene, folder, seconds)
    except UserError as error:
        raise UserError(f"the scene {scene} failed: {error}") from error
    return found


def measure_empty(seconds: float) -> Figures:
    """The share of frames over 16.7 ms of an empty pyqtgraph window with the same mouse, in percent."""
    use_a_display()
    app = application()
    window = pyqtgraph.GraphicsLayoutWidget()
    window.addPlot()
    window.resize(*SIZE)
    window.show()
    app.processEvents()
    inputs = Hand(window.viewport()).wander()
    play(inputs, _WARM_UP)
    return {"over_16ms_percent": play(inputs, seconds).over(16.7)}


def measure_scene(scene: str, folder: Path, seconds: float) -> Figures:
    """The frames of one scene in the real window, starting with an empty atlas; keys as printed by `bench frames`."""
    engine: Callable[[], Engine] = ThreadEngine if scene == "baseline_thread" else ProcessEngine
    with person_at_a_window(str(folder), SIZE, start_engine=engine) as person:
        person.wait_for_the_engine()
        if scene in POINTS:
            _show_more_points(person, POINTS[scene])
        if scene == "baseline_scatter":
            person.window.pane.points.paint = ScatterLayer(person.window).paint  # type: ignore[method-assign]
            person.window.pane.canvas.refresh()
        with _UNDER_WAY.get(scene, nullcontext)(person):
            keep = collect_garbage_here()
            measured = _measure(person, seconds)
            keep.stop()
        return measured


def soak(model: str, seconds: float) -> None:
    """Move around, and print the memory of the window and its engine every half minute, in MiB."""
    with person_at_a_window(model) as person:
        person.wait_for_the_engine()
        person.window.pane.feed.cache.limit = _SOAK_CACHE
        keep = collect_garbage_here()
        inputs = Hand(person.surface).wander()
        for _ in range(round(seconds / _SOAK_EVERY)):
            play(inputs, _SOAK_EVERY)
            print(resident_mib(person.window), flush=True)
        keep.stop()


@contextmanager
def training_under_way(person: Person) -> Iterator[None]:
    """A context in which a network with default settings is trained, with the newest snapshot on the map."""
    window = person.window
    with tempfile.TemporaryDirectory() as folder:
        window.workbench.trainer.folder = Path(folder)
        window.workbench.docks.bring("Training")
        person.wait_until(lambda: window.workbench.training.is_made)
        window.workbench.training.setup.form.choose(epochs=_EPOCHS)
        plan: Plan = window.workbench.training.setup.form.plan
        window.workbench.trainer.begin(plan.to_job(Path(folder)))
        person.wait_until(lambda: window.pane.navigator.shown is not None and window.pane.ready, _PATIENCE)
        try:
            yield
        finally:
            window.workbench.trainer.stop(keep=False)
            person.wait_until(lambda: not window.workbench.trainer.busy, _PATIENCE)


_UNDER_WAY: dict[str, Callable[[Person], AbstractContextManager[Any]]] = {
    "training": training_under_way,
    "paths": paths_under_way,
}


def _measure(person: Person, seconds: float) -> Figures:
    window, inputs = person.window, Hand(person.surface).wander()
    play(inputs, min(_WARM_UP, seconds))
    person.forget_tiles()
    window.pane.canvas.refresh()
    hovers, redraws, topics = _watch_hovers(window), _watch_points(window), list[str]()
    window.pane.arrived.connect(lambda event: topics.append(getattr(event, "topic", "")))
    memory = resident_mib(window)
    times = play(inputs, seconds)
    return {
        "over_16ms_percent": times.over(16.7),
        "empty_window_over_16ms_percent": None,
        "over_33ms_percent": times.over(33.3),
        "longest_stall_ms": times.stall,
        "hover_exact_p99_ms": _percentile(hovers.exact, 99),
        "hover_interpolated_p99_ms": _percentile(hovers.interpolated, 99),
        "points_redraw_median_ms": _percentile(redraws, 50),
        "tiles_per_second": topics.count("tiles") / seconds,
        "memory_start_mib": memory,
        "memory_end_mib": resident_mib(window),
    }


def _watch_hovers(window: Window) -> HoverTimes:
    """Record the times from each hover to its exact and interpolated picture painted."""
    times, prober = HoverTimes(), window.pane.prober
    hover = prober.hover

    def watched(u: float, v: float) -> None:
        started, before = time.perf_counter(), prober.interpolated.total
        times.moved()
        hover(u, v)
        if prober.interpolated.total != before:
            times.interpolated.append(1000 * (time.perf_counter() - started))

    window.pane.canvas.hovered.disconnect(hover)
    window.pane.canvas.hovered.connect(watched)
    prober.on_exact = times.painted
    return times


def _watch_points(window: Window) -> list[float]:
    """Record the time of drawing points for each new view, in milliseconds."""
    paint, redraws, seen = window.pane.points.paint, [], [None]

    def watched(painter: Any, view: Any, ratio: float) -> None:
        milliseconds = timed(lambda: paint(painter, view, ratio))
        if view != seen[0]:
            redraws.append(milliseconds)
        seen[0] = view

    window.pane.points.paint = watched  # type: ignore[method-assign]
    return redraws


class ScatterLayer:
    """Paints a window's points like a single ScatterPlotItem in a plot that fills the map."""

    def __init__(self, window: Window) -> None:
        assert window.pane.session is not None
        bundle, theme = window.pane.session.bundle, window.workbench.theme
        self._graphics = pyqtgraph.GraphicsView(background=None)
        self._box = pyqtgraph.ViewBox(enableMenu=False, defaultPadding=0)
        self._graphics.setCentralItem(self._box)
        labels = bundle.latents.label if bundle.latents.label is not None else np.zeros(len(bundle.uv), np.int64)
        brushes = [pyqtgraph.mkBrush(QColor(theme.class_colour(k))) for k in range(int(labels.max()) + 1)]
        points = pyqtgraph.ScatterPlotItem(size=3, pen=None, pxMode=True)
        points.setData(pos=bundle.uv, brush=[brushes[label] for label in labels])
        self._box.addItem(points)

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Draw the points of a view."""
        self._graphics.resize(view.width, view.height)
        region = view.region
        self._box.setRange(xRange=(region.left, region.right), yRange=(region.bottom, region.top), padding=0)
        self._graphics.render(painter, QRectF(0, 0, view.width, view.height))


def _show_more_points(person: Person, count: int) -> None:
    """Show synthetic points, each near a real one and of its class, in the point layer."""
    window = person.window
    window.pane.points.dress(more_points(person.bundle, count), frozenset(), window.workbench.theme)
    person.wait_until(lambda: not window.pane.points.sorting)
    window.pane.canvas.refresh()


def more_points(bundle: OpenBundle, count: int) -> OpenBundle:
    """The bundle with `count` points, each near one of its own and of its class."""
    random = np.random.default_rng(0)
    chosen = random.integers(0, len(bundle.uv), count)
    uv = bundle.uv[chosen] + random.standard_normal((count, 2), np.float32) * (_SPREAD * bundle.uv.std(0))
    label = None if bundle.latents.label is None else bundle.latents.label[chosen]
    # the layer reads only the labels of latents; plane points stand in for the rest
    latents = Latents(uv, None, label, bundle.latents.split[chosen], np.zeros(count, np.float32))
    return replace(bundle, latents=latents, uv=uv.astype(np.float32))


def resident_mib(window: Window) -> float | None:
    """The memory of the window's process and its engine in MiB; None if the system does not report it."""
    numbers = [os.getpid(), getattr(window.pane.client.engine, "pid", None)]
    try:
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in numbers if pid is not None]
    except OSError:
        return None
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _percentile(times: list[float], percent: float) -> float | None:
    return float(np.percentile(times, percent)) if times else None


def main(scene: str, folder: str, seconds: str) -> None:
    """Measure the scene and print it; or soak."""
    match scene:
        case "soak":
            soak(folder, float(seconds))
        case "empty":
            print(json.dumps(measure_empty(float(seconds))))
        case _:
            print(json.dumps(measure_scene(scene, Path(folder), float(seconds))))


if __name__ == "__main__":
    main(*sys.argv[1:4])
