"""Previous and next views of a map; a whole gesture is one step."""

from dataclasses import dataclass

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QGuiApplication

from latent_explorer.gui.pane.plot import MapPlot
from latent_explorer.gui.widgets.parts import timer

_REST_MS = 400  # of rest before a view is added to the history
_MOST = 200


@dataclass(frozen=True)
class PastView:
    """A view, independent of the size of the map. fitted: whether it shows the whole map."""

    u: float
    v: float
    scale: float
    fitted: bool

    def is_as(self, other: "PastView") -> bool:
        """Whether both look the same."""
        near = abs(self.u - other.u) + abs(self.v - other.v) < 1 / max(self.scale, other.scale)
        return (self.fitted and other.fitted) or (near and abs(self.scale / other.scale - 1) < 1e-3)


class ViewHistory(QObject):
    """Remembers the views at which the map has rested."""

    def __init__(self, canvas: MapPlot) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._places: list[PastView] = []
        self._at = 0
        self._held: PastView | None = None  # a view at which it rested with a mouse button down
        self._ended = False
        self._rest = timer(self, _REST_MS, self._note_at_rest, once=True)

    def begin(self) -> None:
        """Clear the history for another map."""
        self._rest.stop()
        self._places, self._at = [self._now], 0

    def look(self) -> None:
        """Called when the view has changed and may still be changing."""
        if self._held is not None and not _is_held():
            self._note(self._held)  # where the button was released after a rest
        self._held = None
        if not self._ended:
            self._rest.start()

    def go(self, steps: int) -> bool:
        """Go to the previous (-1) or next (1) view. Returns False if there is none."""
        self._note(self._now)
        if not (self._places and 0 <= self._at + steps < len(self._places)):
            return False
        self._at += steps
        place = self._places[self._at]
        if place.fitted:
            self._canvas.fit()
        else:
            self._canvas.look_at(place.u, place.v, place.scale)
        return True

    def stop(self) -> None:
        """Stop remembering, as the map is closed."""
        self._ended = True
        self._rest.stop()

    @property
    def _now(self) -> PastView:
        view = self._canvas.view
        return PastView(view.u, view.v, view.scale, self._canvas.follows_home)

    def _note_at_rest(self) -> None:
        if _is_held():
            self._held = self._now  # the gesture has not ended
        else:
            self._note(self._now)

    def _note(self, place: PastView) -> None:
        """Add a view to the history, unless it is the current entry."""
        self._rest.stop()
        self._held = None
        if self._places and not place.is_as(self._places[self._at]):
            self._places = [*self._places[: self._at + 1], place][-_MOST:]
            self._at = len(self._places) - 1


def _is_held() -> bool:
    return QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
