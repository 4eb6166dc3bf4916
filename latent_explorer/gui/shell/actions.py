"""The menus as a table: every action with its words, its key and its tip."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu


@dataclass(frozen=True)
class Command:
    """One entry of a menu. checked: None for an entry without a tick. group: entries of which one is ticked."""

    text: str
    run: Callable[[], None]
    key: str = ""
    tip: str = ""
    checked: bool | None = None
    group: str = ""


@dataclass(frozen=True)
class Submenu:
    """A menu within a menu, filled when it opens."""

    text: str
    fill: Callable[[QMenu], None]


SEPARATOR = None
Entry = Command | Submenu | QAction | None


def build_menus(window: QMainWindow, menus: dict[str, Iterable[Entry]]) -> dict[str, QAction]:
    """Fill the window's menu bar; returns the actions by their text."""
    bar = window.menuBar()
    assert bar is not None
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for title, entries in menus.items():
        menu = bar.addMenu(title)
        assert menu is not None
        menu.setToolTipsVisible(True)
        for entry in entries:
            _add(window, menu, entry, actions, groups)
    return actions


def _add(
    window: QMainWindow, menu: QMenu, entry: Entry, actions: dict[str, QAction], groups: dict[str, QActionGroup]
) -> None:
    match entry:
        case None:
            menu.addSeparator()
        case QAction():
            menu.addAction(entry)
        case Submenu():
            inner = menu.addMenu(entry.text)
            assert inner is not None
            inner.aboutToShow.connect(lambda: _refill(inner, entry))
            entry.fill(inner)
        case Command():
            action = _action(window, entry)
            menu.addAction(action)
            actions[entry.text] = action
            if entry.group:
                groups.setdefault(entry.group, QActionGroup(window)).addAction(action)


def _refill(menu: QMenu, entry: Submenu) -> None:
    menu.clear()
    entry.fill(menu)


def _action(window: QMainWindow, command: Command) -> QAction:
    action = QAction(command.text, window)
    action.setShortcut(QKeySequence(command.key))
    action.setToolTip(f"{command.tip or command.text.replace('…', '')}{f' ({command.key})' if command.key else ''}")
    if command.checked is not None:
        action.setCheckable(True)
        action.setChecked(command.checked)
    action.triggered.connect(lambda: command.run())
    return action
