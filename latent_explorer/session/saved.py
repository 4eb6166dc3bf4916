"""A session as a file: open bundles, views and a person's work as JSON, with arrays beside it.

A file is treated as data: of fixed types and sizes, checked as a whole before use, never run.
"""

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from latent_explorer.charts import ChartSpec
from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.session.own_sets import MOST_SETS, OwnSet
from latent_explorer.session.saved_alignment import SavedAlignment
from latent_explorer.session.session import Point
from latent_explorer.session.store import FARTHEST, MOST_PINS, KeptState, check_kept
from latent_explorer.targets import shown, why
from latent_explorer.version import __version__

SUFFIX = ".latent.json"
KIND = "latent-explorer session"
FORMAT = 1
SESSION_BYTES = 2**24
ARRAY_BYTES = 2**28

Side = Annotated[int, Meta(ge=64, le=32768)]
_Text = Annotated[str, Meta(max_length=4096)]
_Name = Annotated[str, Meta(max_length=200)]
_Class = Annotated[int, Meta(ge=0, le=2**15)]
_Share = Annotated[float, Meta(ge=0, le=1)]
_Coordinate = Annotated[float, Meta(ge=-1e9, le=1e9)]
_Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class SavedView(msgspec.Struct, frozen=True):
    """The visible part of the plane: the point in the middle, and pixels per plane unit."""

    u: _Coordinate
    v: _Coordinate
    scale: Annotated[float, Meta(gt=0, le=2.0**41)]


class SavedLayer(msgspec.Struct, frozen=True):
    """A layer by its name in `LayerSpec`, whether it is visible, and its opacity."""

    name: _Name
    shown: bool = True
    opacity: _Share = 1.0


class SavedLook(msgspec.Struct, frozen=True, kw_only=True):
    """The look that maps share. theme: dark or light. palette: of the classes, by name. point_size: percent.

    shapes: whether each class has its own. point_colour: what points are coloured by. picture_size: the target side of
    a picture in pixels; 0 for automatic.
    """

    theme: Annotated[str, Meta(pattern="^(dark|light)$")] = "dark"
    palette: _Name = "usual"
    shapes: bool = False
    point_size: Annotated[int, Meta(ge=50, le=200)] = 100
    point_colour: _Name = "class"
    picture_size: Annotated[float, Meta(ge=0, le=200)] = 0.0


class SavedMap(KeptState, frozen=True, kw_only=True, omit_defaults=True):
    """One map: a bundle, the chart, the view, the layers, and a person's work on it.

    path: of the bundle's folder; beside: the same relative to the session's file; name: of the folder.
    seal: the hashes of its files. dimensions, images: of its latents. label: the class given to a conditional decoder.
    size: of the map in logical pixels, without its axes. frame: the current one of the path. chosen: the place chosen
    last. selection: the name of its array, bool (images,); empty for none. slots: of the classes' colours.
    sets: of the user's own images, which are read again from their paths.
    """

    path: _Text
    beside: _Text = ""
    name: _Name
    seal: Annotated[str, Meta(max_length=2000)]
    dimensions: Annotated[int, Meta(ge=1, le=4096)]
    images: Annotated[int, Meta(ge=1, le=10**9)]
    label: _Class = 0
    chart: ChartSpec | None = None
    view: SavedView
    size: tuple[Side, Side]
    layers: Annotated[tuple[SavedLayer, ...], Meta(max_length=200)] = ()
    hidden: Annotated[tuple[_Class, ...], Meta(max_length=2**15)] = ()
    frame: Annotated[int, Meta(ge=0, le=10**4)] = 0
    chosen: Point | None = None
    selection: Annotated[str, Meta(pattern="^[a-z0-9-]{0,40}$")] = ""
    slots: Annotated[tuple[_Class, ...], Meta(max_length=2**15)] = ()
    sets: Annotated[tuple[OwnSet, ...], Meta(max_length=MOST_SETS)] = ()


