"""Figures on how far the current map can be trusted, requested when the panel is visible."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from latent_explorer.engine.client import Answer, EngineClient
from latent_explorer.engine.handlers.measure_map import MapMeasured, MeasureMap
from latent_explorer.gui.panels.chart_trust import ChartTrust
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle


class MapTrust(QObject):
    """Keeps the figures in the chart panel up to date."""

    def __init__(self, client: EngineClient, panel: ChartTrust) -> None:
        super().__init__(panel)
        self._client, self._panel = client, panel
        self._bundle: OpenBundle | None = None
        self._uv: NDArray[np.float32] | None = None
        self._asked = 0
        panel.wanted.connect(self.ask)

    def open(self, bundle: OpenBundle) -> None:
        """Show another bundle or chart; keeps the figures if all points are at the same places."""
        self._bundle = bundle
        if self._panel.known and self._uv is not None and np.array_equal(self._uv, bundle.uv):
            return
        self._panel.say("")
        self._asked = 0
        if self._panel.isVisible():
            self.ask()

    def leave(self) -> None:
        """Clear the figures while a fit moves the points."""
        self._bundle = None
        self._panel.say("Measured once the chart is fitted")

    def ask(self) -> None:
        """Request the figures."""
        if self._bundle is not None and not self._panel.known:
            self._panel.say("Being measured…")
            self._asked = self._client.ask(MeasureMap, self._bundle.chart_text)

    def again(self) -> None:
        """Request the figures again if a request was dropped."""
        if self._asked:
            self.ask()

    def take(self, answer: Answer) -> None:
        """Show the figures, or the reason why there are none."""
        reply, bundle = answer.reply, self._bundle
        if bundle is None or reply.number != self._asked:
            return
        self._asked = 0
        if isinstance(reply, MapMeasured):
            self._uv = bundle.uv
            self._panel.show_figures(reply, len(bundle.uv))
        elif isinstance(reply, Refused):
            self._panel.say(f"Not measured: {reply.reason}")
