"""When what of the map is painted: the hover first, then the move, then all that makes the picture better."""

import time
from collections.abc import Callable, Iterator

from PyQt6.QtCore import QObject, QRect, pyqtSignal

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.view import View
from latent_explorer.gui.pane.layer_buffer import DoubleBuffer
from latent_explorer.gui.widgets.latency import Meter
from latent_explorer.gui.widgets.parts import timer

_FRESH_TILE_MS = 3  # tiles that came are painted one at a time, so that no hover waits long
_FADE_STEPS = 3  # paints from the stand-in to the tile
_FADING = 20  # tiles that fade at a time: a round of them takes 60 ms, two rounds lie between three steps
_PATIENCE = 0.008  # seconds at most that painting waits for a picture under the pointer
_WAIT_MS = 1
_SLICE = 0.002  # seconds of painting a new buffer between two looks at what has come


class FrameScheduler(QObject):
    """Paints the ground of a map in pieces, between which all else is done.

    looked: those who need to know are told now that the view has changed. fades: whether tiles fade in. holds: whether
    a picture is about to come that all other painting waits for. frames: times from a move of the map to it painted.
    """

    looked = pyqtSignal()

    def __init__(
        self,
        parent: QObject,
        ground: DoubleBuffer,
        shown: Callable[[], tuple[View, float]],
        repaint: Callable[[QRect | None], None],
    ) -> None:
        super().__init__(parent)
        self._ground, self._shown, self._repaint = ground, shown, repaint
        self.fades = True
        self.holds: Callable[[], bool] = lambda: False
        self.frames = Meter("frame")
        self.fresh: dict[TileKey, int] = {}  # tiles that came, and in how many steps each is still to be painted
        self._moved_at: float | None = None
        self._held_since: float | None = None
        self._renewal: Iterator[None] | None = None
        tasks = (self._show_move, self._tell, self._renew, self._paint_fresh)
        self._timers = [timer(self, 0, task, once=True) for task in tasks]
        self._move_timer, self._look_timer, self._renew_timer, self._fresh_timer = self._timers

    @property
    def moving(self) -> bool:
        """Whether the view has moved and is not painted yet."""
        return self._move_timer.isActive()

    @property
    def busy(self) -> bool:
        """Whether something more urgent is to be painted than what moves by itself."""
        return self.moving or self._look_timer.isActive() or self.holds()

    @property
    def at_rest(self) -> bool:
        """Whether all have been told of the view, and it is painted, with the tiles that have come."""
        return self._renewal is None and not self.fresh and not any(each.isActive() for each in self._timers)

    def move(self) -> None:
        self._moved_at = self._moved_at or time.perf_counter()
        self._move_timer.start(0)

    def stop(self) -> None:
        """Paint nothing any more, whatever has begun: the map is closed."""
        for each in self._timers:
            each.stop()
            each.timeout.disconnect()
        self.forget()

    def forget(self) -> None:
        self._ground.forget()
        self._renewal = None
        self.fresh.clear()

    def dissolve(self) -> None:
        """Paint everything anew, in pieces, to take the place of what is seen as `mix` says."""
        self.fresh.clear()
        self._ground.dissolve()
        self._renewal = self._ground.renewal(*self._shown())
        self._renew_timer.start(0)

    def mix(self, share: float) -> None:
        """Show so much of what takes the place of what was seen before, and points where they are now."""
        self._ground.mix(share)
        self._repaint(None)

    def show_tile(self, key: TileKey, *, stood_in: bool) -> None:
        """A tile has come; it is painted soon, and faded in where another has stood in for it."""
        if not self._ground.wants(key):
            return  # asked for ahead; painted with all else once it is seen
        fades = self.fades and stood_in and len(self.fresh) < _FADING
        self.fresh[key] = _FADE_STEPS if fades else 1
        if not self._fresh_timer.isActive():
            self._fresh_timer.start(_FRESH_TILE_MS)

    def _show_move(self) -> None:
        """Show where one has gone; what hovers along is shown before.

        Painted now, not merely marked to be: whatever is marked is painted with the next picture in the inspector.
        What the scene has painted meanwhile is not painted once more.
        """
        self._repaint(QRect())
        if self._moved_at is not None:
            self.frames.add(1000 * (time.perf_counter() - self._moved_at))
            self._moved_at = None
        self._look_timer.start(0)

    def _tell(self) -> None:
        if self._waits():
            self._look_timer.start(_WAIT_MS)
            return
        self.looked.emit()
        self._renew_timer.start(0)

    def _renew(self) -> None:
        """Paint on for a moment where the view has left what is painted."""
        if self._renewal is None and not self._ground.fits(*self._shown()):
            self._renewal = self._ground.renewal(*self._shown())
        if self._renewal is None:
            return
        if self._waits():
            self._renew_timer.start(_WAIT_MS)
            return
        end = time.perf_counter() + _SLICE
        for _ in self._renewal:
            if time.perf_counter() > end:
                break
        else:
            self._renewal = None
            self._repaint(None)
        self._renew_timer.start(0)

    def _paint_fresh(self) -> None:
        """Paint one of the tiles that came into what is painted already."""
        if self._renewal is not None or self._waits():
            self._fresh_timer.start(_WAIT_MS)
            return
        key = next(iter(self.fresh), None)
        if key is None:
            return
        steps = self.fresh.pop(key)
        changed = self._ground.add(self._shown()[0], key, steps)
        if steps > 1 and not changed.isEmpty():
            self.fresh[key] = steps - 1  # behind the others
        if self.fresh:
            self._fresh_timer.start(_FRESH_TILE_MS)
        self._repaint(changed)

    def _waits(self) -> bool:
        """Whether to let a picture that is about to come be shown first: not for ever, where one follows another."""
        now = time.perf_counter()
        if not self.holds():
            self._held_since = None
            return False
        if self._held_since is None:
            self._held_since = now
        if now - self._held_since < _PATIENCE:
            return True
        self._held_since = None
        return False
