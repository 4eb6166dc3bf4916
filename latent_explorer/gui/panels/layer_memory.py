"""How layers look from one launch to the next: which are shown, how strong, and how large the points are."""

from collections.abc import Callable

from PyQt6.QtCore import QObject

from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.panels.legend import LayerPanel
from latent_explorer.gui.settings import Settings

_SIZES = (50, 200)  # percent of the usual
_TIP = "Size of the dots. Whatever is chosen, they grow as one comes closer, and are clearer where they stand alone."
_SHOWN = {"shown": True, "hidden": False}


class LayerMemory(QObject):
    """Shows the layers of a panel as remembered, and remembers from then on what becomes of them."""

    def __init__(self, panel: LayerPanel, settings: Settings) -> None:
        super().__init__(panel)
        self._settings = settings
        for name, now in panel.layers().items():
            panel.show_as(name, *self._recalled(name, *now))
        panel.changed.connect(self._note)

    def _recalled(self, name: str, shown: bool, opacity: float) -> tuple[bool, float]:
        """How a layer was; as it is now where nothing is remembered that makes sense."""
        word, _, percent = self._settings.text(f"layer {name}", "").partition(" ")
        if word not in _SHOWN or not (percent.isascii() and percent.isdigit()):
            return shown, opacity
        return _SHOWN[word], int(percent) / 100

    def _note(self, name: str, shown: bool, opacity: float) -> None:
        self._settings.set_text(f"layer {name}", f"{'shown' if shown else 'hidden'} {round(100 * opacity)}")


class PointSize(QObject):
    """Offers the size of the points after the layer listed last, and remembers it."""

    def __init__(self, panel: LayerPanel, settings: Settings, points: PointLayer, refresh: Callable[[], None]) -> None:
        super().__init__(panel)
        self._settings, self._points, self._refresh = settings, points, refresh
        points.size = settings.number("point size", 100, *_SIZES) / 100
        self.slider = panel.add_slider("Point size", *_SIZES, round(100 * points.size), _TIP)
        self.slider.valueChanged.connect(self._choose_size)

    def _choose_size(self, percent: int) -> None:
        self._settings.set_text("point size", str(percent))
        self._points.resize(percent / 100)
        self._refresh()