class ArraysFile(msgspec.Struct, frozen=True):
    """The safetensors file beside a session's, by name, and its SHA-256."""

    file: Annotated[str, Meta(max_length=255, pattern=r"^[^/\\\x00-\x1f]+\.safetensors$")]
    sha256: _Digest


class SavedSession(msgspec.Struct, frozen=True, kw_only=True):
    """All maps of a window, the active one, and their shared look.

    kind, format: identify the file. program: the version that wrote it. window: width and height in logical pixels.
    alignment: the link between two maps; None for one map, or if the writing program had no links.
    """

    kind: Annotated[str, Meta(pattern=f"^{KIND}$")] = KIND
    format: int = FORMAT
    program: _Name = __version__
    maps: Annotated[tuple[SavedMap, ...], Meta(min_length=1, max_length=2)]
    active: Annotated[int, Meta(ge=0, le=1)] = 0
    look: SavedLook = SavedLook()
    window: tuple[Side, Side] | None = None
    arrays: ArraysFile | None = None
    alignment: SavedAlignment | None = None

    @property
    def map(self) -> SavedMap:
        """The active map."""
        return self.maps[self.active]


Arrays = dict[str, NDArray[Any]]


def write_session(path: Path, session: SavedSession, arrays: Arrays, *, durable: bool = True) -> SavedSession:
    """Write a session and the arrays that it names; returns it as written. Replaces an older one as a whole.

    The arrays' file gets a new name each time and the JSON file is written last, so it always names the right arrays.
    Raises UserError if one of them cannot be written; then nothing has changed.
    """
    path, packed = Path(path), save(arrays) if arrays else b""
    if len(packed) > ARRAY_BYTES:
        raise UserError(f"{shown(path)} could not be written: its arrays take {len(packed):,} bytes, too many to read")
    if max(len(each.pins) for each in session.maps) > MOST_PINS:
        raise UserError(f"{shown(path)} could not be written: a session keeps at most {MOST_PINS:,} pins; delete some")
    digest = hashlib.sha256(packed).hexdigest()
    stem = path.name.removesuffix(SUFFIX)
    beside = ArraysFile(f"{stem}.{digest[:12]}.safetensors", digest) if packed else None
    session = msgspec.structs.replace(session, arrays=beside)
    content = msgspec.json.format(msgspec.json.encode(session), indent=1) + b"\n"
    before = _arrays_of(path, stem)
    if beside is not None:
        write_bytes_whole(path.parent / beside.file, packed, overwrite=True, durable=durable)
    try:
        write_bytes_whole(path, content, overwrite=True, durable=durable)
    except UserError:
        if beside is not None and path.parent / beside.file not in before:
            (path.parent / beside.file).unlink(missing_ok=True)
        raise
    for old in before:
        if beside is None or old.name != beside.file:
            old.unlink(missing_ok=True)
    return session


def _arrays_of(path: Path, stem: str) -> list[Path]:
    """The arrays files of sessions with this name."""
    pattern = re.compile(re.escape(stem) + r"\.[0-9a-f]{12}\.safetensors")
    try:
        return [each for each in path.parent.iterdir() if pattern.fullmatch(each.name)]
    except OSError:
        return []


def read_session(path: Path, lost: list[str] | None = None) -> tuple[SavedSession, Arrays]:
    """A session and its arrays. Raises UserError that says what is wrong with the file, and what to do.

    An invalid link of the maps is left out, because each map works without it; `lost` collects the reasons.
    """
    path, lost = Path(path), [] if lost is None else lost
    content = _content(path, SESSION_BYTES)
    try:
        _check_format(content)
        session = _decoded(content, lost)
        _check(session)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(path, f"it is not a session of this program, or was changed ({error})") from error
    except UserError as error:
        raise _refusal(path, str(error)) from error
    arrays = {} if session.arrays is None else _arrays(path.parent / session.arrays.file, session)
    if reason := _unlinked(session, arrays):
        lost.append(f"the anchors ({reason})")
        session = msgspec.structs.replace(session, alignment=None)
    return session, arrays


