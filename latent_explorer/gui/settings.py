"""What is remembered from one launch to the next."""

from pathlib import Path

import platformdirs
from PyQt6.QtCore import QByteArray, QSettings

_RECENT = 8


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
