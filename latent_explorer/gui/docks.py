"""The docks around the maps, and the panels of the active pane in them."""

import zlib
from collections.abc import Mapping

from PyQt6.QtCore import QByteArray, Qt
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QTabWidget, QWidget

from latent_explorer.gui.settings import Settings, WindowLayout
from latent_explorer.gui.widgets.placing import first_size, fit

_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
_ROOM_FOR_THREE = 1000  # pixels: the least width of a window with panels on both sides
_FOLDED = 330  # pixels: the width of stacked panels, so that tabs are readable
_READABLE = 270  # pixels: the height of a panel above others, so that lessons need no scrolling
_AREAS = {
    "Lessons": _RIGHT,
    "Layers": _LEFT,
    "Classes": _LEFT,
    "Pins": _LEFT,
    "Inspector": _RIGHT,
    "Selection": _RIGHT,
    "Chart": _RIGHT,
    "Alignment": _RIGHT,
    "Training": _RIGHT,
    "Compare": _RIGHT,
    "Filmstrip": Qt.DockWidgetArea.BottomDockWidgetArea,
}
TITLES = tuple(_AREAS)
"""The titles of the built-in docks."""
_VERSION = zlib.crc32("\n".join(TITLES).encode()) >> 1  # version of a layout: layouts with other panels are ignored


class Docks:
    """The docks of a window, by title; each holds a stack of widgets."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._stacks: dict[str, QStackedWidget] = {}
        self.by_title: dict[str, QDockWidget] = {}
        for title in _AREAS:
            self._add_dock(title)
        toggle = self.by_title["Lessons"].toggleViewAction()
        assert toggle is not None
        toggle.triggered.connect(self._toggle_lessons)
        window.setCorner(Qt.Corner.BottomLeftCorner, _LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)
        window.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)

    def add(self, panels: Mapping[str, QWidget]) -> None:
        """Add panels to the docks of their titles; a new title gets a dock on the right."""
        for title, panel in panels.items():
            if title not in self._stacks:
                self._add_dock(title)
                self._window.tabifyDockWidget(self.by_title["Selection"], self.by_title[title])
            self._stacks[title].addWidget(panel)

    def _add_dock(self, title: str) -> None:
        self._stacks[title], self.by_title[title] = QStackedWidget(), QDockWidget(title, self._window)
        self.by_title[title].setObjectName(title)
        self.by_title[title].setWidget(self._stacks[title])
        self._window.addDockWidget(_AREAS.get(title, _RIGHT), self.by_title[title])

    def show_panels(self, panels: Mapping[str, QWidget]) -> None:
        """Show these panels in their docks."""
        for title, panel in panels.items():
            self._stacks[title].setCurrentWidget(panel)

    def remove(self, panels: Mapping[str, QWidget]) -> None:
        """Remove and delete panels."""
        for title, panel in panels.items():
            self._stacks[title].removeWidget(panel)
            panel.deleteLater()

    def arrange_first(self) -> None:
        """Arrange the docks by default; call after panels are added."""
        self.by_title["Lessons"].hide()  # until the user opens one
        self.by_title["Training"].hide()  # until there is something to train
        self.by_title["Compare"].hide()  # until there are two maps
        self.by_title["Alignment"].hide()  # until there are two maps
        for title in self.by_title.keys() - _AREAS.keys():
            self.by_title[title].hide()  # until the user opens it
        self._arrange()
        self._first_state = self._window.saveState()

    def reset(self) -> None:
        """Restore the default arrangement."""
        self._window.restoreState(self._first_state)
        self._arrange()

    def restore(self, settings: Settings) -> None:
        """Restore the arrangement from when the window was last closed.

        A layout from before a panel was added is ignored, as it would place that panel below all others.
        """
        layout = settings.get(WindowLayout)
        if self._window.restoreGeometry(QByteArray(layout.geometry)):
            fit(self._window)
        self._window.restoreState(QByteArray(layout.state), _VERSION)

    def show_below(self, title: str, *, shown: bool) -> None:
        """Show or hide a panel below the others at its side, with its preferred height."""
        dock = self.by_title[title]
        if shown and dock.isHidden():
            dock.show()
            self._window.resizeDocks([dock], [self._stacks[title].sizeHint().height()], Qt.Orientation.Vertical)
        elif not shown:
            dock.hide()

    def show_above(self, title: str) -> None:
        """Show a panel above the others at its side, with half of the height, or what it needs."""
        dock, below = self.by_title[title], self.by_title["Inspector"]
        hidden = dock.isHidden()
        dock.show()
        if hidden or dock.height() < _READABLE:
            both = dock.height() + below.height()
            own = max(both // 2, min(_READABLE, both))  # the panel below keeps its minimum
            self._window.resizeDocks([dock, below], [own, both - own], Qt.Orientation.Vertical)
        dock.raise_()

    def _toggle_lessons(self, shown: bool) -> None:
        """From the menu too they come as high as they are read, and not as low as they can be."""
        if shown:
            self.by_title["Lessons"].hide()
            self.show_above("Lessons")

    def offer(self, title: str, *, shown: bool) -> None:
        """Show a panel that has become available in front, or hide it."""
        dock = self.by_title[title]
        if shown and dock.isHidden():
            self.bring(title)
        elif not shown:
            dock.hide()

    def bring(self, title: str, show: bool = True) -> None:
        """Raise a panel among those that share its place. show: also if it is hidden."""
        if show:
            self.by_title[title].show()
        self.by_title[title].raise_()

    def bring_in_turn(self, title: str) -> None:
        """Raise a panel and hide the others of its group, so that tabs remain readable."""
        for other in self.by_title.keys() - _AREAS.keys() - {title}:
            if not self.by_title[other].isFloating():
                self.by_title[other].hide()
        self.bring(title)

    def remember(self, settings: Settings) -> None:
        geometry, state = self._window.saveGeometry(), self._window.saveState(_VERSION)
        settings.put(WindowLayout(geometry.data(), state.data()))

    def _arrange(self) -> None:
        window, docks = self._window, self.by_title
        window.resize(first_size())
        if window.width() < _ROOM_FOR_THREE:
            self._fold()
        inspector = _FOLDED if window.width() < _ROOM_FOR_THREE else 310
        window.resizeDocks([docks["Classes"], docks["Inspector"]], [178, inspector], Qt.Orientation.Horizontal)
        window.resizeDocks([docks["Layers"], docks["Classes"], docks["Pins"]], [330, 260, 120], Qt.Orientation.Vertical)
        window.setTabPosition(_RIGHT, QTabWidget.TabPosition.North)
        window.tabifyDockWidget(docks["Inspector"], docks["Selection"])
        window.tabifyDockWidget(docks["Selection"], docks["Chart"])
        window.tabifyDockWidget(docks["Chart"], docks["Alignment"])
        window.tabifyDockWidget(docks["Alignment"], docks["Training"])
        for title in [each for each in docks if each not in _AREAS]:
            window.tabifyDockWidget(docks["Training"], docks[title])
        docks["Inspector"].raise_()
        window.resizeDocks([docks["Filmstrip"]], [138], Qt.Orientation.Vertical)

    def _fold(self) -> None:
        """Stack the left panels behind the right ones: a small window has no room for three columns."""
        for title, area in _AREAS.items():
            if area == _LEFT:
                self._window.tabifyDockWidget(self.by_title["Inspector"], self.by_title[title])
