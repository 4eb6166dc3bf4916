"""How large the points are drawn: chosen under Layers, and remembered."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow

_SIZES = (50, 200)  # percent of the usual
_TIP = "Size of the dots. Whatever is chosen, they grow as one comes closer, and are clearer where they stand alone."


class PointLook(QObject):
    """Offers the size of the points of a window, after the layer listed last, and remembers it."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.points.size = window.settings.number("point size", 100, *_SIZES) / 100
        self.slider = window.layers.add_slider("Point size", *_SIZES, round(100 * window.points.size), _TIP)
        self.slider.valueChanged.connect(self._choose_size)

    def _choose_size(self, percent: int) -> None:
        self._window.settings.set_text("point size", str(percent))
        self._window.points.resize(percent / 100)
        self._window.canvas.refresh()
