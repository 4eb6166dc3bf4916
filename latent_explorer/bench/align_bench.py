"""Two linked maps: from a moved anchor to the redrawn translated images, linked hovers, and a blind translation."""

import itertools
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PyQt6.QtWidgets import QApplication

from latent_explorer.alignment.protocol import Placed
from latent_explorer.bench.hand import Hand, send_mouse
from latent_explorer.bench.hover_bench import HoverTimes, hover_times
from latent_explorer.bench.measure import Measure, answer_of
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.charts import Search
from latent_explorer.errors import UserError
from latent_explorer.gui.alignment.finding import random_anchors
from latent_explorer.gui.alignment.link import Link, LinkFit
from latent_explorer.gui.layers.translated import TranslatedPoints
from latent_explorer.places import find_bundle
from latent_explorer.points.splat import wait_for_compiled

_ANCHORS, _MOVES, _PLAIN_MOVES, _HOVERS, _WARM_UP = 300, 100, 20, 1000, 5
_PERIOD = 1 / 125  # an ordinary mouse reports 125 times a second
_BLIND_PATIENCE = 300.0
_JUDGED = 2000  # images whose translated class is checked
_LEFT = Qt.MouseButton.LeftButton


def measure_align(source: str = "mnist-ae-16d", target: str = "mnist-ae-16d-b") -> dict[str, Any]:
    """Measure a window with two maps, linked by 300 anchors and a kernel.

    moved_to_redrawn: an anchor is dragged on the target's map from image to image, each move after the previous one is
    painted; from the move to the translated images painted. dragged_to_redrawn: the same, with 125 moves a second; a
    move counts until images are painted that were placed for it, or for a newer one. linked_hover: from a move over the
    source's map to the exact pictures of both models painted, compared with the same window with one map. blind: a
    translation without anchors. The first and the last are compared with a baseline in a separate process.
    """
    with person_at_a_window(source) as left:
        left.wait_for_the_engine()
        wait_for_compiled()
        alone = hover_times(left, _HOVERS).exact
        left.window.workbench.open_beside(find_bundle(target))
        right = Person(left.window)
        right.wait_for_the_engine()
        link = _linked(left)
        hovers = linked_hovers(left, _HOVERS)
        moved, dragged = _dragged(right, link, _MOVES)
        blind = _blind(left, link)
    folders = find_bundle(source), find_bundle(target)
    plain = answer_of("latent_explorer.bench.align_baseline", *folders, _ANCHORS, _PLAIN_MOVES)
    return {
        "moved_to_redrawn": Measure.of(moved).beside("plain", plain["moved"]),
        "dragged_to_redrawn": Measure.of(dragged).beside("plain", plain["moved"]),
        "linked_hover": Measure.of(hovers).beside("one_map", alone),
        "blind": blind | {f"plain_{name}": plain[f"blind_{name}"] for name in ("seconds", "right")},
    }


def _linked(person: Person) -> Link:
    """The link of the two maps, fitted on anchors."""
    link = person.window.workbench.linking.link
    if link is None:
        raise UserError("the two maps are not linked")
    link.target.layers.put("Translated points", True, 1.0)
    link.alignment.choose("kernel")
    link.alignment.replace(random_anchors(link, _ANCHORS))
    person.wait_until(lambda: link.fit is not None and link.fit.errors is not None)
    return link


def linked_hovers(person: Person, moves: int) -> list[float]:
    """Milliseconds from each move over the source's map to the pictures of both models painted."""
    workbench, canvas, times = person.window.workbench, person.canvas, HoverTimes()
    hovering, panel = workbench.linking.hovering, workbench.linking.panel
    assert hovering is not None
    way = hovering.ways[0]
    on_map = QRect(canvas.origin.toPoint(), QSize(canvas.view.width, canvas.view.height))
    hand = Hand(person.surface, on_map)

    def painted() -> None:
        if way.place is not None and way.place.picture is not None and way.place.probe.picture is not None:
            times.painted(None)

    pictures = panel.here.picture, panel.there.picture  # the later one counts
    for picture in pictures:
        picture.painted.connect(painted)
    for step in range(_WARM_UP * 20 + moves):
        if step == _WARM_UP * 20:
            times.exact.clear()
        began = time.perf_counter()
        times.moved()
        person.move(hand.curve(step / 125).toPoint())
        _run_until(began + _PERIOD)
    person.wait_until(lambda: not times.waiting)
    for picture in pictures:
        picture.painted.disconnect(painted)
    return times.exact


