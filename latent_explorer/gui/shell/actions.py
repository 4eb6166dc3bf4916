"""Menus as tables: every action with its words, its key, its tip and its tick."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu


@dataclass(frozen=True)
class Command:
    """One entry of a menu. checked: whether it is ticked now; None without a tick. group: entries of which one is."""

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
Entry = Command | Submenu | QAction | Callable[[QMenu], QAction] | None


class MenuBar:
    """The menus of a window. actions: the commands that are always there, by their text."""

    def __init__(self, window: QMainWindow, menus: Mapping[str, Iterable[Entry]]) -> None:
        self._window = window
        self.actions: dict[str, QAction] = {}
        self._commands: dict[str, Command] = {}
        bar = window.menuBar()
        assert bar is not None
        for title, entries in menus.items():
            menu = bar.addMenu(title)
            assert menu is not None
            menu.aboutToShow.connect(self.refresh)
            for entry, action in fill_menu(menu, entries, window):
                self.actions[entry.text], self._commands[entry.text] = action, entry

    def refresh(self) -> None:
        """Tick and enable every command as it is now."""
        for text, action in self.actions.items():
            _show_state(action, self._commands[text])


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
                _add_submenu(menu, entry)
            case Command():
                action = _action(owner, entry)
                menu.addAction(action)
                made.append((entry, action))
                if entry.group:
                    groups.setdefault(entry.group, QActionGroup(owner)).addAction(action)
            case _:
                menu.addAction(entry(menu))
    return made


def _add_submenu(menu: QMenu, entry: Submenu) -> None:
    inner = menu.addMenu(entry.text)
    assert inner is not None
    inner.aboutToShow.connect(lambda: _refill(inner, entry))


def _refill(menu: QMenu, entry: Submenu) -> None:
    for before in menu.findChildren(QMenu):
        before.deleteLater()
    menu.clear()
    fill_menu(menu, entry.entries(), menu)
    if menu.isEmpty():
        none = menu.addAction("None yet")
        assert none is not None
        none.setEnabled(False)


def _action(owner: QMainWindow | QMenu, command: Command) -> QAction:
    action = QAction(command.text, owner)
    action.setShortcut(QKeySequence(command.key))
    action.setToolTip(f"{command.tip or command.text.replace('…', '')}{f' ({command.key})' if command.key else ''}")
    action.setCheckable(command.checked is not None)
    _show_state(action, command)
    action.triggered.connect(lambda: command.run())
    return action


def _show_state(action: QAction, command: Command) -> None:
    action.setEnabled(command.enabled())
    if command.checked is not None:
        action.setChecked(command.checked())
