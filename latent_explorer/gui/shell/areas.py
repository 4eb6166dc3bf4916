"""Keyboard navigation between parts of the window: maps, tool bar, visible panels, and tabbed panels."""

from collections.abc import Iterator

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QDockWidget, QMainWindow, QToolBar, QWidget

from latent_explorer.gui.workbench import Workbench


class Areas:
    """Moves the focus between the parts of a window."""

    def __init__(self, window: QMainWindow, bench: Workbench) -> None:
        self._window, self._bench = window, bench

    def step(self, by: int) -> None:
        """Move the focus to the next (1) or previous (-1) part, to its first focusable widget."""
        areas = [area for area in self._in_sight() if first_stop(area) is not None]
        now = next((number for number, area in enumerate(areas) if _has_keyboard(area)), -by)
        self._enter(areas[(now + by) % len(areas)])

    def turn(self, by: int) -> None:
        """Raise the next (1) or previous (-1) panel of a tabbed group."""
        dock = next((each for each in self._docks() if _has_keyboard(each)), None) or self._shared()
        if dock is None:
            return
        beside = [dock, *self._window.tabifiedDockWidgets(dock)]
        there = [each for each in self._bench.docks.by_title.values() if each in beside and not each.isHidden()]
        following = there[(there.index(dock) + by) % len(there)]
        following.raise_()
        QApplication.processEvents()  # so that its widgets are shown and can take the focus
        self._enter(following)

    def _enter(self, area: QWidget) -> None:
        if (stop := first_stop(area)) is not None:
            stop.setFocus(Qt.FocusReason.TabFocusReason)

    def _in_sight(self) -> Iterator[QWidget]:
        for pane in self._bench.panes:
            yield pane.canvas
        yield self._bench.banner
        yield from self._window.findChildren(QToolBar)
        yield from self._docks()

    def _docks(self) -> list[QDockWidget]:
        docks = self._bench.docks.by_title.values()
        return [dock for dock in docks if dock.isVisible() and not dock.visibleRegion().isEmpty()]

    def _shared(self) -> QDockWidget | None:
        """A visible panel with others behind it."""
        return next((dock for dock in self._docks() if self._window.tabifiedDockWidgets(dock)), None)


def first_stop(area: QWidget) -> QWidget | None:
    """The first widget in a part of a window that takes focus by Tab."""
    if area.focusPolicy() & Qt.FocusPolicy.TabFocus and area.isVisible() and area.isEnabled():
        return area
    stops = [each for each in area.findChildren(QWidget) if _takes_keys(each)]
    return min(stops, key=lambda each: (each.mapTo(area, each.rect().topLeft()).y(), each.x()), default=None)


def _takes_keys(widget: QWidget) -> bool:
    tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return tabbed and widget.isVisible() and widget.isEnabled() and not widget.objectName().startswith("qt_")


def _has_keyboard(area: QWidget) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and (focused is area or area.isAncestorOf(focused))
