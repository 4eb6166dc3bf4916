"""What a person has made of a bundle, kept from one launch to the next: one JSON file a bundle, named by its seal."""

import hashlib
import logging
from pathlib import Path

import msgspec
import numpy as np

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.session.session import Pin, Route, State

_log = logging.getLogger(__name__)
_BYTES = 2**22  # hundreds of pins of 128 dimensions, as text
MOST_PINS = 1000
FARTHEST = 1e6
"""Of a latent from 0, in any dimension."""


class KeptState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part of a State that is kept. More of it is a field more, with a default."""

    pins: tuple[Pin, ...] = ()
    route: Route | None = None


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
        """What was made of the bundle of this seal, whose latents have so many dimensions."""
        file = self._file(seal)
        try:
            kept = msgspec.json.decode(read_regular(file, _BYTES), type=KeptState)
            check_kept(kept, dimensions)
        except FileNotFoundError:
            return State()
        except (OSError, UserError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            _log.warning("%s is not used: %s", file, error)
            return State()
        return State(pins=kept.pins, route=kept.route)

    def keep(self, seal: str, state: State) -> None:
        """Keep what there is now; where that is nothing, no file stays. Raises UserError where it cannot be written."""
        file, kept = self._file(seal), KeptState(state.pins, state.route)
        if len(kept.pins) > MOST_PINS:
            raise UserError(f"at most {MOST_PINS:,} pins are kept, there are {len(kept.pins):,}; delete some")
        try:
            if kept == KeptState():
                file.unlink(missing_ok=True)
                return
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{file} could not be written: {error.strerror}") from error
        write_bytes_whole(file, msgspec.json.encode(kept), overwrite=True, durable=False)

    def _file(self, seal: str) -> Path:
        return self._folder / f"{hashlib.sha256(seal.encode()).hexdigest()[:32]}.json"


def check_kept(kept: KeptState, dimensions: int) -> None:
    """Raise UserError where something was made of another space, or not by this program."""
    ends = (kept.route.start, kept.route.end) if kept.route is not None else ()
    if len(kept.pins) > MOST_PINS:
        raise UserError(f"expected at most {MOST_PINS:,} pins, found {len(kept.pins):,}")
    for z in (*(pin.z for pin in kept.pins), *ends):
        if len(z) != dimensions or not np.all(np.abs(z) <= FARTHEST):
            raise UserError(f"expected {dimensions} numbers within ±{FARTHEST:g}")
    if kept.route is not None:
        _ = kept.route.path
