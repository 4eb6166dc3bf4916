"""What the window shows and what the pointer does, as the conditions of lessons ask for it."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region
from latent_explorer.charts import ChartSpec
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.lessons.runs import RunWatch
from latent_explorer.gui.lessons.uses import LessonUses
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.lessons.situation import MapSeen, PathSeen, PlaceSeen, Pointed, Situation
from latent_explorer.session import OpenBundle, Route

_MOST = 70_000  # images that a place is compared with: more would cost frames
_PAUSE = 0.5  # seconds between two looks, at most, that count as time the pointer was there
_ENOUGH = 0.1  # of the points, spread over all
_ANOMALIES = "anomalies"


class PlaceFinder:
    """Says what lies at a place of one map. uv: of its images, as they lie now."""

    def __init__(self, bundle: OpenBundle) -> None:
        every = max(1, -(-len(bundle.uv) // _MOST))
        self.uv, self._bundle = bundle.uv, bundle
        self._some = np.ascontiguousarray(bundle.uv[::every].T)
        self._labels = None if bundle.latents.label is None else bundle.latents.label[::every]
        self.region = Region.around(bundle.home)
        self.width = max(self.region.right - self.region.left, self.region.top - self.region.bottom) or 1.0
        self._known: dict[tuple[float, ...], PlaceSeen] = {}

    def at(self, u: float, v: float) -> PlaceSeen:
        """What lies at a plane point."""
        apart = (self._some[0] - np.float32(u)) ** 2 + (self._some[1] - np.float32(v)) ** 2
        nearest = int(apart.argmin())
        label = "" if self._labels is None else self._bundle.class_names[self._labels[nearest]]
        region = self.region
        inside = region.left <= u <= region.right and region.bottom <= v <= region.top
        return PlaceSeen((u, v), label, float(np.sqrt(apart[nearest])) / self.width, inside)

    def of(self, z: tuple[float, ...]) -> PlaceSeen:
        """What lies where a latent is on the map; remembered, since pins and ends of paths seldom move."""
        if z not in self._known:
            u, v = self._bundle.chart.to_plane(np.array(z, np.float32)).tolist()
            found = self.at(u, v)
            self._known[z] = PlaceSeen(z, found.label, found.gap, found.inside)
        return self._known[z]


class LessonObserver:
    """Looks at the maps of a window, as often as it is asked to. clock: in seconds."""

    def __init__(self, uses: LessonUses, runs: RunWatch) -> None:
        self._uses, self._runs = uses, runs
        self._finders: dict[MapPane, PlaceFinder] = {}
        self._exported = 0
        self._last: tuple[MapPane, tuple[float, float]] | None = None
        self.clock: Callable[[], float] = time.monotonic
        self._when = self.clock()
        uses.exporter.exported.connect(self._count)

    def end(self) -> None:
        """Look no more."""
        self._uses.exporter.exported.disconnect(self._count)
        self._finders.clear()

    def _count(self, _: Path) -> None:
        self._exported += 1

    @property
    def situation(self) -> Situation:
        """What there is now."""
        uses = self._uses
        panes = [pane for pane in uses.panes() if pane.bundle is not None]
        self._finders = {pane: finder for pane, finder in self._finders.items() if pane in panes}
        active, link = uses.active(), uses.linking.link
        alarms, against = self._anomalies()
        return Situation(
            maps=tuple(self._map(pane) for pane in panes),
            active=panes.index(active) if active in panes else 0,
            panels=frozenset(title for title, dock in uses.docks.by_title.items() if _in_sight(dock)),
            linked=link is not None,
            anchors=0 if link is None else len(link.alignment.state.anchors),
            fitted=link is not None and _fitted(link),
            runs=self._runs.seen,
            alarms=alarms,
            against=against,
            exported=self._exported,
        )

    @property
    def pointed(self) -> Pointed | None:
        """What the pointer has done since this was asked last; None where it is over no map."""
        now = self.clock()
        seconds, self._when = min(now - self._when, _PAUSE), now
        looked = [pane for pane in self._uses.panes() if pane.bundle is not None and pane.ready]
        over = [pane for pane in looked if _surveys(pane)]
        if over:
            return self._over(max(over, key=_when_probed), seconds)
        self._last = None
        active = self._uses.active()
        probe = active.prober.probe
        if active in looked and active.bundle is not None and probe is not None and not probe.on_map:
            return Pointed(active.bundle.name, PlaceSeen(), 0.0, seconds, beside=True)
        return None

    def _over(self, pane: MapPane, seconds: float) -> Pointed:
        assert pane.bundle is not None
        assert pane.prober.probe is not None
        uv, lens = pane.prober.probe.uv, pane.lens.held is not None
        finder = self._finder(pane)
        moved = 0.0
        if self._last is not None and self._last[0] is pane:
            moved = float(np.hypot(uv[0] - self._last[1][0], uv[1] - self._last[1][1])) / finder.width
        self._last = pane, uv
        return Pointed(pane.bundle.name, finder.at(*uv), moved, seconds, self._taken_over(pane), lens)

    def _taken_over(self, pane: MapPane) -> bool:
        """Whether the other map shows where the pointer on this one is taken to."""
        hovering, link = self._uses.linking.hovering, self._uses.linking.link
        if hovering is None or link is None:
            return False
        way = hovering.ways[0 if pane is link.source else 1]
        return way.place is not None and way.place.z is not None

    def _finder(self, pane: MapPane) -> PlaceFinder:
        assert pane.bundle is not None
        known = self._finders.get(pane)
        if known is None or known.uv is not pane.bundle.uv:
            known = self._finders[pane] = PlaceFinder(pane.bundle)
        return known

    def _map(self, pane: MapPane) -> MapSeen:
        bundle, session = pane.bundle, pane.session
        assert bundle is not None
        assert session is not None
        finder, state = self._finder(pane), session.state
        layers = {title: layer.opacity for title, layer in pane.layers.by_title.items() if layer.painted}
        classes = frozenset(name for label, name in enumerate(bundle.class_names) if label not in state.hidden)
        conditional = bundle.config.family.conditional and bundle.class_names
        return MapSeen(
            model=bundle.name if pane.opener.idle else "",
            chart="" if pane.charting.busy else ChartSpec.of(bundle.chart_text).kind,
            layers=layers,
            colour=pane.colourer.colouring.name if _coloured(pane) else "",
            classes=classes,
            pins=tuple(finder.of(pin.z) for pin in state.pins),
            path=_path(finder, state.route),
            zoom=pane.canvas.zoomed,
            selected=0 if state.selection is None else state.selection.count,
            decoded_as=bundle.class_names[bundle.label] if conditional else "",
            frame=pane.filmstrip.index,
        )

    def _anomalies(self) -> tuple[float | None, str]:
        """Where the threshold is, once images are judged, and what is compared with."""
        study = self._uses.studies().made(_ANOMALIES)
        if study is None or study.session is None:
            return None, ""
        from latent_explorer.gui.studies.anomalies.study import AnomalyStudy

        assert isinstance(study, AnomalyStudy)
        return (study.alarms if study.has_judged else None), study.source


def _surveys(pane: MapPane) -> bool:
    """Whether the pointer shows a place of a map, or one in its lens."""
    probe = pane.prober.probe
    return pane.prober.pointing and probe is not None and (probe.on_map or pane.lens.held is not None)


def _fitted(link: Link) -> bool:
    """Whether there is a translator, and it is of the anchors there are now."""
    return link.fit is not None and len(link.fit.anchors) == len(link.alignment.state.anchors)


def _coloured(pane: MapPane) -> bool:
    """Whether enough of the points have the colours chosen that one sees what these say."""
    return all(work.share is None or work.share >= _ENOUGH for work in pane.colourer.work)


def _when_probed(pane: MapPane) -> float:
    return 0.0 if pane.prober.probe is None else pane.prober.probe.started


def _path(finder: PlaceFinder, route: Route | None) -> PathSeen | None:
    if route is None:
        return None
    start, end = finder.of(route.start), finder.of(route.end)
    return PathSeen(start, end, route.curve, route.compare, len(route.through))


def _in_sight(dock: object) -> bool:
    from PyQt6.QtWidgets import QDockWidget

    return isinstance(dock, QDockWidget) and dock.isVisible() and not dock.visibleRegion().isEmpty()


def nearest_to_middle(bundle: OpenBundle, label: int) -> NDArray[np.float32] | None:
    """Where a class is on the map (2,): the image nearest to the median of its images; None where it has none."""
    if bundle.latents.label is None:
        return None
    uv = bundle.uv[bundle.latents.label == label]
    if not len(uv):
        return None
    apart = np.square(uv - np.median(uv, 0)).sum(1)
    found: NDArray[np.float32] = uv[apart.argmin()]
    return found
