"""Settings, saved between launches: a JSON file of typed sections.

A section is a frozen dataclass whose fields have defaults and, with `Annotated[..., msgspec.Meta(...)]`, ranges. To add
a setting, add a field to a section, or a new section beside the code that uses it:

    settings.get(PointLook).size
    settings.change(PointLook, size=120)
    settings.get(ShownLayer, of="Points", default=ShownLayer(opacity=0.6))
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_type_hints
from urllib.parse import quote, unquote_to_bytes

import msgspec
import platformdirs
from msgspec import Meta
from PyQt6.QtWidgets import QApplication, QStyle

from latent_explorer.atlas import DISK_BYTES
from latent_explorer.class_colours import USUAL
from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.places import sessions_folder

_log = logging.getLogger(__name__)
_BYTES = 2**20
_RECENT = 8
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_Section = TypeVar("_Section")
_QtBytes = Annotated[bytes, Meta(max_length=2**17)]  # base64 in the file


@dataclass(frozen=True)
class Appearance:
    """palette: the name of the palette for classes. shapes: whether each class has its own shape."""

    theme: Literal["system", "light", "dark"] = "system"
    palette: Annotated[str, Meta(max_length=100)] = USUAL.name
    shapes: bool = False


@dataclass(frozen=True)
class WindowLayout:
    """Qt's saved geometry and state of the window and its docks; empty for none."""

    geometry: _QtBytes = b""
    state: _QtBytes = b""


@dataclass(frozen=True)
class RecentBundles:
    """The bundles opened last, the newest first; they may no longer exist."""

    folders: Annotated[tuple[Path, ...], Meta(max_length=_RECENT)] = ()


@dataclass(frozen=True)
class AtLaunch:
    """restore: start with the last session instead of the last model with its pins and path."""

    restore: bool = False


@dataclass(frozen=True)
class Folders:
    """exports: the last folder for exports; None for the default."""

    exports: Path | None = None


@dataclass(frozen=True)
class ShownLayer:
    """The last state of a layer; `of` is its title."""

    shown: bool = True
    opacity: Annotated[float, Meta(ge=0, le=1)] = 1.0


@dataclass(frozen=True)
class PointLook:
    """size: of points, in percent of the default. colour: the name of their colouring."""

    size: Annotated[int, Meta(ge=50, le=200)] = 100
    colour: Annotated[str, Meta(max_length=100)] = "class"


@dataclass(frozen=True)
class PictureSettings:
    """Settings for showing and caching decoded pictures on all maps.

    pixels: the target side of a picture; 0 chooses one for the map. memory, disk: limits in MiB. keep: on disk. fade:
    fade pictures in.
    """

    pixels: Annotated[float, Meta(ge=0, le=200)] = 0.0
    memory: Annotated[int, Meta(ge=16, le=2**16)] = 256
    disk: Annotated[int, Meta(ge=16, le=2**24)] = DISK_BYTES // 2**20
    keep: bool = True
    fade: bool = True

    @classmethod
    def read(cls, settings: "Settings") -> "PictureSettings":
        """The saved settings; by default pictures fade in unless the system asks for reduced motion."""
        return settings.get(cls, default=cls(fade=_system_animates()))


