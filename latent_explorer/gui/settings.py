"""What is remembered from one launch to the next: a JSON file of typed sections, which is read as data and never run.

A section is a frozen dataclass whose fields have defaults and, by `Annotated[..., msgspec.Meta(...)]`, ranges. Whoever
wants something remembered adds a field to one, or a section of its own beside the code that uses it:

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
    """palette: the name of the one for classes. shapes: whether each class has a shape of its own."""

    theme: Literal["system", "light", "dark"] = "system"
    palette: Annotated[str, Meta(max_length=100)] = USUAL.name
    shapes: bool = False


@dataclass(frozen=True)
class WindowLayout:
    """Qt's own description of the window's place and of its docks; empty where none is remembered."""

    geometry: _QtBytes = b""
    state: _QtBytes = b""


@dataclass(frozen=True)
class RecentBundles:
    """The bundles opened last, the newest first; they may be gone by now."""

    folders: Annotated[tuple[Path, ...], Meta(max_length=_RECENT)] = ()


@dataclass(frozen=True)
class AtLaunch:
    """restore: begin with the session as it was left, rather than with the last model, its pins and its path."""

    restore: bool = False


@dataclass(frozen=True)
class Folders:
    """exports: where files went last; None for the usual place."""

    exports: Path | None = None


@dataclass(frozen=True)
class ShownLayer:
    """How a layer was left; `of` its title."""

    shown: bool = True
    opacity: Annotated[float, Meta(ge=0, le=1)] = 1.0


@dataclass(frozen=True)
class PointLook:
    """size: of the dots, in percent of the usual. colour: the name of what they are coloured by."""

    size: Annotated[int, Meta(ge=50, le=200)] = 100
    colour: Annotated[str, Meta(max_length=100)] = "class"


@dataclass(frozen=True)
class PictureSettings:
    """How the decoded pictures of all maps are shown and kept.

    pixels: what the side of a picture aims at; 0 for what suits the map. memory, disk: MiB that pictures may take.
    keep: them on disk. fade: them in.
    """

    pixels: Annotated[float, Meta(ge=0, le=200)] = 0.0
    memory: Annotated[int, Meta(ge=16, le=2**16)] = 256
    disk: Annotated[int, Meta(ge=16, le=2**24)] = DISK_BYTES // 2**20
    keep: bool = True
    fade: bool = True

    @classmethod
    def read(cls, settings: "Settings") -> "PictureSettings":
        """As remembered; what is not, as usual, where pictures fade in unless the system asks for less motion."""
        return settings.get(cls, default=cls(fade=_system_animates()))


class Settings:
    """The sections of one file, each read when it is asked for.

    What is unknown or does not hold in the file is passed over, with a line in the log. What changes is written by
    `save`, over the file as it is by then, so that two windows do not undo each other's changes.
    file: where; by default in the person's configuration folder. sessions: the folder for the pins and paths of
    bundles, the person's own, or beside the file that was named. on_change: called when there is something to save.
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
        """A section as remembered. of: which one, of several of a kind. default: what counts for all that is not."""
        name, usual = _name(kind, of), default or kind()
        key = (name, usual)
        if key not in self._sections:
            self._sections[key] = _typed(self._kept.get(name), usual, f"{self.file.name}: {name}")
        found: _Section = self._sections[key]
        return found

    def keeps(self, kind: type[Any], of: str = "") -> bool:
        """Whether a section is remembered."""
        return _name(kind, of) in self._kept

    def put(self, section: Any, of: str = "") -> None:
        """Remember a section. of: which one, of several of a kind."""
        name = _name(type(section), of)
        self._sections = {key: value for key, value in self._sections.items() if key[0] != name}
        self._kept[name] = self._changed[name] = msgspec.Raw(msgspec.json.encode(section, enc_hook=_encoded))
        self.on_change()

    def change(self, kind: type[Any], of: str = "", **values: Any) -> None:
        """Remember other values of some fields of a section."""
        self.put(replace(self.get(kind, of), **values), of)

    def save(self) -> None:
        """Write what has changed since the last time; a file that cannot be written is a line in the log."""
        if not self._changed:
            return
        content = msgspec.json.format(msgspec.json.encode(_read(self.file) | self._changed), indent=1)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            # a power cut may cost the layout of a window; waiting for the disk would cost frames
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
        """The bundles opened last, the newest first; they may be gone by now."""
        return self.get(RecentBundles).folders

    def remember_bundle(self, folder: Path) -> None:
        """Put a bundle before the others that were opened."""
        folder = folder.absolute()
        self._remember_recent(folder, *(path for path in self.recent if path != folder))

    def forget_bundle(self, folder: Path) -> None:
        """Leave out a bundle that is gone."""
        self._remember_recent(*(path for path in self.recent if path != folder))

    def _remember_recent(self, *folders: Path) -> None:
        self.put(RecentBundles(folders[:_RECENT]))


def _name(kind: type[Any], of: str) -> str:
    return f"{kind.__name__} {of}".strip()


def _read(file: Path) -> dict[str, msgspec.Raw]:
    """The sections of a file, not looked into yet; none where it is not there or makes no sense."""
    try:
        return msgspec.json.decode(read_regular(file, _BYTES), type=dict[str, msgspec.Raw])
    except FileNotFoundError:
        pass
    except (OSError, UserError, *_UNREADABLE) as error:
        _log.warning("%s is not used: %s", file, error)
    return {}


def _typed(raw: msgspec.Raw | None, usual: Any, where: str) -> Any:
    """A section, each field as kept; as usual where none is, or it does not hold."""
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
    """A path as text, also one that is not UTF-8."""
    return quote(os.fsencode(value), safe="/\\: ")


def _decoded(kind: type[Any], text: Any) -> Any:
    path = os.fsdecode(unquote_to_bytes(text)) if isinstance(text, str) else ""
    if kind is not Path or not path or "\0" in path:
        raise ValueError(f"expected a path, found {text!r}")
    return Path(path)


def _system_animates() -> bool:
    """Whether the system asks for motion; its wish to reduce it reaches Qt as a duration of zero."""
    style = QApplication.style()
    return style is None or style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
