"""Menu entries with a tick, in menus that are filled when they open."""

from functools import partial

from PyQt6.QtGui import QActionGroup
from PyQt6.QtWidgets import QMenu


def tick(menu: QMenu, text: str, ticked: bool, run: "partial[None]", group: str = "") -> None:
    """Add an entry that is ticked or not. group: entries of which one is ticked."""
    action = menu.addAction(text)
    assert action is not None
    action.setCheckable(True)
    action.setChecked(ticked)
    action.triggered.connect(lambda: run())
    if group:
        groups = menu.findChildren(QActionGroup, group)
        (groups[0] if groups else _group(menu, group)).addAction(action)


def _group(menu: QMenu, name: str) -> QActionGroup:
    group = QActionGroup(menu)
    group.setObjectName(name)
    return group
