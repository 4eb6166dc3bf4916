"""The anchors between pairs of bundles, restored when the pair is opened again, also after a restart."""

import hashlib
from collections.abc import Callable

from PyQt6.QtCore import QObject

from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.errors import UserError
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.session import OpenBundle, SessionStore
from latent_explorer.session.alignment import Alignment, AlignmentState
from latent_explorer.session.saved_alignment import turned

_WRITE_MS = 500  # after the last change
_Key = tuple[str, str]  # of the source and of the target


def images_of(bundle: OpenBundle) -> str:
    """The identity of a bundle's images, the same for all models of them."""
    index = bundle.latents.index
    some = "all" if index is None else hashlib.sha256(index.tobytes()).hexdigest()
    fingerprint = "" if bundle.config.imageless else bundle.config.dataset.fingerprint
    return f"{fingerprint or bundle.seal} {len(bundle.latents)} {some}"


def show_same_images(source: OpenBundle, target: OpenBundle) -> bool:
    """Whether image i of one bundle is image i of the other."""
    return images_of(source) == images_of(target)


class AlignmentKeeper(QObject):
    """Keeps the anchors between pairs of bundles by seal: with undo in memory, without on disk.

    Snapshots of a run, and a model in another process, are identified by their images, and not kept on disk: anchors
    are shared by all snapshots. A new pair starts with the latest anchors of other models of the same images. say:
    called once with the reason if anchors cannot be written.
    """

    def __init__(self, store: SessionStore, say: Callable[[str], None]) -> None:
        super().__init__()
        self._store, self._say = store, say
        self._known: dict[_Key, Alignment] = {}
        self._latest: dict[_Key, Alignment] = {}  # by images
        self._written: dict[_Key, AlignmentState] = {}  # the states on disk
        self._failed = False
        self._timer = timer(self, _WRITE_MS, self.write, once=True)

    def take_up(self, source: OpenBundle, target: OpenBundle) -> Alignment:
        """The alignment of two bundles; always the same object until the program ends."""
        key = _known_by(source), _known_by(target)
        if key not in self._known:
            state = self._turned(key) or self._read(source, target)
            last = self._latest.get((images_of(source), images_of(target)))
            self._add(source, target, last.state if last is not None and state == AlignmentState() else state)
        self._latest[images_of(source), images_of(target)] = self._known[key]
        return self._known[key]

    def begin(self, source: OpenBundle, target: OpenBundle, state: AlignmentState) -> Alignment:
        """Set the alignment of two bundles, without undo."""
        self._forget((_known_by(source), _known_by(target)))
        self._add(source, target, state)
        return self.take_up(source, target)

    def write(self) -> None:
        """Write pending changes."""
        self._timer.stop()
        for seals, state in self._written.items():
            now = self._known[seals].state
            if now != state:
                self._written[seals] = now
                self._write(seals, now)

    def _write(self, seals: _Key, state: AlignmentState) -> None:
        try:
            self._store.keep_pair(seals, state)
        except UserError as error:
            if not self._failed:
                self._say(f"Anchors could not be saved for the next launch: {error}")
            self._failed = True

    def _add(self, source: OpenBundle, target: OpenBundle, state: AlignmentState) -> None:
        key = _known_by(source), _known_by(target)
        self._known[key] = alignment = Alignment((len(source.latents), len(target.latents)), state)
        if key == (source.seal, target.seal):
            self._written[key] = state
            alignment.changed.connect(self._note)

    def _note(self, old: AlignmentState, new: AlignmentState) -> None:
        self._timer.start()

    def _turned(self, key: _Key) -> AlignmentState | None:
        """The alignment of two bundles in the opposite order, from memory, without undo."""
        other = self._known.get(key[::-1])
        if other is None or key[0] == key[1]:
            return None
        self.write()
        self._forget(key)
        return AlignmentState(turned(other.state.anchors, 1), other.state.translator, other.state.growth)

    def _forget(self, key: _Key) -> None:
        """Forget a pair of bundles, in both orders."""
        for each in (key, key[::-1]):
            self._known.pop(each, None)
            self._written.pop(each, None)

    def _read(self, source: OpenBundle, target: OpenBundle) -> AlignmentState:
        seals = source.seal, target.seal
        if (_known_by(source), _known_by(target)) != seals:
            return AlignmentState()
        return self._store.read_pair(seals, (len(source.latents), len(target.latents)), TRANSLATORS)


def _known_by(bundle: OpenBundle) -> str:
    passing = bundle.config.moment is not None or bundle.config.passing
    return images_of(bundle) if passing else bundle.seal
