"""The inspector's sliders for latent dimensions, folded if the map shows all dimensions."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.gui.panels.dimension_list import DimensionList
from latent_explorer.gui.panels.distributions import distributions
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.controls import tool_button
from latent_explorer.gui.widgets.parts import filled
from latent_explorer.session import OpenBundle
from latent_explorer.session.coordinates import LEAST


class DimensionPanel(QWidget):
    """A header that folds the list below it. folded: whether only the header is shown."""

    folded = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.list = DimensionList()
        self.fold_button = tool_button("Dimensions", "Show or hide a slider for every latent dimension", wide=True)
        tip = "List the dimensions that vary most first"
        self.spread_button = tool_button("By spread", tip)
        self._bundle: OpenBundle | None = None
        self._theme: Theme | None = None
        self._shown: NDArray[np.floating] | None = None
        self._decimals = LEAST
        self._lay_out()
        self._fold(True)

    def _lay_out(self) -> None:
        self.fold_button.setCheckable(True)
        self.fold_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold_button.setStyleSheet(
            "QToolButton { border: 1px solid transparent; font-weight: 600; text-align: left; padding: 3px 0; }"
            "QToolButton:checked { background: transparent; color: palette(placeholder-text); }"
            "QToolButton:!checked { color: palette(placeholder-text); }"
            "QToolButton:focus, QToolButton:hover { border-color: palette(highlight); }"
        )
        self.fold_button.toggled.connect(lambda on: self._fold(not on))
        self.spread_button.setCheckable(True)
        self.spread_button.setStyleSheet("padding: 2px 7px;")
        self.spread_button.toggled.connect(lambda on: self.list.sort(by_spread=on))
        header = filled(QHBoxLayout(), self.fold_button, self.spread_button)
        filled(QVBoxLayout(self), header, self.list, 0, spacing=4).setStretchFactor(self.list, 1)

    def set_bundle(self, bundle: OpenBundle, theme: Theme) -> None:
        """Show the dimensions of a bundle in the colours of a theme."""
        before, self._bundle, self._theme = self._bundle, bundle, theme
        if before is not bundle:
            self.list.show_data(None, theme)
        if before is None or not bundle.continues(before):
            count = bundle.config.net.latent_dim
            self.fold_button.setText(f"{count} dimensions" if count > 1 else "1 dimension")
            self.spread_button.setChecked(False)
            self._shown = None
            self.fold_button.setChecked(count > 2)
        self._fill()

    def show_latent(self, z: NDArray[np.floating], decimals: int = LEAST) -> None:
        """Set the sliders to a latent (d,), with numbers rounded to `decimals`."""
        self._shown, self._decimals = z, decimals
        if not self.list.isHidden():
            self.list.show_latent(z, decimals)

    def _fill(self) -> None:
        """Fill the list when it becomes visible, as statistics of ten million points take a while."""
        if self._bundle is None or self._theme is None or self.list.isHidden():
            return
        data = self.list.data
        self.list.show_data(distributions(self._bundle.latents.mean) if data is None else data, self._theme)
        if self._shown is not None:
            self.list.show_latent(self._shown, self._decimals)

    def _fold(self, folded: bool) -> None:
        self.fold_button.setArrowType(Qt.ArrowType.RightArrow if folded else Qt.ArrowType.DownArrow)
        self.list.setHidden(folded)
        self.spread_button.setHidden(folded)
        self._fill()
        self.folded.emit(folded)
