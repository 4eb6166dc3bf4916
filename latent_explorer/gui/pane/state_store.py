"""The user's work on each bundle, restored when the bundle is opened again, also after a restart."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject

from latent_explorer.errors import UserError
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.session import OpenBundle, Session, SessionStore, State

_WRITE_MS = 500  # after the last change


class StateKeeper(QObject):
    """Keeps the states of bundles by seal: whole states in memory; pins, path, labels and own image on disk.

    say: called once with the reason if they cannot be written.
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
        """The state of a bundle when it was last shown."""
        ahead = self._ahead.pop(bundle.seal, None)
        return self._known(bundle) or ahead or self._read(bundle)

    def read_ahead(self, bundle: OpenBundle) -> State:
        """As `state_of`, called in a thread, so that the window need not read the file."""
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
        """Start the bundle in a folder, when it opens, with the result of `state` instead of its kept state."""
        self._expected = folder, state

    def has_shown(self, session: Session) -> None:
        """Called when the expected state is shown: it is now the bundle's own."""
        self._expected = None
        self._states[session.bundle.seal] = session.state

    def note(self, session: Session, old: State) -> None:
        """Note the new state of a session; changed pins, path and labels are written soon."""
        self._states[session.bundle.seal] = session.state
        if session.bundle.config.moment is None and _kept(old) != _kept(session.state):
            if self._unwritten is not session:
                self.write()
            self._unwritten = session
            self._timer.start()

    def write(self) -> None:
        """Write pending changes."""
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
        """Forget the states in memory and ignore those on disk, as on a first launch."""
        self._timer.stop()
        self._states.clear()
        self._ahead.clear()
        self._unwritten = None


def _kept(state: State) -> tuple[object, ...]:
    """The parts of a state that are written."""
    return state.pins, state.route, state.labels, state.own, state.style
