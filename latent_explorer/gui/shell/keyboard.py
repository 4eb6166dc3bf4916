"""Keyboard focus: fields return it to the map, and lists leave the space bar to the map."""

from collections.abc import Callable
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, Qt, QTimer
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTabBar,
    QWidget,
)

from latent_explorer.gui.widgets.controls import REFUSED

_LEAVE_SPACE = (QAbstractItemView, QAbstractSlider, QTabBar)  # widgets without a use for the space bar
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Keyboard(QObject):
    """Watches the focused widget of a window while it is not the map.

    A text field accepts with Enter and reverts with Esc; both return the focus to the map, as does a click outside the
    field. The space bar in a list or on a slider goes to the map. map_: returns the active map's widget that takes
    keys.
    """

    def __init__(self, window: QWidget, map_: Callable[[], QWidget]) -> None:
        super().__init__(window)
        self._window, self._map = window, map_
        self._focused: QWidget | None = None
        self._field: QLineEdit | None = None
        self._text, self._space = "", False
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._application = application
        application.focusChanged.connect(self._watch)

    def _watch(self, _: QWidget | None, now: QWidget | None) -> None:
        if self._space and now is not self._map():
            self._let_go_of_space()
        inside = now is not None and now.window() is self._window and now is not self._map()
        self._focused = now if inside else None
        self._field = _field_of(self._focused)
        self._text = "" if self._field is None else self._field.text()
        self._application.removeEventFilter(self)
        if inside:
            self._application.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kind = None if event is None else event.type()
        if kind == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            self._clicked(watched)
        if watched is not self._focused or not isinstance(event, QKeyEvent):
            return False
        if self._field is not None:
            return self._key_in_field(self._field, event)
        if event.key() == Qt.Key.Key_Space and isinstance(watched, _LEAVE_SPACE):
            return self._pass_space_on(event)
        return False

    def _key_in_field(self, field: QLineEdit, event: QKeyEvent) -> bool:
        escapes = event.key() == Qt.Key.Key_Escape
        if escapes and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # otherwise it would trigger a shortcut of the window
            return True
        if escapes and event.type() == QEvent.Type.KeyPress:
            field.setText(self._text)
            field.setModified(False)
            QTimer.singleShot(0, self._give_back)  # after the field's own Esc
        elif event.key() in _ENTER and event.type() == QEvent.Type.KeyPress:
            QTimer.singleShot(0, lambda: self._give_back_unless_refused(field))  # after the field's own Enter
        return False

    def _give_back_unless_refused(self, field: QLineEdit) -> None:
        if sip.isdeleted(field) or not field.property(REFUSED):
            self._give_back()

    def _give_back(self) -> None:
        if not sip.isdeleted(self) and QApplication.activeModalWidget() is None:
            self._map().setFocus()

    def _clicked(self, where: QWidget) -> None:
        focused = self._focused
        if self._field is None or focused is None or where.window() is not self._window:
            return
        if where is not focused and not focused.isAncestorOf(where):
            self._give_back()

    def _pass_space_on(self, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            return False
        self._space = event.type() == QEvent.Type.KeyPress
        QApplication.sendEvent(self._map(), event)
        return True

    def _let_go_of_space(self) -> None:
        self._space = False
        release = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._map(), release)


def _field_of(widget: Any) -> QLineEdit | None:
    """The line edit of a widget, if it has one that is editable."""
    if isinstance(widget, QAbstractSpinBox | QComboBox):
        widget = widget.lineEdit()
    return widget if isinstance(widget, QLineEdit) and not widget.isReadOnly() else None