def _decoded(content: bytes, lost: list[str]) -> SavedSession:
    try:
        return msgspec.json.decode(content, type=SavedSession)
    except msgspec.ValidationError as error:
        parts = msgspec.json.decode(content)
        if parts.pop("alignment", None) is None:
            raise
        session = msgspec.convert(parts, SavedSession)
        lost.append(f"the anchors ({error})")
        return session


def _unlinked(session: SavedSession, arrays: Arrays) -> str:
    """Why the link of a session is invalid, in words; empty if it is valid."""
    link = session.alignment
    if link is None:
        return ""
    if len(session.maps) < 2:
        return "they tie two maps, and there is one"
    found = arrays.get(link.array)
    if link.array and (found is None or found.dtype != np.int64 or found.ndim != 2 or found.shape[1] != 2):
        return f"expected {link.array} as int64 (k, 2) in the file of arrays"
    return ""


def _content(path: Path, most: int) -> bytes:
    try:
        return read_regular(path, most)
    except FileNotFoundError:
        raise UserError(f"{shown(path)} is not there: it was moved, renamed or deleted") from None
    except OSError as error:
        raise UserError(f"{shown(path)} cannot be read: {why(error)}") from error


def _check_format(content: bytes) -> None:
    head: Any = msgspec.json.decode(content)
    if not isinstance(head, dict) or head.get("kind") != KIND:
        raise UserError(f"expected a JSON file of kind {KIND!r}, as File ▸ Save session… writes it")
    if head.get("format") != FORMAT:
        raise UserError(
            f"expected format {FORMAT}, found {str(head.get('format'))[:40]}: another version of the program wrote it; "
            "open it with that, or save it anew"
        )


def _check(session: SavedSession) -> None:
    """Raise UserError if values contradict each other."""
    if session.active >= len(session.maps):
        raise UserError(f"expected active below {len(session.maps)}, found {session.active}")
    for each in session.maps:
        check_kept(each, each.dimensions)
        chosen = each.chosen
        if chosen is not None and (len(chosen) != each.dimensions or not np.all(np.abs(chosen) <= FARTHEST)):
            raise UserError(f"expected a chosen place of {each.dimensions} numbers within ±{FARTHEST:g}")
        if each.selection and session.arrays is None:
            raise UserError(f"its selection {each.selection!r} is in no file")


def _arrays(path: Path, session: SavedSession) -> Arrays:
    assert session.arrays is not None
    content = _content(path, ARRAY_BYTES)
    if hashlib.sha256(content).hexdigest() != session.arrays.sha256:
        raise UserError(
            f"{shown(path)} is not the file of arrays that belongs to the session; take the one saved with it"
        )
    try:
        arrays = load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _refusal(path, f"it is no safetensors file ({error})") from error
    for each in session.maps:
        found = arrays.get(each.selection)
        if each.selection and (found is None or found.dtype != np.bool_ or found.shape != (each.images,)):
            raise _refusal(path, f"expected {each.selection} as bool ({each.images},)")
    return arrays


def _refusal(path: Path, reason: str) -> UserError:
    return UserError(f"{shown(path)} cannot be opened: {reason}")


def session_schema() -> bytes:
    """The JSON schema of a session's file, as in `resources/session.schema.json`."""
    schema = msgspec.json.schema(SavedSession)
    return msgspec.json.format(msgspec.json.encode(schema), indent=1) + b"\n"


def made_alike(one: SavedSession, other: SavedSession) -> bool:
    """Whether two sessions contain the same work: a different view is not work that could be lost."""
    return _made(one) == _made(other)


def _made(session: SavedSession) -> tuple[Any, ...]:
    still = SavedView(0, 0, 1)
    maps = [
        msgspec.structs.replace(each, view=still, size=(64, 64), chosen=None, frame=0, slots=(), path="", beside="")
        for each in session.maps
    ]
    return maps, session.look, None if session.alignment is None else session.alignment.made
