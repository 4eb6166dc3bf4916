"""Points on their way from one moment of a run to another, while the pictures under them go over."""

import time

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, Qt, QTimer

from latent_explorer.gui.pane.canvas import MapCanvas

_SECONDS = 0.45
_FRAME_MS = 16
_MOST = 0.05  # seconds from one step of the points to the next, at most


class Glide(QObject):
    """Moves the points of a map."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._start = self._end = np.zeros((0, 2), np.float32)
        self._begun = self._shown = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._step)

    @property
    def moving(self) -> bool:
        """Whether points are on their way."""
        return self._timer.isActive()

    def begin(self, start: NDArray[np.float32], end: NDArray[np.float32]) -> None:
        """Let points (n, 2) go from where they are to where they belong, and what was decoded anew dissolve in."""
        self._start, self._end = start, end
        self._begun = time.perf_counter()
        self._canvas.pacing.dissolve()
        self._timer.start()

    def stop(self) -> None:
        """Be there at once."""
        if self.moving:
            self._show(1.0)

    def _step(self) -> None:
        now = time.perf_counter()
        if self._canvas.pacing.busy and now - self._shown < _MOST:
            return  # one who moves the map meanwhile goes before
        self._shown = now
        self._show(min(1.0, (now - self._begun) / _SECONDS))

    def _show(self, passed: float) -> None:
        if passed >= 1:
            self._timer.stop()
        self._canvas.points.move(self._between(passed))
        self._canvas.pacing.mix(_eased(passed))

    def _between(self, passed: float) -> NDArray[np.float32]:
        if passed >= 1:
            return self._end
        return self._start + np.float32(_eased(passed)) * (self._end - self._start)


def _eased(passed: float) -> float:
    """0 to 1, slow at both ends."""
    return passed * passed * (3 - 2 * passed)
