"""One scene of `bench frames`, in a process of its own: `python -m … SCENE FOLDER SECONDS`; prints JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from latent_explorer.bench.frames import play
from latent_explorer.bench.hover_bench import HoverTimes
from latent_explorer.bench.person import Person, person_at_a_window, use_a_display
from latent_explorer.bench.training_scene import training_under_way
from latent_explorer.bench.wander import Hand
from latent_explorer.bundles import Latents
from latent_explorer.engine.process import Engine, ProcessEngine, ThreadEngine
from latent_explorer.gui.app import application, collect_garbage_here
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.session import OpenBundle

SIZE = (1280, 800)
POINTS = {"frames_1m": 10**6, "frames_10m": 10**7}
_WARM_UP = 2.0
_SPREAD = 0.02  # of the data's own spread: how far a made-up point lies from a real one


def measure_empty(seconds: float) -> dict[str, float]:
    """The share of frames over 16.7 ms of an empty pyqtgraph window under the same hand, in percent."""
    import pyqtgraph

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


def measure_scene(scene: str, folder: Path, seconds: float) -> dict[str, float | None]:
    """The frames of one scene in the real window, its atlas empty at the start; keys as `bench frames` prints them."""
    engine: Callable[[], Engine] = ThreadEngine if scene == "baseline_thread" else ProcessEngine
    with person_at_a_window(str(folder), SIZE, start_engine=engine) as person:
        person.wait_for_the_engine()
        if scene in POINTS:
            _show_more_points(person.window, POINTS[scene])
        if scene == "baseline_scatter":
            from latent_explorer.bench.scatter_layer import use_scatter_items

            use_scatter_items(person.window)
        with training_under_way(person) if scene == "training" else nullcontext():
            keep = collect_garbage_here()
            measured = _measure(person, seconds)
            keep.stop()
        return measured


def _measure(person: Person, seconds: float) -> dict[str, float | None]:
    window, hand = person.window, Hand(person.canvas.viewport())
    inputs = hand.wander()
    play(inputs, min(_WARM_UP, seconds))
    window.pane.feed.forget_all()
    window.pane.tiles.forget()
    window.pane.canvas.refresh()
    hovers, redraws, tiles = _watch_hovers(window), _watch_points(window), _watch_tiles(window)
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
        "tiles_per_second": len(tiles) / seconds,
        "memory_start_mib": memory,
        "memory_end_mib": resident_mib(window),
    }


def _watch_hovers(window: MainWindow) -> HoverTimes:
    """Notes how long each hover takes to its exact and to its interpolated picture, painted."""
    times, prober = HoverTimes(), window.pane.prober
    hover = prober.hover

    def timed(u: float, v: float) -> None:
        started, before = time.perf_counter(), prober.interpolated.total
        times.waiting.append(started)
        hover(u, v)
        if prober.interpolated.total != before:
            times.interpolated.append(1000 * (time.perf_counter() - started))

    window.pane.canvas.hovered.disconnect(hover)
    window.pane.canvas.hovered.connect(timed)
    prober.on_exact = times.painted
    return times


def _watch_points(window: MainWindow) -> list[float]:
    """Notes how long the points take to be drawn for each new view, in milliseconds."""
    paint, redraws, seen = window.pane.points.paint, [], [None]

    def timed(painter: Any, view: Any, ratio: float) -> None:
        started = time.perf_counter()
        paint(painter, view, ratio)
        if view != seen[0]:
            redraws.append(1000 * (time.perf_counter() - started))
        seen[0] = view

    setattr(window.pane.points, "paint", timed)  # noqa: B010 - mypy takes methods for constants
    return redraws


def _watch_tiles(window: MainWindow) -> list[object]:
    tiles: list[object] = []
    window.pane.arrived.connect(lambda event: tiles.append(event) if getattr(event, "topic", "") == "tiles" else None)
    return tiles


def _show_more_points(window: MainWindow, count: int) -> None:
    """Show made-up points, each near a real one and of its class, in the layer of the real ones."""
    assert window.pane.session is not None
    bundle = window.pane.session.bundle
    window.pane.points.dress(more_points(bundle, count), frozenset(), window.workbench.theme)
    Person(window).wait_until(lambda: not window.pane.points.sorting)
    window.pane.canvas.refresh()


def more_points(bundle: OpenBundle, count: int) -> OpenBundle:
    """The bundle with `count` points, each near one of its own and of its class."""
    random = np.random.default_rng(0)
    chosen = random.integers(0, len(bundle.uv), count)
    uv = bundle.uv[chosen] + random.standard_normal((count, 2), np.float32) * (_SPREAD * bundle.uv.std(0))
    label = None if bundle.latents.label is None else bundle.latents.label[chosen]
    # all that the layer reads of latents are the labels; the plane points stand in for the rest
    latents = Latents(uv, None, label, bundle.latents.split[chosen], np.zeros(count, np.float32))
    return replace(bundle, latents=latents, uv=uv.astype(np.float32))


def resident_mib(window: MainWindow) -> float | None:
    """The memory that the window's process and its engine hold now, in MiB; None where the system does not say."""
    numbers = [os.getpid(), getattr(window.pane.client.engine, "pid", None)]
    try:
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in numbers if pid is not None]
    except OSError:
        return None
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _percentile(times: list[float], percent: float) -> float | None:
    return float(np.percentile(times, percent)) if times else None


def main(scene: str, folder: str, seconds: str) -> None:
    """Measure the scene and print it."""
    found = measure_empty(float(seconds)) if scene == "empty" else measure_scene(scene, Path(folder), float(seconds))
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:4])
