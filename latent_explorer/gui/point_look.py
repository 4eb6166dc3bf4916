"""How large and how strong the points are drawn: chosen under Layers, and remembered."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from latent_explorer.gui.map.points import OPACITY, PointLayer
from latent_explorer.gui.settings import Settings

if TYPE_CHECKING:
    from latent_explorer.gui.window import MainWindow

_SIZES = (50, 200)  # percent of the usual
_TIP = "Size of the dots. Whatever is chosen, they grow as one comes closer, and are clearer where they stand alone."


def recall(points: PointLayer, settings: Settings) -> None:
    """Draw points as was chosen last."""
    points.opacity = settings.number("point opacity", OPACITY, 0.05, 1.0)
    points.size = settings.number("point size", 100, *_SIZES) / 100


class PointLook(QObject):
    """Offers the size of the points of a window, after the layer listed last; remembers it and their opacity."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.slider = window.layers.add_slider("Point size", *_SIZES, round(100 * window.points.size), _TIP)
        self.slider.valueChanged.connect(self._choose_size)
        window.layers.changed.connect(self._remember_opacity)

    def _choose_size(self, percent: int) -> None:
        self._window.settings.set_text("point size", str(percent))
        self._window.points.resize(percent / 100)
        self._window.canvas.refresh()

    def _remember_opacity(self, name: str, _: bool, opacity: float) -> None:
        if name == "Points":
            self._window.settings.set_text("point opacity", str(opacity))
