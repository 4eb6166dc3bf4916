"""Rings on the map around the classes that a step speaks of."""

from collections.abc import Sequence

import numpy as np
from PyQt6 import sip
from pyqtgraph import ScatterPlotItem, mkPen

from latent_explorer.gui.lessons.observing import nearest_to_middle
from latent_explorer.gui.pane.pane import MapPane

_SIZE, _LINE, _HEIGHT = 64, 3, 5.0  # pixels across and thick; above points and labels


class HighlightMarks:
    """Draws them on the maps there are; they are in no picture of the map once they are taken away."""

    def __init__(self) -> None:
        self._items: dict[MapPane, ScatterPlotItem] = {}
        self._shown: object = None

    def show(self, panes: Sequence[MapPane], classes: tuple[str, ...]) -> None:
        """Mark these classes on all maps that have them."""
        known = [pane for pane in panes if pane.bundle is not None]
        state = classes, tuple((pane, pane.bundle.uv) for pane in known if pane.bundle is not None), _colours(known)
        if _same(state, self._shown):
            return
        self._shown = state
        self._items = {pane: item for pane, item in self._items.items() if pane in panes}
        for pane in known:
            self._mark(pane, classes)

    def clear(self) -> None:
        """Mark nothing."""
        self._items = {pane: item for pane, item in self._items.items() if not sip.isdeleted(item)}  # with its map
        for item in self._items.values():
            item.setData(pos=np.zeros((0, 2)))
        self._shown = None

    def _mark(self, pane: MapPane, classes: tuple[str, ...]) -> None:
        bundle = pane.bundle
        assert bundle is not None
        labels = [label for label, name in enumerate(bundle.class_names) if name in classes]
        places = [uv for label in labels if (uv := nearest_to_middle(bundle, label)) is not None]
        if not places and pane not in self._items:
            return
        if pane not in self._items:
            item = self._items[pane] = ScatterPlotItem(size=_SIZE, pxMode=True, symbol="o", brush=None)
            item.setZValue(_HEIGHT)
            pane.canvas.addItem(item)
        pos = np.array(places, np.float64).reshape(-1, 2)
        self._items[pane].setData(pos=pos, pen=mkPen(pane.theme.accent, width=_LINE), brush=None)


def _colours(panes: Sequence[MapPane]) -> tuple[str, ...]:
    return tuple(pane.theme.accent for pane in panes)


def _same(state: tuple[object, ...], before: object) -> bool:
    """Whether it is what is shown: arrays are compared by which they are."""
    if not isinstance(before, tuple) or state[0] != before[0] or state[2] != before[2]:
        return False
    now, then = state[1], before[1]
    assert isinstance(now, tuple)
    assert isinstance(then, tuple)
    return len(now) == len(then) and all(a[0] is b[0] and a[1] is b[1] for a, b in zip(now, then, strict=True))