class Settings:
    """The sections of one file, each read when it is asked for.

    Unknown or invalid values in the file are ignored, with a line in the log. `save` merges changes into the current
    file, so that two windows do not overwrite each other's changes. file: by default in the user's configuration
    folder. sessions: the folder for the pins and paths of bundles, by default the user's, or beside a given file.
    on_change: called when there is something to save.
    """

    def __init__(self, file: Path | None = None) -> None:
        default = Path(platformdirs.user_config_dir("latent-explorer", appauthor=False)) / "settings.json"
        self.file = (file or default).resolve()
        self.sessions = sessions_folder() if file is None else self.file.parent / "sessions"
        self._kept = _read(self.file)
        self._sections: dict[tuple[str, Any], Any] = {}
        self._changed: dict[str, msgspec.Raw] = {}
        self.on_change: Callable[[], None] = lambda: None

    def get(self, kind: type[_Section], of: str = "", default: _Section | None = None) -> _Section:
        """A saved section. of: which one, if there are several of a kind. default: for values that are not saved."""
        name, usual = _name(kind, of), default or kind()
        key = (name, usual)
        if key not in self._sections:
            self._sections[key] = _typed(self._kept.get(name), usual, f"{self.file.name}: {name}")
        found: _Section = self._sections[key]
        return found

    def keeps(self, kind: type[Any], of: str = "") -> bool:
        """Whether a section is saved."""
        return _name(kind, of) in self._kept

    def put(self, section: Any, of: str = "") -> None:
        """Set a section. of: which one, if there are several of a kind."""
        name = _name(type(section), of)
        self._sections = {key: value for key, value in self._sections.items() if key[0] != name}
        self._kept[name] = self._changed[name] = msgspec.Raw(msgspec.json.encode(section, enc_hook=_encoded))
        self.on_change()

    def change(self, kind: type[Any], of: str = "", **values: Any) -> None:
        """Change fields of a section."""
        self.put(replace(self.get(kind, of), **values), of)

    def save(self) -> None:
        """Write changes since the last call; a failure is logged."""
        if not self._changed:
            return
        content = msgspec.json.format(msgspec.json.encode(_read(self.file) | self._changed), indent=1)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            # not synced: a power cut may lose a window layout, but waiting for the disk would cost frames
            write_bytes_whole(self.file, content, overwrite=True, durable=False)
        except (OSError, UserError) as error:
            _log.warning("settings are not kept: %s", error)
        else:
            self._changed = {}

    @property
    def theme(self) -> str:
        """ "system", "light" or "dark"."""
        return self.get(Appearance).theme

    @theme.setter
    def theme(self, name: str) -> None:
        self.change(Appearance, theme=name)

    @property
    def recent(self) -> tuple[Path, ...]:
        """The bundles opened last, the newest first; they may no longer exist."""
        return self.get(RecentBundles).folders

    def remember_bundle(self, folder: Path) -> None:
        """Move a bundle to the front of the recent ones."""
        folder = folder.absolute()
        self._remember_recent(folder, *(path for path in self.recent if path != folder))

    def forget_bundle(self, folder: Path) -> None:
        """Remove a bundle that no longer exists."""
        self._remember_recent(*(path for path in self.recent if path != folder))

    def _remember_recent(self, *folders: Path) -> None:
        self.put(RecentBundles(folders[:_RECENT]))


def _name(kind: type[Any], of: str) -> str:
    return f"{kind.__name__} {of}".strip()


def _read(file: Path) -> dict[str, msgspec.Raw]:
    """The raw sections of a file; none if it is missing or invalid."""
    try:
        return msgspec.json.decode(read_regular(file, _BYTES), type=dict[str, msgspec.Raw])
    except FileNotFoundError:
        pass
    except (OSError, UserError, *_UNREADABLE) as error:
        _log.warning("%s is not used: %s", file, error)
    return {}


def _typed(raw: msgspec.Raw | None, usual: Any, where: str) -> Any:
    """A section with its saved fields, and defaults for missing or invalid ones."""
    if raw is None:
        return usual
    found: dict[str, Any] = {}
    kinds = get_type_hints(type(usual), include_extras=True)
    try:
        for field, value in msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).items():
            try:
                found[field] = msgspec.json.decode(value, type=kinds[field], dec_hook=_decoded)
            except (KeyError, ValueError, *_UNREADABLE) as error:
                _log.warning("%s: %s is not used: %s", where, field, error)
    except _UNREADABLE as error:
        _log.warning("%s is not used: %s", where, error)
    return replace(usual, **found)


def _encoded(value: Any) -> str:
    """A path as text, even if it is not UTF-8."""
    return quote(os.fsencode(value), safe="/\\: ")


def _decoded(kind: type[Any], text: Any) -> Any:
    path = os.fsdecode(unquote_to_bytes(text)) if isinstance(text, str) else ""
    if kind is not Path or not path or "\0" in path:
        raise ValueError(f"expected a path, found {text!r}")
    return Path(path)


def _system_animates() -> bool:
    """Whether the system allows animations; reduced motion reaches Qt as a duration of zero."""
    style = QApplication.style()
    return style is None or style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
