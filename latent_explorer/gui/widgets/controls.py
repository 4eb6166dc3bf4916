"""Buttons, boxes and sliders for panels."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QHelpEvent, QMouseEvent, QPaintEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QLabel,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionSlider,
    QStylePainter,
    QToolButton,
    QToolTip,
    QWidget,
)

from latent_explorer.gui.widgets.plain import PlainLabel, tooltip

REFUSED = "refused"
"""The property of a field whose text was refused: it keeps the focus after Enter, so that it can be corrected."""

_BESIDE_TEXT = 4  # pixels that styles keep free beside the text

_Control = TypeVar("_Control", bound=QWidget)


def _named(control: _Control, name: str, tip: str) -> _Control:
    control.setToolTip(tooltip(tip))
    control.setAccessibleName(name)
    return control


def tool_button(text: str, tip: str, pressed: Callable[[], object] = lambda: None, wide: bool = False) -> QToolButton:
    """A tool button. wide: it expands to the available width."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tooltip(tip))
    button.clicked.connect(lambda: pressed())
    if wide:
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return button


class JumpSlider(QSlider):
    """A horizontal slider whose handle jumps to a click on its groove, and can be dragged from there."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        style = self.style()
        if event is not None and style is not None and event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
            handle = style.subControlRect(control, option, part, self)
            if not handle.contains(event.position().toPoint()):
                room, x = self.width() - handle.width(), round(event.position().x() - handle.width() / 2)
                self.setSliderPosition(
                    QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x, room, option.upsideDown)
                )
        super().mousePressEvent(event)


def slider(name: str, least: int, most: int, value: int, tip: str, narrowest: int = 48) -> QSlider:
    made = _named(JumpSlider(), name, tip)
    made.setRange(least, most)
    made.setValue(value)
    made.setMinimumWidth(narrowest)
    return made


class Choice(QComboBox):
    """A combo box that elides its current text if it is too long, with the full text as tooltip.

    Its popup is as wide as its entries.
    """

    def cut_text(self) -> str:
        """The current text, elided to the available width."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return self._cut(option)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self._cut(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def event(self, event: QEvent | None) -> bool:
        if (
            isinstance(event, QHelpEvent)
            and event.type() == QEvent.Type.ToolTip
            and self.cut_text() != self.currentText()
        ):
            QToolTip.showText(event.globalPos(), tooltip(self.currentText()) + self.toolTip(), self)
            return True
        return super().event(event)

    def showPopup(self) -> None:
        if (entries := self.view()) is not None:
            bar = entries.verticalScrollBar()
            entries.setMinimumWidth(entries.sizeHintForColumn(0) + (0 if bar is None else bar.sizeHint().width()))
        super().showPopup()

    def _cut(self, option: QStyleOptionComboBox) -> str:
        style = self.style()
        assert style is not None
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = style.subControlRect(control, option, part, self).width() - _BESIDE_TEXT
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)


def combo_box(choices: Iterable[str], tip: str) -> QComboBox:
    box = _named(Choice(), tip, tip)
    box.addItems(choices)
    return box


def spin_box(least: int, most: int, value: int, unit: str, tip: str) -> QSpinBox:
    """A spin box whose value changes when typing is finished."""
    box = _named(QSpinBox(), tip, tip)
    box.setRange(least, most)
    box.setValue(value)
    box.setSuffix(unit)
    box.setMaximumWidth(94)
    box.setKeyboardTracking(False)
    return box


def hint(text: str) -> QLabel:
    """A faint text, such as instructions while nothing is shown."""
    label = PlainLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "faint")
    return label
