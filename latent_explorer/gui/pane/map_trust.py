"""Asks how far the map that is shown can be trusted, once somebody looks."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.measure_map import MapMeasured, MeasureMap
from latent_explorer.gui.panels.chart_trust import ChartTrust
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle


class MapTrust(QObject):
    """Keeps the figures of the chart's panel those of the map."""

    def __init__(self, client: EngineClient, panel: ChartTrust) -> None:
        super().__init__(panel)
        self._client, self._panel = client, panel
        self._bundle: OpenBundle | None = None
        self._uv: NDArray[np.float32] | None = None
        self._asked = 0
        panel.wanted.connect(self.ask)

    def open(self, bundle: OpenBundle) -> None:
        """Another bundle is shown, or the same through another chart; where all lies as before, so do the figures."""
        self._bundle = bundle
        if self._panel.known and self._uv is not None and np.array_equal(self._uv, bundle.uv):
            return
        self._panel.say("")
        self._asked = 0
        if self._panel.isVisible():
            self.ask()

    def leave(self) -> None:
        """The images move: nothing can be said of their map."""
        self._bundle = None
        self._panel.say("Measured once the chart is fitted")

    def ask(self) -> None:
        """Ask for the figures; opening a bundle has dropped what was asked before."""
        if self._bundle is not None and not self._panel.known:
            self._panel.say("Being measured…")
            self._asked = self._client.ask(MeasureMap, self._bundle.chart_text)

    def again(self) -> None:
        """Ask once more, if that was asked and not answered."""
        if self._asked:
            self.ask()

    def take(self, answer: Answer) -> None:
        """The figures have come, or why there are none."""
        reply, bundle = answer.reply, self._bundle
        if bundle is None or reply.number != self._asked:
            return
        self._asked = 0
        if isinstance(reply, MapMeasured):
            self._uv = bundle.uv
            self._panel.show_figures(reply, len(bundle.uv))
        elif isinstance(reply, Refused):
            self._panel.say(f"Not measured: {reply.reason}")
