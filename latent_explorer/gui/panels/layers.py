"""The panel of layers: visibility and opacity, which are saved."""

from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QGridLayout, QSlider, QToolButton, QWidget

from latent_explorer.gui.settings import Settings, ShownLayer
from latent_explorer.gui.widgets.controls import hint, slider, tool_button
from latent_explorer.gui.widgets.parts import Scrolling
from latent_explorer.gui.widgets.plain import tooltip


class LayerPanel(Scrolling):
    """Visibility and opacity of the layers. changed: with the layer's name, whether it is shown, and its opacity."""

    changed = pyqtSignal(str, bool, float)

    def __init__(self) -> None:
        super().__init__()
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(8, 4, 8, 6)
        self._grid.setVerticalSpacing(4)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._chosen = True  # whether the current change is by the user
        self._controls: dict[str, tuple[QToolButton, QSlider | None, str]] = {}  # with the text of the tooltip
        self.setWidget(inside)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click on a button leaves the focus on the map

    def add(self, name: str, shown: bool, opacity: float | None, tip: str) -> None:
        """Add a layer; without an opacity, it has no slider."""
        button, strength, row = tool_button(name, tip, wide=True), None, self._grid.rowCount()
        button.setCheckable(True)
        button.setChecked(shown)
        self._grid.addWidget(button, row, 0)
        if opacity is not None:
            words = f"Opacity of the {name.lower()}"
            strength = slider(words, 5, 100, round(100 * opacity), words, 40)
            strength.valueChanged.connect(partial(self._tell, name))
            self._grid.addWidget(strength, row, 1)
        self._controls[name] = button, strength, tip
        button.toggled.connect(partial(self._tell, name))

    def add_slider(self, name: str, least: int, most: int, value: int, tip: str) -> QSlider:
        """Add another slider below the last layer."""
        label, made, row = hint(name), slider(name, least, most, value, tip), self._grid.rowCount()
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setToolTip(tooltip(tip))
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(made, row, 1)
        return made

    def add_choice(self, box: QComboBox) -> None:
        """Add a combo box below the last layer."""
        box.setMinimumContentsLength(8)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus on the map
        self._grid.addWidget(box, self._grid.rowCount(), 0, 1, 2)

    def remember(self, settings: Settings) -> None:
        """Restore the layers from the settings, and save changes from now on."""
        for name, (button, strength, _) in self._controls.items():
            left = settings.get(ShownLayer, name, ShownLayer(*self.layers()[name]))
            if strength is not None:
                strength.setValue(round(100 * left.opacity))
            button.setChecked(left.shown)

        def keep(name: str, shown: bool, opacity: float) -> None:
            if self._chosen:
                settings.put(ShownLayer(shown, opacity), name)

        self.changed.connect(keep)

    def show_usual(self, name: str, shown: bool, opacity: float) -> None:
        """Show a layer with the default for the open bundle, without saving it."""
        button, strength, _ = self._controls[name]
        self._chosen = False
        button.setChecked(shown)
        if strength is not None:
            strength.setValue(round(100 * opacity))
        self._chosen = True

    def enable(self, name: str, lacking: str = "") -> None:
        """Enable a layer, or disable it with what is lacking as tooltip."""
        button, strength, tip = self._controls[name]
        button.setEnabled(not lacking)
        button.setToolTip(tooltip(tip + (f"\n\nNot available: {lacking}." if lacking else "")))
        if strength is not None:
            strength.setEnabled(not lacking)

    def offers(self, name: str) -> bool:
        return self._controls[name][0].isEnabled()

    def toggle(self, name: str) -> None:
        self._controls[name][0].toggle()

    def layers(self) -> dict[str, tuple[bool, float]]:
        """Whether each layer is shown, and how strong."""
        return {
            name: (button.isChecked(), 1.0 if strength is None else strength.value() / 100)
            for name, (button, strength, _) in self._controls.items()
        }

    def _tell(self, name: str, _: object) -> None:
        self.changed.emit(name, *self.layers()[name])
