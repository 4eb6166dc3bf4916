"""View ▸ Decoded pictures: size, fading, and limits for memory and disk."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu

from latent_explorer.gui.pane.tile_store import TileStore
from latent_explorer.gui.widgets.actions import SEPARATOR, Command, Entry, Submenu
from latent_explorer.gui.workbench import Workbench

SIZES = {
    "Automatic, by the size of the map": 0.0,
    "Small pictures (24 to 48 pixels)": 34.0,
    "Medium pictures (35 to 71)": 50.0,
    "Large pictures (57 to 113)": 80.0,
}
"""Target sides of pictures; the actual side varies by a factor of the square root of 2."""

MEMORY_MIB = (64, 128, 256, 512, 1024)
DISK_MIB = (256, 512, 1024, 2048, 4096, 8192)


def picture_entries(bench: Workbench) -> Iterator[Entry]:
    for text, pixels in SIZES.items():
        yield _choice(bench, text, group="size", pixels=pixels)
    yield SEPARATOR
    yield _switch(bench, "Fade pictures in", "fade")
    yield Submenu("Keep in memory", lambda: (_choice(bench, f"{n} MiB", "memory", memory=n) for n in MEMORY_MIB))
    yield Submenu("Keep on disk", lambda: _disk_entries(bench))


def _disk_entries(bench: Workbench) -> Iterator[Entry]:
    yield lambda menu: UsedLine(menu, bench.active.store, bench.pictures.disk * 2**20)
    yield SEPARATOR
    yield _switch(bench, "Keep pictures and fields on disk", "keep")
    yield SEPARATOR
    for mib in DISK_MIB:
        yield _choice(bench, f"Up to {in_words(mib * 2**20)}", group="disk", disk=mib)
    yield SEPARATOR
    yield Command("Delete pictures and fields kept on disk", bench.clear_disk)


def _choice(bench: Workbench, text: str, group: str, **change: Any) -> Command:
    def checked() -> bool:
        return replace(bench.pictures, **change) == bench.pictures

    return Command(text, lambda: bench.use_pictures(replace(bench.pictures, **change)), checked=checked, group=group)


def _switch(bench: Workbench, text: str, name: str) -> Command:
    def is_on() -> bool:
        return bool(getattr(bench.pictures, name))

    return Command(text, lambda: bench.use_pictures(replace(bench.pictures, **{name: not is_on()})), checked=is_on)


def in_words(size: int) -> str:
    """A number of bytes as text."""
    if size >= 2**30:
        return f"{size / 2**30:.1f} GiB".replace(".0", "")
    return f"{size / 2**20:.0f} MiB" if size >= 2**20 or not size else "less than 1 MiB"


class UsedLine(QAction):
    """Shows how much of the limit is used, once known."""

    def __init__(self, menu: QMenu, store: TileStore, limit: int) -> None:
        super().__init__(f"… of {in_words(limit)} used", menu)
        self._limit = limit
        self.setEnabled(False)
        store.measured.connect(self.show_used)
        store.measure()

    def show_used(self, used: int) -> None:
        self.setText(f"{in_words(used)} of {in_words(self._limit)} used")
