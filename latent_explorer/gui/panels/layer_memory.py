"""Which layers are shown, and how strong, from one launch to the next."""

from PyQt6.QtCore import QObject

from latent_explorer.gui.panels.legend import LayerPanel
from latent_explorer.gui.settings import Settings

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
