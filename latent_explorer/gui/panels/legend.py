"""The legend: the classes, shown, hidden and isolated; and the layers."""

from functools import partial

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QScrollArea, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from latent_explorer.gui.theme import Theme
from latent_explorer.session import OpenBundle


class ClassRow(QWidget):
    """One class: its colour, its name, how many. A click hides or shows it, a double click isolates it.

    toggled, isolated, select_wanted: with the class's label.
    """

    toggled = pyqtSignal(int)
    isolated = pyqtSignal(int)
    select_wanted = pyqtSignal(int)

    def __init__(self, label: int, name: str, count: int, colour: QColor) -> None:
        super().__init__()
        self._label, self._name, self._count, self._colour = label, name, count, colour
        self.shown = True
        self._second_click = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(
            f"Class {name}: {count:,} images\nClick to hide or show, double-click to see it alone, "
            "right-click to select"
        )
        self.setAccessibleName(f"Class {name}")
        select = QAction(f"Select class {name}", self)
        select.triggered.connect(lambda: self.select_wanted.emit(label))
        self.addAction(select)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def sizeHint(self) -> QSize:
        return QSize(150, self.fontMetrics().height() + 8)

    def show_as(self, shown: bool) -> None:
        """Look shown or hidden."""
        self.shown = shown
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
        elif self._second_click:
            self._second_click = False
        elif event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier):
            self.isolated.emit(self._label)
        else:
            self.toggled.emit(self._label)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self._second_click = True  # the release that follows is part of it
        self.toggled.emit(self._label)  # takes back what the first click did
        self.isolated.emit(self._label)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit(self._label)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.isolated.emit(self._label)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(self._colour)
        painter.setBrush(self._colour if self.shown else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(10, middle - 6, 12, 12))
        ink = self.palette().text() if self.shown else self.palette().placeholderText()
        painter.setPen(ink.color())
        inner = QRectF(30, 0, self.width() - 40, self.height())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._name)
        painter.setPen(self.palette().placeholderText().color())
        count = f"{self._count:,}" if self.shown else "hidden"
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


class Legend(QScrollArea):
    """All classes of a bundle.

    toggled, isolated, select_wanted: with a class's label. all_wanted: show all again.
    """

    toggled = pyqtSignal(int)
    isolated = pyqtSignal(int)
    select_wanted = pyqtSignal(int)
    all_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ClassRow] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setMinimumWidth(170)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def set_bundle(self, bundle: OpenBundle, theme: Theme, hidden: frozenset[int]) -> None:
        """List the classes of a bundle."""
        self._rows = [
            ClassRow(label, name, int(bundle.class_counts[label]), theme.class_colour(label))
            for label, name in enumerate(bundle.class_names)
        ]
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(2, 4, 2, 4)
        layout.setSpacing(0)
        for row in self._rows:
            row.toggled.connect(self.toggled)
            row.isolated.connect(self.isolated)
            row.select_wanted.connect(self.select_wanted)
            layout.addWidget(row)
        if not self._rows:
            none = QLabel("These data have no classes.")
            none.setWordWrap(True)
            none.setProperty("role", "faint")
            layout.addWidget(none)
        else:
            layout.addWidget(self._all_button(), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.setWidget(inside)
        self.show_hidden(hidden)

    def show_hidden(self, hidden: frozenset[int]) -> None:
        """Show which classes are hidden."""
        for label, row in enumerate(self._rows):
            row.show_as(label not in hidden)

    def _all_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("Show all")
        button.setToolTip("Show all classes again")
        button.clicked.connect(self.all_wanted)
        return button


class LayerPanel(QScrollArea):
    """Visibility and opacity of the layers. changed: with the layer's name, whether it is shown, and its opacity."""

    changed = pyqtSignal(str, bool, float)

    def __init__(self) -> None:
        super().__init__()
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(8, 4, 14, 6)
        self._grid.setVerticalSpacing(4)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._controls: dict[str, tuple[QToolButton, QSlider | None]] = {}
        self._tips: dict[str, str] = {}
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click on a button leaves the keys to the map
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def add(self, name: str, shown: bool, opacity: float | None, tip: str) -> None:
        """List one more layer; without an opacity, it has none to choose."""
        button, slider, row = QToolButton(), None, self._grid.rowCount()
        button.setText(name)
        button.setCheckable(True)
        button.setChecked(shown)
        button.setToolTip(f"<p>{tip}</p>")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._grid.addWidget(button, row, 0)
        if opacity is not None:
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(5, 100)
            slider.setMinimumWidth(40)
            slider.setValue(round(100 * opacity))
            slider.setToolTip(f"Opacity of the {name.lower()}")
            slider.setAccessibleName(f"Opacity of the {name.lower()}")
            slider.valueChanged.connect(partial(self._tell, name))
            self._grid.addWidget(slider, row, 1)
        self._controls[name], self._tips[name] = (button, slider), tip
        button.toggled.connect(partial(self._tell, name))

    def add_slider(self, name: str, least: int, most: int, value: int, tip: str) -> QSlider:
        """One more slider, of what a layer has beside its opacity, under the layer listed last."""
        label, slider = QLabel(name), QSlider(Qt.Orientation.Horizontal)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setProperty("role", "faint")
        slider.setRange(least, most)
        slider.setMinimumWidth(48)
        slider.setValue(value)
        slider.setAccessibleName(name)
        for widget in (label, slider):
            widget.setToolTip(f"<p>{tip}</p>")
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(slider, row, 1)
        return slider

    def enable(self, name: str, lacking: str = "") -> None:
        """Offer a layer, or not where something is lacking, which its tooltip then says."""
        button, slider = self._controls[name]
        button.setEnabled(not lacking)
        button.setToolTip(f"<p>{self._tips[name]}</p>" + (f"<p>Not here: {lacking}.</p>" if lacking else ""))
        if slider is not None:
            slider.setEnabled(not lacking)

    def offers(self, name: str) -> bool:
        """Whether a layer can be shown."""
        return self._controls[name][0].isEnabled()

    def toggle(self, name: str) -> None:
        """Show a layer that is hidden, hide one that is shown."""
        self._controls[name][0].toggle()

    def show_as(self, name: str, shown: bool, opacity: float) -> None:
        """Show or hide a layer, and how strong, as its button and slider would."""
        button, slider = self._controls[name]
        if slider is not None:
            slider.setValue(round(100 * min(opacity, 1.0)))
        button.setChecked(shown)

    def layers(self) -> dict[str, tuple[bool, float]]:
        """Whether each layer is shown, and how strong."""
        return {
            name: (button.isChecked(), 1.0 if slider is None else slider.value() / 100)
            for name, (button, slider) in self._controls.items()
        }

    def _tell(self, name: str, _: object) -> None:
        self.changed.emit(name, *self.layers()[name])
