"""Which bundles there are to list, read one after another in a thread."""

from collections.abc import Callable, Iterable
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from latent_explorer.gui.library.cards import Card, Origin, read_card
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.places import shipped_bundles, trained_bundles

_PATIENCE = 2.0  # seconds for which the end waits for a disk that does not answer


class Shelf(QObject):
    """Finds the bundles of this person and of the program.

    listed: their Cards, not read yet. read: one of them, with what it holds. done: all have been read.
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
        """List what there is now. recent: the bundles opened last, wherever they lie."""
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
    """Those trained, those opened that lie elsewhere and are still there, and those that ship."""
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
