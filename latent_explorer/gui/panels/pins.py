"""The pins: listed with their pictures, renamed in place, deleted, gone to."""

from PyQt6.QtCore import QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PyQt6.QtWidgets import QAbstractItemView, QLabel, QListWidget, QListWidgetItem, QMenu, QStackedWidget

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
        super().__init__()
        self._filling = False
        self.setIconSize(QSize(_ICON, _ICON))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setToolTip("Double-click goes there, F2 renames, Delete deletes; choose two for a path between them")
        self.setAccessibleName("Pins")
        self.customContextMenuRequested.connect(self._show_menu)
        self.itemChanged.connect(self._tell_name)
        self.itemDoubleClicked.connect(self._tell_place)

    def show_pins(self, pins: tuple[Pin, ...], pictures: dict[tuple[float, ...], QImage]) -> None:
        """List pins, each with the picture at its place where it is known."""
        self._filling = True
        while self.count() > len(pins):
            self.takeItem(self.count() - 1)
        for index, pin in enumerate(pins):  # items stay, so that a name being typed is not lost to a picture that comes
            item = self.item(index) or self._new_item()
            item.setText(pin.name)
            item.setToolTip(", ".join(f"{value:.3f}" for value in pin.z))
            picture = pictures.get(pin.z)
            item.setIcon(QIcon(QPixmap.fromImage(picture.scaled(_ICON, _ICON))) if picture is not None else QIcon())
        self._filling = False

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
            for row in sorted((self.row(item) for item in self.selectedItems()), reverse=True):
                self.delete_wanted.emit(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.gone_to.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _tell_name(self, item: QListWidgetItem) -> None:
        if not self._filling:
            self.renamed.emit(self.row(item), item.text())

    def _tell_place(self, item: QListWidgetItem) -> None:
        self.gone_to.emit(self.row(item))

    def _show_menu(self, at: QPoint) -> None:
        rows = sorted(self.row(item) for item in self.selectedItems())
        if not rows:
            return
        menu = QMenu(self)
        go, rename, delete = menu.addAction("Go there"), menu.addAction("Rename"), menu.addAction("Delete")
        path = menu.addAction("Path between them") if len(rows) == 2 else None
        chosen = menu.exec(self.mapToGlobal(at))
        if chosen is None:
            return
        if chosen is go:
            self.gone_to.emit(rows[0])
        elif chosen is rename:
            self.editItem(self.item(rows[0]))
        elif chosen is delete:
            for row in reversed(rows):
                self.delete_wanted.emit(row)
        elif chosen is path:
            self.path_wanted.emit(rows[0], rows[1])


class PinPanel(QStackedWidget):
    """The list of pins, or a word on how to make one."""

    def __init__(self) -> None:
        super().__init__()
        self.list = PinList()
        hint = QLabel("Click on the map to pin a place.\nDrag a pin to move it.")
        hint.setProperty("role", "faint")
        hint.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        hint.setContentsMargins(10, 8, 8, 8)
        hint.setWordWrap(True)
        self.addWidget(hint)
        self.addWidget(self.list)

    def show_pins(self, pins: tuple[Pin, ...], pictures: dict[tuple[float, ...], QImage]) -> None:
        """List pins; see PinList."""
        self.list.show_pins(pins, pictures)
        self.setCurrentIndex(1 if pins else 0)
