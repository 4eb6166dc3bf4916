"""How two linked maps are compared by eye: the morph, relative coordinates, and the translator's closure."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.alignment.curve import ClosureCurve
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.alignment.morph import Morph
from latent_explorer.gui.alignment.relative import RelativeMaps
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.parts import filled


class ByEye(QWidget):
    """Follows the link that there is."""

    def __init__(self, linking: Linking) -> None:
        super().__init__()
        self._linking = linking
        self.curve, self.morph, self.relative = ClosureCurve(), Morph(), RelativeMaps()
        filled(QVBoxLayout(self), self.morph, self.relative, self.curve, spacing=10)
        linking.changed.connect(self._relink)
        self._relink()

    def dress(self, theme: Theme) -> None:
        self.curve.dress(theme)

    def end(self) -> None:
        """Follow nothing any more; the widgets go with the window."""
        self._linking.changed.disconnect(self._relink)
        self.morph.open(None)
        self.relative.open(None)
        self.curve.end()

    def _relink(self) -> None:
        self.morph.open(self._linking.link)
        self.relative.open(self._linking.link)
        self.curve.open(self._linking.link)
