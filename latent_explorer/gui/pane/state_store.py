"""What a person has made of bundles: there again when one of them is opened again, also at the next launch."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject

from latent_explorer.errors import UserError
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.session import OpenBundle, Session, SessionStore, State

_WRITE_MS = 500  # after the last change


class StateKeeper(QObject):
    """Keeps the states of bundles by their seal: all of each for this launch, pins, path, labels, own image on disk.

    say: called with why they cannot be written, once.
    """

    def __init__(self, store: SessionStore, say: Callable[[str], None]) -> None:
        super().__init__()
        self._store, self._say = store, say
        self._states: dict[str, State] = {}
        self._expected: tuple[Path, Callable[[OpenBundle], State]] | None = None
        self._ahead: dict[str, State] = {}
        self._unwritten: Session | None = None
        self._failed = False
        self._timer = timer(self, _WRITE_MS, self.write, once=True)

    def state_of(self, bundle: OpenBundle) -> State:
        """What was made of a bundle when it was last shown, in this launch or before."""
        ahead = self._ahead.pop(bundle.seal, None)
        return self._known(bundle) or ahead or self._read(bundle)

    def read_ahead(self, bundle: OpenBundle) -> State:
        """As `state_of`, for a thread: what it reads need not be read again by the window."""
        state = self._known(bundle)
        if state is None:
            self._ahead[bundle.seal] = state = self._read(bundle)
        return state

    def _known(self, bundle: OpenBundle) -> State | None:
        if self._expected is not None and self._expected[0] == bundle.folder:
            return self._expected[1](bundle)
        return self._states.get(bundle.seal)

    def _read(self, bundle: OpenBundle) -> State:
        return State() if bundle.config.moment else self._store.read(bundle.seal, bundle.config.net.latent_dim)

    def expect(self, folder: Path, state: Callable[[OpenBundle], State]) -> None:
        """Have the bundle in a folder, when it is opened, begin with this state rather than with what was kept."""
        self._expected = folder, state

    def has_shown(self, session: Session) -> None:
        """What was expected is there: from now on, it is what this launch has made of the bundle."""
        self._expected = None
        self._states[session.bundle.seal] = session.state

    def note(self, session: Session, old: State) -> None:
        """A session has changed from an old state; its pins, path and labels are written soon."""
        self._states[session.bundle.seal] = session.state
        if session.bundle.config.moment is None and _kept(old) != _kept(session.state):
            if self._unwritten is not session:
                self.write()
            self._unwritten = session
            self._timer.start()

    def write(self) -> None:
        """Write what is not on disk yet."""
        session, self._unwritten = self._unwritten, None
        self._timer.stop()
        if session is None or session.bundle.config.moment is not None:
            return
        try:
            self._store.keep(session.bundle.seal, session.state)
        except UserError as error:
            if not self._failed:
                self._say(f"Pins and path could not be saved for the next launch: {error}")
            self._failed = True

    def forget(self) -> None:
        """Begin as on a first launch; what is on disk stays."""
        self._timer.stop()
        self._states.clear()
        self._ahead.clear()
        self._unwritten = None


def _kept(state: State) -> tuple[object, ...]:
    """What of a state is written."""
    return state.pins, state.route, state.labels, state.own, state.style
