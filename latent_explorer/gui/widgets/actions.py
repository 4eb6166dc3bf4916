"""Menus as tables of commands with text, shortcut, tooltip and check mark."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu, QWidget

from latent_explorer.gui.widgets.plain import tooltip


@dataclass(frozen=True)
class Command:
    """One entry of a menu. checked: returns whether it is checked; None if not checkable. group: exclusive entries.

    A shortcut that is a single digit is active only while the map has focus, so that digits can be typed in fields.
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
    """A submenu, filled each time it opens; if it is empty, it says so."""

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
    """While a menu is open, give each entry an underlined access key; otherwise texts are unchanged."""
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
            action.setIconText(action.iconText())  # tool bar buttons keep their text
            action.setText(f"{text[:first]}&{text[first:]}")


def _unmark(menu: QMenu) -> None:
    for action in menu.actions():
        if text := action.property(_UNMARKED):
            action.setText(text)
            action.setProperty(_UNMARKED, None)


def pop_up(parent: QWidget, where: QPoint, entries: Iterable[Entry]) -> None:
    """Open a context menu at a global position, unless it is empty."""
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
    """Give an action a shortcut and mention it in the tooltip."""
    action.setShortcut(QKeySequence(key))
    tip = command.tip or command.text.replace("…", "")
    action.setToolTip(tooltip(f"{tip} ({key})" if key else tip))


def show_state(action: QAction, command: Command) -> None:
    """Update the check mark and the enabled state of an action."""
    action.setEnabled(command.enabled())
    if command.checked is not None:
        action.setChecked(command.checked())
