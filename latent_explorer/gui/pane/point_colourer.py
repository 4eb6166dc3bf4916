"""Colours the points of a pane in the chosen way, and requests the values that it needs from the engine."""

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.engine.client import Answer, EngineClient, Want
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.judge_images import want_scores
from latent_explorer.engine.handlers.judge_points import want_judged
from latent_explorer.gui.layers.point_colours import CLASS, PointColouring, Values, colourings, shading
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.settings import PointLook, Settings
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle

_AT_ONCE = 1024  # points of one request: the values of all come in so many parts, each spread over all of them
_SHOW_MS = 250


class PointColourer(QObject):
    """Colours the points. changed: their colours have changed. chosen: another colouring was chosen, or is possible."""

    changed = pyqtSignal()
    chosen = pyqtSignal()

    def __init__(
        self, client: EngineClient, points: PointLayer, settings: Settings, say: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._client, self._points, self._settings, self._say = client, points, settings, say
        self._bundle: OpenBundle | None = None
        self._theme: Theme | None = None
        self._values: dict[str, Values] = {}  # of the open bundle
        self._given: dict[str, tuple[Values, tuple[str, ...]]] = {}
        self._missing: list[Want] = []
        self._total = 0
        self._soon = timer(self, _SHOW_MS, self._show, once=True)

    @property
    def colouring(self) -> PointColouring:
        """The way chosen; by class where the bundle lacks something for it."""
        found = colourings().get(self._settings.get(PointLook).colour, CLASS)
        return CLASS if self.lacks(found) else found

    def lacks(self, colouring: PointColouring) -> str:
        """What is lacking for a way to colour these points, in words; empty where nothing is."""
        if colouring.given and colouring.name not in self._given:
            return colouring.given
        return "" if self._bundle is None else colouring.lacks(self._bundle)

    @property
    def work(self) -> tuple[Work, ...]:
        """The values that are being computed, if any are, and how many of them there are already."""
        if not self._missing:
            return ()
        words = f"Computing the {self.colouring.title.lower()} of all points"
        return (Work(words, 1 - len(self._missing) / self._total),)

    def choose(self, name: str) -> None:
        """Colour by another way, by its name, and remember it; what was under way is given up."""
        self._settings.change(PointLook, colour=name)
        self._begin()
        self.chosen.emit()

    def open(self, bundle: OpenBundle, theme: Theme) -> None:
        """Begin with another bundle, or another moment of its run."""
        if self._bundle is None or self._bundle.latents is not bundle.latents:
            self._given = {}
        self._values, self._bundle, self._theme = {}, bundle, theme
        self._begin()
        self.chosen.emit()

    def give(self, name: str, values: Values, names: tuple[str, ...]) -> None:
        """The values (n,) of a way whose values are given are these, numbers of categories of these names."""
        new = name not in self._given
        self._given[name] = values, names
        if self._settings.get(PointLook).colour == name:
            self._begin()
        if new:
            self.chosen.emit()

    def take_back(self, name: str) -> None:
        """There are no such values any more."""
        if self._given.pop(name, None) is None:
            return
        if self._settings.get(PointLook).colour == name:
            self._begin()
        self.chosen.emit()

    def see(self, bundle: OpenBundle) -> None:
        """The same bundle is seen through another chart: what is told of the map is no longer so."""
        self._bundle = bundle
        for colouring in _judged():
            self._values.pop(colouring.name, None)
        if self.colouring.judged is not None:
            self._begin()

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        self._show()

    def again(self) -> None:
        """Ask once more for what is missing; opening a bundle has dropped it."""
        self._client.request("colours", self._missing)

    def stop(self) -> None:
        self._soon.stop()

    def take(self, answer: Answer) -> None:
        """Values of some of the points have come, or the reason why there are none."""
        if isinstance(answer.reply, Refused):
            if self._missing:
                self._say(f"Points are not coloured by {self.colouring.title.lower()}: {answer.reply.reason}")
            self._missing = []
            self._client.request("colours", [])
        elif answer.values is not None and isinstance(answer.key, tuple):
            name, start, step, chart = answer.key
            self._take_part(name, start, step, chart, answer.values)
            self._missing = [want for want in self._missing if want.key != answer.key]
            if not self._soon.isActive():
                self._soon.start()

    def _take_part(self, name: str, start: int, step: int, chart: str, values: Values) -> None:
        """Values (m, channels) of every so many-th point; both shares where points of a chart are judged."""
        if chart and self._bundle is not None and chart != self._bundle.chart_text:
            return
        columns = {each.name: each.judged or 0 for each in _judged()} if chart else {name: 0}
        for each, column in columns.items():
            if each in self._values:
                self._values[each][start::step] = values[:, column]

    def _begin(self) -> None:
        colouring, bundle, self._missing = self.colouring, self._bundle, []
        if bundle is None:
            return
        if colouring.given:
            self._values[colouring.name] = self._given[colouring.name][0]
        elif colouring.known is not None:
            known = colouring.known(bundle.latents)
            assert known is not None
            self._values[colouring.name] = known
        elif colouring.field or colouring.score or colouring.judged is not None:
            self._missing = self._wants(bundle, colouring)
        self._total = len(self._missing)
        self._client.request("colours", self._missing)
        self._show()

    def _wants(self, bundle: OpenBundle, colouring: PointColouring) -> list[Want]:
        means, name, field = bundle.latents.mean, colouring.name, colouring.field
        everyone = np.arange(len(means))
        for each in (colouring.name, *(other.name for other in _judged() if colouring.judged is not None)):
            self._values.setdefault(each, np.full(len(means), np.nan, np.float32))
        values = self._values[colouring.name]
        step = -(-len(means) // _AT_ONCE) or 1

        def want(start: int) -> Want:
            if colouring.judged is not None:
                key = (name, start, step, bundle.chart_text)
                return want_judged(key, bundle.chart_text, everyone[start::step].copy())
            if colouring.score:
                return want_scores((name, start, step, ""), (colouring.score,), everyone[start::step].copy())
            part = means[start::step]
            return Want((name, start, step, ""), Evaluate, len(part), lambda n: Evaluate(n, field, part.copy()))

        return [want(start) for start in range(step) if np.isnan(values[start::step]).any()]

    def _show(self) -> None:
        bundle, theme, colouring = self._bundle, self._theme, self.colouring
        if bundle is None or theme is None:
            return
        values = self._values.get(colouring.name)
        names = self._given[colouring.name][1] if colouring.given else ()
        self._points.shade(None if values is None else shading(colouring, values, bundle, theme, names))
        self.changed.emit()


def _judged() -> list[PointColouring]:
    return [each for each in colourings().values() if each.judged is not None]
