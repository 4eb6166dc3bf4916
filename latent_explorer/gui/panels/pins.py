"""The panel of pins: with pictures, renaming in place, deleting, and going to a pin."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QHelpEvent, QIcon, QImage, QKeyEvent, QPixmap
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QStyledItemDelegate,
    QToolTip,
    QWidget,
)

from latent_explorer.gui.widgets.controls import hint
from latent_explorer.gui.widgets.images import displayed, is_light
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.safe_text import safe_text
from latent_explorer.session import Pin
from latent_explorer.session.coordinates import coordinates_text

_ICON = 22
_TIP = "Click to show a pin, double-click to rename it, right-click for more; Enter goes there, Delete deletes it"


class PinList(QListWidget):
    """The pins of a session.

    renamed: index and name. chosen, gone_to: the index of a pin, by a click or by Enter. delete_wanted: indices.
    menu_wanted: for indices, at a global position. words: returns the text of a latent (d,), for tooltips.
    """

    renamed = pyqtSignal(int, str)
    chosen = pyqtSignal(int)
    delete_wanted = pyqtSignal(object)
    gone_to = pyqtSignal(int)
    menu_wanted = pyqtSignal(object, QPoint)

    def __init__(self) -> None:
        self._shown: tuple[tuple[Pin, ...], dict[tuple[float, ...], QImage]] = (), {}
        super().__init__()
        self.setIconSize(QSize(_ICON, _ICON))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.words: Callable[[NDArray[np.float32]], str] = coordinates_text
        # no renaming by a slow second click, as the pin may be deleted in the meantime
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.DoubleClicked)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setToolTip(tooltip(_TIP))
        self.setAccessibleName("Pins")
        self.setUniformItemSizes(True)
        self.setItemDelegate(_NameEditing(self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.customContextMenuRequested.connect(self._show_menu)
        self.itemChanged.connect(lambda item: self.renamed.emit(self.row(item), item.text()))
        self.itemClicked.connect(self._clicked)

    def show_pins(self, pins: tuple[Pin, ...], pictures: dict[tuple[float, ...], QImage]) -> None:
        self._shown = pins, pictures
        self.blockSignals(True)  # these are not renamings
        while self.count() > len(pins):
            self.takeItem(self.count() - 1)
        for index, pin in enumerate(pins):  # items stay, so that editing a name continues when a picture arrives
            item = self.item(index) or self._new_item()
            item.setText(safe_text(pin.name))
            picture = pictures.get(pin.z)
            item.setIcon(QIcon() if picture is None else self._icon(picture))
        self.blockSignals(False)

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Show the place of a pin as tooltip, with decimals for the current zoom."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            item = self.itemAt(event.pos())
            pin = None if item is None else self._shown[0][self.row(item)]
            words = _TIP if pin is None else f"{pin.name}\n{self.words(pin.latent)}"
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().viewportEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.show_pins(*self._shown)

    def _icon(self, picture: QImage) -> QIcon:
        return QIcon(QPixmap.fromImage(displayed(picture, light=is_light(self)).scaled(_ICON, _ICON)))

    def _new_item(self) -> QListWidgetItem:
        item = QListWidgetItem()
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        self.addItem(item)
        return item

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if self.state() == QAbstractItemView.State.EditingState:
            return  # Enter ended the editing of a name
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._delete_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.gone_to.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _delete_selected(self) -> None:
        if rows := self._rows():
            self.delete_wanted.emit(rows)

    def _rows(self) -> list[int]:
        return sorted(self.row(item) for item in self.selectedItems())

    def _clicked(self, item: QListWidgetItem) -> None:
        if self._rows() == [self.row(item)]:  # otherwise several are selected
            self.chosen.emit(self.row(item))

    def _show_menu(self, at: QPoint) -> None:
        if rows := self._rows():
            self.menu_wanted.emit(rows, self.mapToGlobal(at))


class _NameEditing(QStyledItemDelegate):
    """Keeps the text being edited: Qt would restore the old name whenever the item changes."""

    def setEditorData(self, editor: QWidget | None, index: QModelIndex) -> None:
        if not (isinstance(editor, QLineEdit) and editor.isModified()):
            super().setEditorData(editor, index)


class PinPanel(QStackedWidget):
    """The list of pins, or instructions if there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.list = PinList()
        how = hint("Click on the map to pin a place.\nDrag a pin to move it.")
        how.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        how.setContentsMargins(10, 8, 8, 8)
        self.addWidget(how)
        self.addWidget(self.list)

    def show_pins(self, pins: tuple[Pin, ...], pictures: dict[tuple[float, ...], QImage]) -> None:
        self.list.show_pins(pins, pictures)
        self.setCurrentIndex(1 if pins else 0)