class RedrawTimes:
    """Milliseconds from each move of an anchor to a paint of images placed for it, or for a newer one.

    waiting: the number of the fit requested by each move, and the time of the move.
    """

    def __init__(self, person: Person, link: Link) -> None:
        self.taken: list[float] = []
        self.waiting: deque[tuple[int, float]] = deque()
        self._person, self._link, self._placed = person, link, 0
        layer = link.target.layers.by_title["Translated points"]
        assert isinstance(layer, TranslatedPoints)
        self._layer = layer
        link.placed.connect(self._take)
        person.canvas.painted.connect(self._painted)

    def seen(self) -> bool:
        """Whether the images of all moves have been painted."""
        return not self.waiting

    def stop(self) -> None:
        self._link.placed.disconnect(self._take)
        self._person.canvas.painted.disconnect(self._painted)

    def move(self, at: QPointF) -> bool:
        """Drag the anchor to a position; returns whether that has requested a new fit."""
        before, began = self._link.asked, time.perf_counter()
        send_mouse(self._person.surface, at, held=_LEFT)
        if self._link.asked == before:
            return False
        self.waiting.append((self._link.asked, began))
        return True

    def _take(self, placed: Placed) -> None:
        self._placed = placed.number if placed.forth else self._placed

    def _painted(self) -> None:
        now = time.perf_counter()
        while self.waiting and self.waiting[0][0] <= self._placed and self._layer.up_to_date:
            self.taken.append(1000 * (now - self.waiting.popleft()[1]))


def _dragged(person: Person, link: Link, moves: int) -> tuple[list[float], list[float]]:
    """Times of an anchor dragged on the target's map: each move after the previous one is painted, and continuously."""
    person.window.workbench.activate(person.pane)
    person.choose("Anchor")
    person.wait(0.3)
    begin = QPointF(person.point(*person.bundle.uv[link.alignment.state.anchors[0][1]].tolist()))
    send_mouse(person.surface, begin, QEvent.Type.MouseButtonPress, _LEFT, _LEFT)
    found = []
    for rests, warm_up in ((True, _WARM_UP), (False, 0)):
        times, stops = RedrawTimes(person, link), _stops(person)
        while len(times.taken) < moves + warm_up:
            began = time.perf_counter()
            times.move(next(stops))
            if rests:
                person.wait_until(times.seen)
            _run_until(began + _PERIOD)
        person.wait_until(times.seen)
        times.stop()
        found.append(times.taken[warm_up:])
    send_mouse(person.surface, begin, QEvent.Type.MouseButtonRelease, _LEFT)
    return found[0], found[1]


def _stops(person: Person) -> Iterator[QPointF]:
    """Places of images along an endless smooth curve over the map."""
    canvas = person.canvas
    hand = Hand(person.surface, QRect(canvas.origin.toPoint(), QSize(canvas.view.width, canvas.view.height)))
    return (hand.curve(step / 25) for step in itertools.count())


def _blind(person: Person, link: Link) -> dict[str, Any]:
    """A translation without anchors. right: the share of images whose nearest image has the same class."""
    began = time.perf_counter()
    link.alignment.choose(growth="blind")
    person.wait_until(lambda: bool(link.trouble) or (link.fit is not None and len(link.fit.grown) > 0), _BLIND_PATIENCE)
    taken = time.perf_counter() - began
    return {"seconds": taken, "right": 0.0 if link.fit is None else _right(link, link.fit)}


def _right(link: Link, fit: LinkFit) -> float:
    source, target = (bundle.latents for bundle in link.bundles)
    some: NDArray[np.int64] = np.random.default_rng(0).permutation(len(source))[:_JUDGED]
    _, nearest = Search(target.mean).of(fit.forth.to(source.mean[some]), 1)
    if source.label is None or target.label is None:
        return float("nan")
    return float((source.label[some] == target.label[nearest[:, 0]]).mean())


def _run_until(due: float) -> None:
    while time.perf_counter() < due:
        QApplication.processEvents()
        time.sleep(0.0002)
