"""What is remembered from one launch to the next."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QByteArray, QSettings
from PyQt6.QtWidgets import QApplication, QStyle

from latent_explorer.atlas import DISK_BYTES, PICTURE_PIXELS

_RECENT = 8
_YES = {True: "yes", False: "no"}


class Settings:
    """Window layout, theme, layers, bundles and export folder, in a file of the person's own.

    file: where; by default in the person's configuration folder.
    """

    def __init__(self, file: Path | None = None) -> None:
        default = Path(platformdirs.user_config_dir("latent-explorer", appauthor=False)) / "settings.ini"
        self._store = QSettings(str(file or default), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """ "system", "light" or "dark"."""
        value = self.text("theme", "")
        return value if value in ("light", "dark") else "system"

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def recent(self) -> list[Path]:
        """The bundles opened last, the newest first, those that are still there."""
        paths = [Path(line) for line in self.text("recent", "").split("\n") if line]
        return [path for path in paths if (path / "config.json").is_file()]

    def remember_bundle(self, folder: Path) -> None:
        folder = folder.resolve()
        others = [path for path in self.recent if path != folder]
        self._store.setValue("recent", "\n".join(map(str, [folder, *others][:_RECENT])))

    def text(self, key: str, default: str) -> str:
        """A choice remembered by name."""
        value = self._store.value(key)
        return value if isinstance(value, str) and value else default

    def number(self, key: str, default: float, least: float, most: float) -> float:
        """A number remembered; the default where it is none or makes no sense."""
        try:
            value = float(self.text(key, str(default)))
        except ValueError:
            return default
        return value if least <= value <= most else default

    def set_text(self, key: str, value: str) -> None:
        self._store.setValue(key, value)

    def layout(self, part: str) -> QByteArray:
        """The window's "geometry" or the "state" of its docks; empty where none is remembered."""
        value = self._store.value(part)
        return value if isinstance(value, QByteArray) else QByteArray()

    def remember_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        self._store.setValue("geometry", geometry)
        self._store.setValue("state", state)

    def save(self) -> None:
        self._store.sync()


@dataclass(frozen=True)
class PictureSettings:
    """How the decoded pictures of all maps are shown and kept.

    pixels: what the side of a picture aims at. memory, disk: MiB that pictures may take. keep: them on disk.
    fade: them in.
    """

    pixels: float = PICTURE_PIXELS
    memory: int = 256
    disk: int = DISK_BYTES // 2**20
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

    def remember(self, settings: Settings) -> None:
        settings.set_text("picture pixels", str(self.pixels))
        settings.set_text("picture memory", str(self.memory))
        settings.set_text("picture disk", str(self.disk))
        settings.set_text("keep pictures on disk", _YES[self.keep])
        settings.set_text("fade pictures in", _YES[self.fade])


def _system_animates() -> bool:
    """Whether the system asks for motion; its wish to reduce it reaches Qt as a duration of zero."""
    style = QApplication.style()
    return style is None or style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
