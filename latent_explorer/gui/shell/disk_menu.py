"""View ▸ Decoded pictures ▸ Keep on disk: whether tiles are kept, how much they take, and how much they may."""

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu

from latent_explorer.gui.widgets.ticks import tick

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow

DISK_MIB = (256, 512, 1024, 2048, 4096, 8192)


def in_words(size: int) -> str:
    """A number of bytes as a person reads it."""
    if size >= 2**30:
        return f"{size / 2**30:.1f} GiB".replace(".0", "")
    return f"{size / 2**20:.0f} MiB" if size >= 2**20 or not size else "less than 1 MiB"


class UsedLine(QAction):
    """Says how much of the limit is used, once that is known."""

    def __init__(self, menu: QMenu, limit: int) -> None:
        super().__init__(f"… of {in_words(limit)} used", menu)
        self._limit = limit
        self.setEnabled(False)

    def show_used(self, used: int) -> None:
        """Say it."""
        self.setText(f"{in_words(used)} of {in_words(self._limit)} used")


def fill_disk_menu(window: "MainWindow", menu: QMenu | None) -> None:
    """Fill the menu with what can be chosen, ticked as it is now."""
    assert menu is not None
    store = window.store
    used = UsedLine(menu, store.limit)
    store.measured.connect(used.show_used)
    menu.aboutToShow.connect(store.measure)
    menu.addAction(used)
    menu.addSeparator()
    tick(menu, "Keep pictures and fields on disk", store.on, partial(_toggle, window))
    menu.addSeparator()
    for mib in DISK_MIB:
        limit = mib * 2**20
        tick(menu, f"Up to {in_words(limit)}", store.limit == limit, partial(_choose, window, mib), "disk")
    menu.addSeparator()
    clear = menu.addAction("Clear what is kept on disk")
    assert clear is not None
    clear.triggered.connect(lambda: _clear(window))


def _toggle(window: "MainWindow") -> None:
    window.store.on = not window.store.on
    window.settings.set_text("keep pictures on disk", "yes" if window.store.on else "no")
    window.look()


def _choose(window: "MainWindow", mib: int) -> None:
    window.settings.set_text("picture disk", str(mib))
    window.store.keep_within(mib * 2**20)


def _clear(window: "MainWindow") -> None:
    window.store.clear()
    window.look()  # what was to be read has to be computed
    window.status.say("The pictures and fields kept on disk are removed.")
