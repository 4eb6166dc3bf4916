"""A person's work on a bundle, kept from one launch to the next: one JSON file per bundle, named by its seal.

The anchors between two bundles are in a file named by both seals, whichever is the source.
"""

import hashlib
import logging
from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.session.alignment import AlignmentState
from latent_explorer.session.labels import Labels
from latent_explorer.session.own_image import OwnImage
from latent_explorer.session.saved_alignment import KeptAlignment, fitting, turned
from latent_explorer.session.session import Pin, Route, State
from latent_explorer.session.style import NO_STYLE, StyleChoice

_log = logging.getLogger(__name__)
_BYTES = 2**22  # hundreds of pins of 128 dimensions, as text
_Kept = TypeVar("_Kept", bound=msgspec.Struct)
Seals = tuple[str, str]
"""The seals of the source and of the target."""

MOST_PINS = 1000
MOST_ANCHORS = 100_000
FARTHEST = 1e6
"""The maximum distance of a latent from 0, in any dimension."""


class KeptState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part of a State that is kept. To keep more, add a field with a default."""

    pins: tuple[Pin, ...] = ()
    route: Route | None = None
    own: OwnImage | None = None
    labels: Labels = Labels()
    style: StyleChoice = NO_STYLE


class SessionStore:
    """Keeps the pins and the path of each bundle.

        store = SessionStore(sessions_folder())
        state = store.read(bundle.seal, bundle.config.net.latent_dim)  # of an earlier launch, or an empty one
        store.keep(bundle.seal, session.state)

    Both are quick, but touch the disk. A file that does not hold counts as none, with a line in the log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, seal: str, dimensions: int) -> State:
        """The state of the bundle with this seal, whose latents have this many dimensions."""
        file = self._file(seal)
        kept = _read(file, KeptState)
        try:
            check_kept(kept, dimensions)
        except UserError as error:
            _log.warning("%s is not used: %s", file, error)
            return State()
        return State(pins=kept.pins, route=kept.route, own=kept.own, labels=kept.labels, style=kept.style)

    def keep(self, seal: str, state: State) -> None:
        """Keep the present state; an empty one leaves no file. Raises UserError if it cannot be written."""
        kept = KeptState(state.pins, state.route, state.own, state.labels, state.style)
        if len(kept.pins) > MOST_PINS:
            raise UserError(f"at most {MOST_PINS:,} pins are kept, there are {len(kept.pins):,}; delete some")
        _write(self._file(seal), kept, nothing=kept == KeptState())

    def read_pair(self, seals: Seals, counts: tuple[int, int], kinds: Collection[str]) -> AlignmentState:
        """The link between the bundles with these seals, as far as it fits their images and the available
        translators."""
        kept = _read(self._file(_both(seals)), KeptAlignment)
        state, lost = fitting(kept, turned(kept.anchors, _side(seals)), counts, kinds)
        if lost:
            _log.warning("of the anchors kept between two bundles is not used: %s", "; ".join(lost))
        return state

    def keep_pair(self, seals: Seals, state: AlignmentState) -> None:
        """Keep the link between two bundles, in either order. Raises UserError if it cannot be written."""
        if len(state.anchors) > MOST_ANCHORS:
            found = len(state.anchors)
            raise UserError(f"at most {MOST_ANCHORS:,} anchors are kept, there are {found:,}; save a session instead")
        kept = KeptAlignment(
            anchors=turned(state.anchors, _side(seals)), translator=state.translator, growth=state.growth
        )
        _write(self._file(_both(seals)), kept, nothing=kept == KeptAlignment())

    def _file(self, seal: str) -> Path:
        return self._folder / f"{hashlib.sha256(seal.encode()).hexdigest()[:32]}.json"


def _both(seals: Seals) -> str:
    """The name of a pair, whichever is the source."""
    return "\n".join(sorted(seals))


def _side(seals: Seals) -> int:
    """Which bundle of the stored pair is the source."""
    return int(seals[0] > seals[1])


def _read(file: Path, kind: type[_Kept]) -> _Kept:
    """The state kept in a file; empty if there is none, or it is invalid."""
    try:
        return msgspec.json.decode(read_regular(file, _BYTES), type=kind)
    except FileNotFoundError:
        return kind()
    except (OSError, UserError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        _log.warning("%s is not used: %s", file, error)
        return kind()


def _write(file: Path, kept: msgspec.Struct, *, nothing: bool) -> None:
    """Write a state; an empty one leaves no file. Raises UserError if it cannot be written."""
    try:
        if nothing:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{file} could not be written: {error.strerror}") from error
    write_bytes_whole(file, msgspec.json.encode(kept), overwrite=True, durable=False)


def check_kept(kept: KeptState, dimensions: int) -> None:
    """Raise UserError if something is from another space, or not from this program."""
    places = kept.route.places if kept.route is not None else ()
    if len(kept.pins) > MOST_PINS:
        raise UserError(f"expected at most {MOST_PINS:,} pins, found {len(kept.pins):,}")
    own = (kept.own.z,) if kept.own is not None and kept.own.z else ()
    sides = (side.z for side in kept.style.sides.values())
    for z in (*(pin.z for pin in kept.pins), *places, *own, *sides):
        if len(z) != dimensions or not np.all(np.abs(z) <= FARTHEST):
            raise UserError(f"expected {dimensions} numbers within ±{FARTHEST:g}")
    if kept.route is not None:
        kept.route.check()
    kept.labels.check()
