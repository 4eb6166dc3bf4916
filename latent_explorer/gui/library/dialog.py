"""File ▸ Open: the bundles as cards in a non-modal window."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from latent_explorer.gui.library.bundle_actions import BundleChanges
from latent_explorer.gui.library.bundle_lister import Shelf
from latent_explorer.gui.library.cards import Card, CardModel, CardPainter, card_at
from latent_explorer.gui.library.inline_question import AskBar
from latent_explorer.gui.widgets.controls import hint, tool_button
from latent_explorer.gui.widgets.folders import show_folder
from latent_explorer.gui.widgets.parts import ask_path, filled
from latent_explorer.gui.widgets.plain import tooltip

_TIPS = {
    "Open beside": "Open the model in a second map",
    "Rename…": "Rename the model (F2)",
    "Duplicate…": "Copy the model to your models",
    "Delete…": "Move the model to the trash (Del)",
    "Show in folder": "Show the files of the model in the file manager",
}
_KEYS = {"Rename…": "F2", "Delete…": "Del"}
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class BundleList(QDialog):
    """A window to choose a bundle to open, and to manage the user's bundles.

    chosen: the folder of a bundle to open. beside: to open in a second map. browsed: a folder from elsewhere.
    """

    chosen = pyqtSignal(object)
    beside = pyqtSignal(object)
    browsed = pyqtSignal(object)

    def __init__(
        self, parent: QWidget, recent: Callable[[], Iterable[Path]], shown: Path | None, in_use: Callable[[Path], str]
    ) -> None:
        super().__init__(parent)
        self._recent, self._wanted = recent, shown
        self.setWindowTitle("Open")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search, self.list, self.model = QLineEdit(), QListView(), CardModel()
        self.nothing = hint("")
        self.bar = AskBar(self._answered)
        self.changes, self.shelf = BundleChanges(self.bar, in_use), Shelf()
        self._make_list()
        self._make_buttons()
        self._lay_out()
        self._wire()
        self.refresh()

    def _make_list(self) -> None:
        self.search.setPlaceholderText("Search by name, dataset, family or dimensions")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search")
        self.search.installEventFilter(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(CardPainter(self.list))
        self.list.setAccessibleName("Models")
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _make_buttons(self) -> None:
        self.open_button = tool_button("Open", "Open the model in the active map (Enter)", self.accept_card)
        self.browse = tool_button("Browse…", "Open a model from another folder", self._browse)
        do: tuple[Callable[[Card], object], ...] = (
            partial(self._leave_with, self.beside.emit),
            self.changes.rename,
            self.changes.duplicate,
            self.changes.delete,
            self._show_folder,
        )
        self.actions_by_text = {text: self._action(text, run) for text, run in zip(_TIPS, do, strict=True)}

    def _action(self, text: str, do: Callable[[Card], object]) -> QAction:
        action = QAction(text, self.list)
        action.setIconText(text)  # otherwise a button omits the dots
        action.setShortcut(QKeySequence(_KEYS.get(text, "")))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: self._do(do))
        self.list.addAction(action)
        return action

    def _lay_out(self) -> None:
        beside, *own = map(_button_of, self.actions_by_text.values())
        row = filled(QHBoxLayout(), *own, 1)
        last = filled(QHBoxLayout(), self.browse, 1, beside, self.open_button)
        parts = self.search, self.nothing, self.list, row, self.bar, last
        filled(QVBoxLayout(self), *parts, spacing=9, margins=(14, 14, 14, 12)).setStretchFactor(self.list, 1)
        screen = self.screen()
        free = screen.availableSize() if screen is not None else self.size()
        self.resize(min(620, free.width() - 40), min(680, free.height() - 60))
        self.setMinimumSize(380, 320)
        self.search.setFocus()

    def _wire(self) -> None:
        self.search.textChanged.connect(self._search)
        self.list.doubleClicked.connect(lambda _: self.accept_card())
        self.list.customContextMenuRequested.connect(self._open_menu)
        selection = self.list.selectionModel()
        assert selection is not None
        selection.currentChanged.connect(lambda *_: self._show_state())
        self.shelf.listed.connect(self._list)
        self.shelf.read.connect(self._take)
        self.changes.busy_changed.connect(self._show_state)
        for changed in (self.changes.renamed, self.changes.copied, self.changes.deleted):
            changed.connect(self._changed)

    # -- contents

    def refresh(self, wanted: Path | None = None) -> None:
        """Reload the list. wanted: the bundle to select, by default the current one."""
        card = self.card
        self._wanted = wanted or (card.folder if card is not None else self._wanted)
        self.shelf.look(self._recent())

    @property
    def card(self) -> Card | None:
        """The selected bundle."""
        return card_at(self.list.currentIndex())

    def _list(self, cards: list[Card]) -> None:
        known = {card.folder: card for card in self.model.cards if card.entry is not None}
        self.model.put(known.get(card.folder, card) for card in cards)
        self._select(self._wanted)

    def _take(self, card: Card) -> None:
        before = self.card
        self.model.replace(card)
        if self.card is None:
            self._select(before.folder if before is not None else self._wanted)
        self._show_state()

    def _search(self, words: str) -> None:
        before = self.card
        self.model.search(words)
        self._select(before.folder if before is not None else None)

    def _select(self, folder: Path | None) -> None:
        row = self.model.row_of(folder)
        self.list.setCurrentIndex(self.model.index(row) if row >= 0 else self.model.index(-1))
        self._show_state()

    def _show_state(self) -> None:
        card, found = self.card, bool(self.model.cards)
        self.list.setVisible(found)
        self.nothing.setVisible(not found)
        self.nothing.setText("No model matches." if self.search.text() else "There are no models yet.")
        readable = card is not None and (card.entry is None or card.entry.config is not None)
        refusal = "" if card is None else self.changes.refusal(card)
        self.open_button.setEnabled(readable)
        for text, action in self.actions_by_text.items():
            own = text in ("Rename…", "Delete…")
            can = readable if text in ("Open beside", "Duplicate…") else card is not None and not (own and refusal)
            can = can and not (text == "Duplicate…" and self.changes.busy)
            action.setEnabled(can)
            action.setToolTip(tooltip(refusal if own and refusal else _TIPS[text]))

    # -- actions

    def accept_card(self) -> None:
        """Open the selected bundle."""
        if self.card is not None and self.open_button.isEnabled():
            self._leave_with(self.chosen.emit, self.card)

    def _leave_with(self, emit: Callable[[Path], object], card: Card) -> None:
        emit(card.folder)
        self.close()

    def _do(self, do: Callable[[Card], object]) -> None:
        if self.card is not None:
            do(self.card)

    def _show_folder(self, card: Card) -> None:
        if complaint := show_folder(card.folder):
            self.bar.tell(complaint)

    def _changed(self, *folders: Path) -> None:
        self.refresh(folders[-1])

    def _browse(self) -> None:
        card = self.card
        start = str(card.folder.parent) if card is not None else str(Path.home())
        ask_path(self, "Open the folder of a model", start, self._leave_for)

    def _leave_for(self, folder: str) -> None:
        self.browsed.emit(Path(folder))
        self.close()

    def _open_menu(self, at: QPoint) -> None:
        if card_at(self.list.indexAt(at)) is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        first = menu.addAction("Open")
        assert first is not None
        first.setEnabled(self.open_button.isEnabled())
        first.triggered.connect(self.accept_card)
        menu.addActions(list(self.actions_by_text.values()))
        viewport = self.list.viewport()
        assert viewport is not None
        menu.popup(viewport.mapToGlobal(at))

    def _answered(self) -> None:
        self.list.setFocus()

    # -- events

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Let arrow keys move in the list while typing in the search field."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and watched is self.search
            and Qt.Key(event.key()) in _MOVES
        ):
            self.list.setFocus()
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.bar.isHidden():
            self.accept_card()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if self.changes.busy and event is not None:
            event.ignore()  # do not wait for a disk in the window's thread
            self.bar.tell("Files are still being copied or deleted. Close this window when they are done.")
            return
        self.end()
        super().closeEvent(event)

    def end(self) -> None:
        """Stop the threads after finishing a copy in progress."""
        self.shelf.close()
        self.changes.close()


def _button_of(action: QAction) -> QToolButton:
    made = QToolButton()
    made.setDefaultAction(action)
    return made
