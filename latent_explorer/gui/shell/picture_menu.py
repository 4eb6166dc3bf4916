"""View ▸ Decoded pictures: their size, how they appear, and how much of memory they may take."""

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QApplication, QMenu, QStyle

from latent_explorer.atlas import DISK_BYTES, PICTURE_PIXELS
from latent_explorer.gui.shell.disk_menu import fill_disk_menu
from latent_explorer.gui.widgets.ticks import tick

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow

SIZES = {
    "Small pictures (24 to 48 pixels)": PICTURE_PIXELS,
    "Medium pictures (28 to 56)": 40.0,
    "Large pictures (32 to 64)": 45.0,
}
"""What a picture's side aims at; zooming takes it to a factor of the square root of 2 around that."""

MEMORY_MIB = (64, 128, 256, 512, 1024)


def use_settings(window: "MainWindow") -> None:
    """Show the pictures as remembered."""
    settings = window.settings
    window.feed.picture_pixels = settings.number("picture pixels", PICTURE_PIXELS, PICTURE_PIXELS, 45.0)
    window.feed.cache.limit = round(settings.number("picture memory", 256, 16, 2**16)) * 2**20
    window.store.limit = round(settings.number("picture disk", DISK_BYTES >> 20, 16, 2**24)) * 2**20
    window.store.on = settings.text("keep pictures on disk", "yes") == "yes"
    window.canvas.pacing.fades = settings.text("fade pictures in", "yes" if _system_animates() else "no") == "yes"


def fill_picture_menu(window: "MainWindow", menu: QMenu) -> None:
    """Fill the menu with what can be chosen, ticked as it is now."""
    menu.setToolTipsVisible(True)
    for before in menu.findChildren(QMenu):
        before.deleteLater()
    feed = window.feed
    for text, pixels in SIZES.items():
        tick(menu, text, feed.picture_pixels == pixels, partial(_choose_size, window, pixels), "size")
    menu.addSeparator()
    tick(menu, "Fade pictures in", window.canvas.pacing.fades, partial(_toggle_fading, window))
    memory = menu.addMenu("Keep in memory")
    assert memory is not None
    for mib in MEMORY_MIB:
        tick(memory, f"{mib} MiB", feed.cache.limit == mib * 2**20, partial(_choose_memory, window, mib), "memory")
    fill_disk_menu(window, menu.addMenu("Keep on disk"))


def _choose_size(window: "MainWindow", pixels: float) -> None:
    window.settings.set_text("picture pixels", str(pixels))
    window.feed.picture_pixels = pixels
    window.look()
    window.canvas.refresh()


def _choose_memory(window: "MainWindow", mib: int) -> None:
    window.settings.set_text("picture memory", str(mib))
    window.feed.cache.limit = mib * 2**20


def _toggle_fading(window: "MainWindow") -> None:
    window.canvas.pacing.fades = not window.canvas.pacing.fades
    window.settings.set_text("fade pictures in", "yes" if window.canvas.pacing.fades else "no")


def _system_animates() -> bool:
    """Whether the system asks for motion; its wish to reduce it reaches Qt as a duration of zero."""
    style = QApplication.style()
    return style is None or style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
