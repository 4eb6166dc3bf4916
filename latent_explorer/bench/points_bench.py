"""Drawing points while panning and zooming, and picking among them."""

import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QImage, QPainter

from latent_explorer.atlas import Region, TileCache
from latent_explorer.atlas.view import View
from latent_explorer.bench.hand import FRAME, play
from latent_explorer.bench.measure import Measure, answer_of, timed, use_a_display
from latent_explorer.bench.points_baseline import CLASSES, HOME, SIDES, SIZES, clouds, pan_of
from latent_explorer.gui.app import application
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.points.inside import inside
from latent_explorer.points.splat import wait_for_compiled

_STEPS, _ZOOMS, _PICKS, _SELECTIONS, _REACH, _WARM_UP = 300, 40, 100, 10, 9.0, 0.3
_ZOOMED_AT = 0.55 * SIDES[0], 0.45 * SIDES[1]


def measure_points() -> dict[str, Measure]:
    """Measure 70 thousand, a million and ten million points on a map of 1280 x 800 pixels, in milliseconds.

    load_seconds: from giving points to a map until they are painted, in seconds, while the map is panned.
    longest_stall_while_loading_ms: the largest delay of a frame, or time without events. pan: each redraw while panning
    at the home zoom. zoom: each redraw after a wheel step, from the home zoom inwards. pick: finding the point nearest
    to a pixel. box, lasso: finding the points inside, about a third of them, and greying out the others. scatter,
    compared with `pan_70k`: a ScatterPlotItem in a separate process, panned in the same way.
    """
    use_a_display()
    app = application()
    wait_for_compiled()
    found: dict[str, Measure] = {}
    for name, count in SIZES.items():
        found |= {f"{what}_{name}": measure for what, measure in _measured(count, plain=name == "70k")}
    del app  # needed by the map to the end
    return found


def _measured(count: int, plain: bool) -> Iterator[tuple[str, Measure]]:
    uv, label = clouds(count)
    layer = PointLayer(LatestTask("point sorter"))
    seconds, stall = _load(layer, lambda: layer.show(uv, label, CLASSES, frozenset(), DARK))
    yield "load_seconds", Measure.of([seconds], unit="s")
    yield "longest_stall_while_loading_ms", Measure.of([stall])
    home = View().resized(*SIDES).fitted(Region(*HOME))
    pans = itertools.accumulate(range(_STEPS), lambda view, step: view.panned(*pan_of(step)), initial=home)
    zooms = itertools.accumulate(range(_ZOOMS), lambda view, _: view.zoomed(1.25, *_ZOOMED_AT), initial=home)
    pan = Measure.of([_redraw(layer, view) for view in itertools.islice(pans, 1, None)])
    yield "pan", pan.beside("scatter", answer_of("latent_explorer.bench.points_baseline")) if plain else pan
    yield "zoom", Measure.of([_redraw(layer, view) for view in itertools.islice(zooms, 1, None)])
    yield "pick", Measure.of(list(_pick(layer, home)))
    middle, reach = np.median(uv, axis=0).astype(np.float64), 0.7 * float(uv.std())
    for name, corners in (("box", 4), ("lasso", 200)):
        angles = 2 * np.pi * (np.arange(corners) + 0.5) / corners
        outline = middle + reach * 2**0.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        yield name, Measure.of([timed(partial(_select, layer, outline)) for _ in range(_SELECTIONS)])


def _load(layer: PointLayer, show: Callable[[], None]) -> tuple[float, float]:
    """Seconds until a map that is being panned has painted points, and the longest stall in milliseconds."""
    canvas = MapCanvas(TileLayer(TileCache()), layer)
    canvas.resize(*SIDES)
    canvas.set_home(Region(*HOME))
    canvas.show()
    inputs = _panned(canvas)
    play(inputs, _WARM_UP)
    started, stall = time.perf_counter(), timed(show)
    while layer.sorting:
        times = play(inputs, FRAME)
        stall = max(stall, times.stall, *times.frames)
    canvas.viewport().repaint()
    seconds = time.perf_counter() - started
    canvas.close()
    return seconds, stall


def _panned(canvas: MapCanvas) -> Iterator[None]:
    for step in itertools.count():
        canvas.pan(*pan_of(step))
        yield


def _pick(layer: PointLayer, view: View) -> Iterator[float]:
    places = np.random.default_rng(1).uniform((0, 0), SIDES, (_PICKS, 2)).tolist()
    for number, (x, y) in enumerate(places):
        seen = view.zoomed(1.25 ** (number % 20), x, y)
        yield timed(partial(layer.nearest, seen, x, y, _REACH))


def _select(layer: PointLayer, outline: NDArray[np.float64]) -> None:
    layer.select(inside(layer.index, outline))


def _redraw(layer: PointLayer, view: View) -> float:
    """Milliseconds to draw the points over an image."""
    image = QImage(*SIDES, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    milliseconds = timed(lambda: layer.paint(painter, view, 1.0))
    painter.end()
    return milliseconds
