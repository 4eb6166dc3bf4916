"""The pins: listed with their pictures, renamed in place, deleted, gone to."""

from PyQt6.QtCore import QEvent, QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PyQt6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QMenu, QStackedWidget

from latent_explorer.gui.widgets.controls import hint
from latent_explorer.gui.widgets.images import displayed, is_light
from latent_explorer.gui.widgets.plain import tooltip
from latent_explorer.safe_text import safe_text
from latent_explorer.session import Pin

_ICON = 36


class PinList(QListWidget):
    """The pins of a session.

    renamed: index and name. delete_wanted, gone_to, export_wanted: index. path_wanted: the indices of two pins.
    """

    renamed = pyqtSignal(int, str)
    delete_wanted = pyqtSignal(int)
    gone_to = pyqtSignal(int)
    path_wanted = pyqtSignal(int, int)

    def __init__(self) -> None:
        self._shown: tuple[tuple[Pin, ...], dict[tuple[float, ...], QImage]] = (), {}
        super().__init__()
        self.setIconSize(QSize(_ICON, _ICON))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setToolTip("Double-click goes there, F2 renames, Delete deletes; choose two for a path between them")
        self.setAccessibleName("Pins")
        self.customContextMenuRequested.connect(self._show_menu)
        self.itemChanged.connect(lambda item: self.renamed.emit(self.row(item), item.text()))
        self.itemDoubleClicked.connect(lambda item: self.gone_to.emit(self.row(item)))

    def show_pins(self, pins: tuple[Pin, ...], pictures: dict[tuple[float, ...], QImage]) -> None:
        self._shown = pins, pictures
        self.blockSignals(True)  # nobody gives a name
        while self.count() > len(pins):
            self.takeItem(self.count() - 1)
        for index, pin in enumerate(pins):  # items stay, so that a name being typed is not lost to a picture that comes
            item = self.item(index) or self._new_item()
            item.setText(safe_text(pin.name))
            item.setToolTip(tooltip(", ".join(f"{value:.3f}" for value in pin.z)))
            picture = pictures.get(pin.z)
            item.setIcon(QIcon() if picture is None else self._icon(picture))
        self.blockSignals(False)

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
            return  # the Enter that ends a name
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._delete_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.gone_to.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _delete_selected(self) -> None:
        for row in sorted((self.row(item) for item in self.selectedItems()), reverse=True):
            self.delete_wanted.emit(row)

    def _show_menu(self, at: QPoint) -> None:
        rows = sorted(self.row(item) for item in self.selectedItems())
        if not rows:
            return
        menu = QMenu(self)
        menu.addAction("Go there", lambda: self.gone_to.emit(rows[0]))
        menu.addAction("Rename", lambda: self.editItem(self.item(rows[0])))
        menu.addAction("Delete", self._delete_selected)
        if len(rows) == 2:
            menu.addAction("Path between them", lambda: self.path_wanted.emit(*rows))
        menu.exec(self.mapToGlobal(at))


class PinPanel(QStackedWidget):
    """The list of pins, or a word on how to make one."""

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
