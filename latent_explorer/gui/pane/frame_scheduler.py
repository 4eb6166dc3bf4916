"""The order of painting the map: hover first, then view changes, then improvements of the picture."""

import time
from collections.abc import Callable, Iterator

from PyQt6.QtCore import QObject, QRect, pyqtSignal

from latent_explorer.atlas import TileKey
from latent_explorer.atlas.view import View
from latent_explorer.gui.pane.layer_buffer import DoubleBuffer
from latent_explorer.gui.widgets.latency import Meter
from latent_explorer.gui.widgets.parts import timer

_FRESH_TILE_MS = 3  # new tiles are painted one at a time, so that no hover waits long
_FADE_STEPS = 3  # paints from the stand-in to the tile
_FADING = 20  # tiles that fade at a time: a round of them takes 60 ms, and three steps are two rounds
_PATIENCE = 0.008  # seconds: the longest that painting waits for a picture under the pointer
_WAIT_MS = 1
_SLICE = 0.002  # seconds of painting a new buffer before events are processed


class FrameScheduler(QObject):
    """Paints the ground of a map in pieces; events are processed between them.

    looked: the view has changed. fades: whether tiles fade in. holds: returns whether painting should wait for a
    picture that is about to arrive. frames: the times from a change of the view until it is painted.
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
        self.fresh: dict[TileKey, int] = {}  # new tiles, each with the paint steps that are left
        self._moved_at: float | None = None
        self._held_since: float | None = None
        self._renewal: Iterator[None] | None = None
        tasks = (self._show_move, self._tell, self._renew, self._paint_fresh)
        self._timers = [timer(self, 0, task, once=True) for task in tasks]
        self._move_timer, self._look_timer, self._renew_timer, self._fresh_timer = self._timers

    @property
    def moving(self) -> bool:
        """Whether the view has changed and is not painted yet."""
        return self._move_timer.isActive()

    @property
    def busy(self) -> bool:
        """Whether something more urgent than an animation waits to be painted."""
        return self.moving or self._look_timer.isActive() or self.holds()

    @property
    def at_rest(self) -> bool:
        """Whether `looked` has been emitted for the current view, and the view and all new tiles are painted."""
        return self._renewal is None and not self.fresh and not any(each.isActive() for each in self._timers)

    def move(self) -> None:
        self._moved_at = self._moved_at or time.perf_counter()
        self._move_timer.start(0)

    def stop(self) -> None:
        """Stop painting, because the map is closed."""
        for each in self._timers:
            each.stop()
            each.timeout.disconnect()
        self.forget()

    def forget(self) -> None:
        self._ground.forget()
        self._renewal = None
        self.fresh.clear()

    def dissolve(self) -> None:
        """Paint a new buffer in pieces, which `mix` blends over the current one."""
        self.fresh.clear()
        self._ground.dissolve()
        self._renewal = self._ground.renewal(*self._shown())
        self._renew_timer.start(0)

    def mix(self, share: float) -> None:
        """Show the new buffer with opacity `share` over the old one, and points at their current places."""
        self._ground.mix(share)
        self._repaint(None)

    def show_tile(self, key: TileKey, *, stood_in: bool) -> None:
        """Schedule painting of a new tile. stood_in: a coarser tile was shown in its place, so it fades in."""
        if not self._ground.wants(key):
            return  # prefetched: painted with the view that shows it
        fades = self.fades and stood_in and len(self.fresh) < _FADING
        self.fresh[key] = _FADE_STEPS if fades else 1
        if not self._fresh_timer.isActive():
            self._fresh_timer.start(_FRESH_TILE_MS)

    def _show_move(self) -> None:
        """Paint the new view, after the hover.

        Paints at once instead of scheduling an update, which would be painted with the next picture in the inspector.
        What the scene has already painted is not painted again.
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
        """Paint the next piece of a new buffer if the view has moved beyond the current one."""
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
        """Paint one of the new tiles into the current buffer."""
        if self._renewal is not None or self._waits():
            self._fresh_timer.start(_WAIT_MS)
            return
        key = next(iter(self.fresh), None)
        if key is None:
            return
        steps = self.fresh.pop(key)
        changed = self._ground.add(self._shown()[0], key, steps)
        if steps > 1 and not changed.isEmpty():
            self.fresh[key] = steps - 1  # at the end of the queue
        if self.fresh:
            self._fresh_timer.start(_FRESH_TILE_MS)
        self._repaint(changed)

    def _waits(self) -> bool:
        """Whether to wait for a picture that is about to arrive, for a limited time."""
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
