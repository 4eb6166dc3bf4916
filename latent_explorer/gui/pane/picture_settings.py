"""How the decoded pictures of all maps are shown and kept."""

from dataclasses import dataclass, replace
from typing import Any

from PyQt6.QtWidgets import QApplication, QStyle

from latent_explorer.atlas import DISK_BYTES, PICTURE_PIXELS
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.settings import Settings

_MIB = 2**20
_YES = {True: "yes", False: "no"}


@dataclass(frozen=True)
class PictureSettings:
    """pixels: what the side of a picture aims at. memory, disk: MiB that pictures may take. keep: them on disk."""

    pixels: float = PICTURE_PIXELS
    memory: int = 256
    disk: int = DISK_BYTES // _MIB
    keep: bool = True
    fade: bool = True

    @classmethod
    def read(cls, settings: Settings) -> "PictureSettings":
        """As remembered; what is not, or makes no sense, as usual."""
        usual = cls(fade=_system_animates())
        return cls(
            pixels=settings.number("picture pixels", usual.pixels, PICTURE_PIXELS, 45.0),
            memory=round(settings.number("picture memory", usual.memory, 16, 2**16)),
            disk=round(settings.number("picture disk", usual.disk, 16, 2**24)),
            keep=settings.text("keep pictures on disk", _YES[usual.keep]) == "yes",
            fade=settings.text("fade pictures in", _YES[usual.fade]) == "yes",
        )

    def but(self, **changes: Any) -> "PictureSettings":
        return replace(self, **changes)

    def remember(self, settings: Settings) -> None:
        settings.set_text("picture pixels", str(self.pixels))
        settings.set_text("picture memory", str(self.memory))
        settings.set_text("picture disk", str(self.disk))
        settings.set_text("keep pictures on disk", _YES[self.keep])
        settings.set_text("fade pictures in", _YES[self.fade])

    def apply(self, pane: MapPane) -> None:
        """Show and keep the pictures of a pane so."""
        resized = pane.feed.picture_pixels != self.pixels
        pane.feed.picture_pixels = self.pixels
        pane.feed.cache.limit = self.memory * _MIB
        pane.canvas.frame_scheduler.fades = self.fade
        changed, pane.store.on = pane.store.on != self.keep, self.keep
        pane.store.keep_within(self.disk * _MIB)
        if resized or changed:
            pane.look()
        if resized:
            pane.canvas.refresh()


def _system_animates() -> bool:
    """Whether the system asks for motion; its wish to reduce it reaches Qt as a duration of zero."""
    style = QApplication.style()
    return style is None or style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
