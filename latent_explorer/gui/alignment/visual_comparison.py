"""Visual comparison of linked maps: the morph, relative coordinates, and the translator's closure."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.alignment.curve import ClosureCurve
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.alignment.morph import Morph
from latent_explorer.gui.alignment.relative import RelativeMaps
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.parts import filled


class ByEye(QWidget):
    """Follows the current link. Its parts are created with a link and deleted with it, to keep the launch fast."""

    curve: ClosureCurve
    morph: Morph
    relative: RelativeMaps

    def __init__(self, linking: Linking) -> None:
        super().__init__()
        self._linking, self._theme, self._made = linking, DARK, False
        linking.changed.connect(self._relink)
        self._relink()

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        if self._made:
            self.curve.dress(theme)

    def end(self) -> None:
        """Stop following; the widgets are deleted with the window."""
        self._linking.changed.disconnect(self._relink)
        if self._made:
            self.morph.open(None)
            self.relative.open(None)
            self.curve.end()

    def _make(self) -> None:
        self.curve, self.morph, self.relative, self._made = ClosureCurve(), Morph(), RelativeMaps(), True
        filled(QVBoxLayout(self), self.morph, self.relative, self.curve, spacing=10)
        self.curve.dress(self._theme)

    def _unmake(self) -> None:
        """Delete all parts; the next link creates new ones."""
        self._made = False
        self.curve.end()
        for part in (self.morph, self.relative, self.curve):
            part.setParent(None)
            part.deleteLater()
        QWidget().setLayout(self.layout())  # releases the layout

    def _relink(self) -> None:
        link = self._linking.link
        if link is not None and not self._made:
            self._make()
        if self._made:
            for part in (self.morph, self.relative, self.curve):
                part.open(link)
        if self._made and link is None:
            self._unmake()
