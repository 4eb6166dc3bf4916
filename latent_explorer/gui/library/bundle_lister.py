"""Finds the bundles and reads them one after the other in a thread."""

from collections.abc import Callable, Iterable
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.gui.library.cards import Card, Origin, read_card
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.places import shipped_bundles, trained_bundles

_PATIENCE = 2.0  # seconds that closing waits for a disk


class Shelf(QObject):
    """Finds the user's and the included bundles.

    listed: their Cards, unread. read: a Card with its contents. done: all have been read.
    """

    listed = pyqtSignal(object)
    read = pyqtSignal(object)
    done = pyqtSignal()
    _found = pyqtSignal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self._task, self._number = LatestTask("bundle list"), 0
        self._task.done.connect(lambda _: self.done.emit())
        self._found.connect(self._hand_on)

    def look(self, recent: Iterable[Path]) -> None:
        """Find all bundles. recent: the bundles opened last, in any folder."""
        self._number += 1
        number, known = self._number, tuple(recent)

        def work(check: Callable[[], None]) -> None:
            cards = _cards(known)
            self._found.emit(number, cards)
            for card in cards:
                check()
                self._found.emit(number, read_card(card))

        self._task.begin(work)

    def close(self) -> None:
        self._number += 1
        self._task.close(_PATIENCE)

    def _hand_on(self, number: int, found: "Card | list[Card]") -> None:
        if number == self._number:
            (self.read if isinstance(found, Card) else self.listed).emit(found)


def _cards(recent: tuple[Path, ...]) -> list[Card]:
    """The trained bundles, recent ones in other folders that exist, and included ones."""
    shipped, trained = shipped_bundles(), trained_bundles()
    known = {folder.absolute() for folder in (*shipped, *trained)}
    others = [folder for folder in recent if folder.absolute() not in known and _is_there(folder)]
    groups: tuple[tuple[Origin, list[Path]], ...] = (("trained", trained), ("recent", others), ("shipped", shipped))
    return [Card(folder, origin) for origin, folders in groups for folder in folders]


def _is_there(folder: Path) -> bool:
    try:
        return (folder / "config.json").is_file()
    except (OSError, ValueError):
        return False
