"""Menus as tables: every action with its words, its key, its tip and its tick."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu, QWidget

from latent_explorer.gui.widgets.plain import tooltip


@dataclass(frozen=True)
class Command:
    """One entry of a menu. checked: whether it is ticked now; None without a tick. group: entries of which one is.

    A key that is a single digit counts only while the map has the keyboard: beside a field, one types digits.
    """

    text: str
    run: Callable[[], object]
    key: str = ""
    tip: str = ""
    checked: Callable[[], bool] | None = None
    group: str = ""
    enabled: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class Submenu:
    """A menu within a menu, filled anew each time it opens; with nothing in it, it says so."""

    text: str
    entries: Callable[[], Iterable["Entry"]]


SEPARATOR = None
_UNMARKED = "unmarked text"
Entry = Command | Submenu | QAction | Callable[[QMenu], QAction] | None


def fill_menu(menu: QMenu, entries: Iterable[Entry], owner: QMainWindow | QMenu) -> list[tuple[Command, QAction]]:
    """Add entries to a menu; returns the commands among them with their actions, which belong to `owner`."""
    menu.setToolTipsVisible(True)
    groups: dict[str, QActionGroup] = {}
    made = []
    for entry in entries:
        match entry:
            case None:
                menu.addSeparator()
            case QAction():
                menu.addAction(entry)
            case Submenu():
                inner = QMenu(entry.text, menu)
                inner.aboutToShow.connect(partial(_refill, inner, entry))
                menu.addMenu(inner)
            case Command():
                action = _action(owner, entry)
                menu.addAction(action)
                made.append((entry, action))
                if entry.group:
                    groups.setdefault(entry.group, QActionGroup(owner)).addAction(action)
            case _:
                menu.addAction(entry(menu))
    return made


def mark_keys(menu: QMenu) -> None:
    """While a menu is open, have a letter of each entry underlined, which chooses it; texts stay as they are else."""
    menu.aboutToShow.connect(lambda: _mark(menu))
    menu.aboutToHide.connect(lambda: _unmark(menu))


def _mark(menu: QMenu) -> None:
    _unmark(menu)
    taken: set[str] = set()
    for action in menu.actions():
        text = action.text()
        letters = [at for at, letter in enumerate(text) if letter.isalnum() and letter.lower() not in taken]
        if "&" not in text and letters:
            first = next((at for at in letters if at == 0 or text[at - 1] == " "), letters[0])
            taken.add(text[first].lower())
            action.setProperty(_UNMARKED, text)
            action.setIconText(action.iconText())  # buttons in a tool bar keep theirs
            action.setText(f"{text[:first]}&{text[first:]}")


def _unmark(menu: QMenu) -> None:
    for action in menu.actions():
        if text := action.property(_UNMARKED):
            action.setText(text)
            action.setProperty(_UNMARKED, None)


def pop_up(parent: QWidget, where: QPoint, entries: Iterable[Entry]) -> None:
    """Open a menu of its own at a place in global pixels; with nothing in it, none."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill_menu(menu, entries, menu)
    if menu.isEmpty():
        menu.deleteLater()
    else:
        menu.popup(where)


def _refill(menu: QMenu, entry: Submenu) -> None:
    for before in menu.findChildren(QMenu):
        before.deleteLater()
    menu.clear()
    fill_menu(menu, entry.entries(), menu)
    if menu.isEmpty():
        fill_menu(menu, [Command("None yet", lambda: None, enabled=lambda: False)], menu)


def _action(owner: QMainWindow | QMenu, command: Command) -> QAction:
    action = QAction(command.text, owner)
    if command.key.isdigit():
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    give_key(action, command, command.key)
    action.setCheckable(command.checked is not None)
    show_state(action, command)
    action.triggered.connect(lambda: command.run())
    return action


def give_key(action: QAction, command: Command, key: str) -> None:
    """Have an action of a command answer to a key, which its tip says."""
    action.setShortcut(QKeySequence(key))
    tip = command.tip or command.text.replace("…", "")
    action.setToolTip(tooltip(f"{tip} ({key})" if key else tip))


def show_state(action: QAction, command: Command) -> None:
    """Tick and enable an action as its command is now."""
    action.setEnabled(command.enabled())
    if command.checked is not None:
        action.setChecked(command.checked())
