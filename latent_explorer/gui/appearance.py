"""The appearance of all maps: the theme, the palette and shapes of classes, decoded pictures. Choices are saved."""

from collections.abc import Sequence

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QGuiApplication

from latent_explorer.gui import theme as themes
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.settings import PictureSettings


class AppearanceControl(QObject):
    """Applies the appearance to all maps. panes: the open ones. dressed: the new Theme, for parts around the maps."""

    dressed = pyqtSignal(object)

    def __init__(self, shared: Shared, panes: Sequence[MapPane]) -> None:
        super().__init__()
        self._shared, self._settings, self._panes = shared, shared.settings, panes
        self.theme = themes.DARK
        self.pictures = PictureSettings.read(shared.settings)
        if (hints := QGuiApplication.styleHints()) is not None:
            hints.colorSchemeChanged.connect(self._follow_system)

    def choose_theme(self, name: str) -> None:
        """Choose "light", "dark", or "system" for the system's setting."""
        self._settings.theme = name
        self.theme = {"light": themes.LIGHT, "dark": themes.DARK}.get(name) or themes.system_theme()
        themes.apply(self.theme)
        self._dress()

    def choose_palette(self, name: str, shapes: bool | None = None) -> None:
        """Use the palette with that name for classes. shapes: as in `choose_shapes`; None for no change."""
        self._shared.choose_palette(name)
        self.choose_shapes(self._shared.shapes if shapes is None else shapes)

    def choose_shapes(self, shapes: bool) -> None:
        """Show each class with its own shape, or all as dots."""
        self._shared.choose_shapes(shapes)
        self._dress()

    def use_pictures(self, pictures: PictureSettings) -> None:
        """Apply settings for showing and caching decoded pictures."""
        self.pictures = pictures
        self._settings.put(pictures)
        for pane in self._panes:
            pane.show_pictures(pictures)

    def _dress(self) -> None:
        self.dressed.emit(self.theme)
        for pane in self._panes:
            pane.dress(self.theme)

    def _follow_system(self) -> None:
        if self._settings.theme == "system":
            self.choose_theme("system")
