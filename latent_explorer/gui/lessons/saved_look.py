"""How a person had the maps look before a lesson, so that it leaves them as it found them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from latent_explorer.charts import ChartSpec
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.settings import Settings, ShownLayer


@dataclass(frozen=True)
class LookBefore:
    """layers: how each was left, by title; None where it is as usual. colour: what points were coloured by.

    charts: through which each bundle was seen when it was first open in the lesson, by its folder.
    """

    layers: Mapping[str, ShownLayer | None]
    colour: str
    charts: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, pane: MapPane, settings: Settings) -> "LookBefore":
        """As it is now."""
        return cls({title: _left(settings, title) for title in pane.layers.by_title}, pane.colourer.colouring.name)

    def notice(self, panes: Sequence[MapPane]) -> None:
        """Keep the charts of bundles that were not open before."""
        for pane in panes:
            if pane.bundle is not None and pane.opener.idle:
                self.charts.setdefault(pane.bundle.folder, pane.bundle.chart_text)

    def restore(self, panes: Sequence[MapPane], settings: Settings) -> None:
        """Have all maps look so again, as far as a person has changed it since."""
        for title, before in self.layers.items():
            if before != _left(settings, title):
                for pane in panes:
                    wanted = before or _usual(pane, title)
                    pane.layers.put(title, wanted.shown, wanted.opacity)
                settings.put(wanted, title)
        for pane in panes:
            chart = None if pane.bundle is None else self.charts.get(pane.bundle.folder)
            if pane.bundle is not None and chart is not None and chart != pane.bundle.chart_text:
                pane.see_through(ChartSpec.of(chart))
            if pane.colourer.colouring.name != self.colour:
                pane.colourer.choose(self.colour)


def _left(settings: Settings, title: str) -> ShownLayer | None:
    return settings.get(ShownLayer, title) if settings.keeps(ShownLayer, title) else None


def _usual(pane: MapPane, title: str) -> ShownLayer:
    """How a layer is shown of what is open, as long as nobody has chosen."""
    layer = pane.layers.by_title[title]
    if layer.bundle is None:
        return ShownLayer(layer.visible, layer.opacity)
    return ShownLayer(*layer.usual(layer.bundle))
