"""The description of a map for screen readers: the probed place, the class of the images around it, the zoom."""

from collections.abc import Callable

from PyQt6.QtCore import QObject

from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.prober import Prober
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Readings
from latent_explorer.session import OpenBundle

_REST_MS = 400  # of rest before a new description, which would otherwise change while it is spoken


class SpokenMap(QObject):
    """Updates the description of a canvas once the probe or the view rests."""

    def __init__(
        self,
        canvas: MapCanvas,
        prober: Prober,
        readings: Callable[[], Readings],
        bundle: Callable[[], OpenBundle | None],
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._prober, self._readings, self._bundle = canvas, prober, readings, bundle
        self._timer = timer(self, _REST_MS, self._say, once=True)
        canvas.hovered.connect(self._wait)

    def stop(self) -> None:
        self._timer.stop()

    def _wait(self) -> None:
        self._timer.start()

    def _say(self) -> None:
        words = self.words
        if words != self._canvas.accessibleDescription():
            self._canvas.setAccessibleDescription(words)

    @property
    def words(self) -> str:
        """The place, the most frequent class of the images around it if known, and the zoom."""
        readings = self._readings()
        zoom = f"zoom {readings.zoom}" if readings.zoom else ""
        return ", ".join(part for part in (readings.place, self._class(), zoom) if part)

    def _class(self) -> str:
        probe, bundle = self._prober.probe, self._bundle()
        place = None if probe is None else probe.place
        if place is None or bundle is None or not len(place.shares) or len(place.shares) != len(bundle.class_names):
            return ""
        best = int(place.shares.argmax())
        return f"class {bundle.class_names[best]} ({place.shares[best]:.0%} of the nearest images)"
