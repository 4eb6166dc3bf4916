"""The panels around the maps: where they are, and those of the active pane in them."""

import zlib
from collections.abc import Mapping

from PyQt6.QtCore import QByteArray, Qt
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QTabWidget, QWidget

from latent_explorer.gui.settings import Settings, WindowLayout
from latent_explorer.gui.widgets.placing import first_size, fit

_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
_ROOM_FOR_THREE = 1000  # pixels, for a map between panels on both of its sides
_FOLDED = 330  # pixels of the panels behind each other, whose tabs have to be read
_READABLE = 270  # pixels of a panel above the others: with less, a step of a lesson has to be scrolled
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
"""Of the docks that there always are, whatever another package adds."""
_VERSION = zlib.crc32("\n".join(TITLES).encode()) >> 1  # of a layout: Qt takes none from before a panel was added


class Docks:
    """The docks of a window, by title; each holds a stack of widgets, of which one is seen."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._stacks: dict[str, QStackedWidget] = {}
        self.by_title: dict[str, QDockWidget] = {}
        for title in _AREAS:
            self._add_dock(title)
        window.setCorner(Qt.Corner.BottomLeftCorner, _LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)
        window.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)

    def add(self, panels: Mapping[str, QWidget]) -> None:
        """Put panels into the docks of their titles; for a title that is new, at the right."""
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
        """Show these of the panels that were added."""
        for title, panel in panels.items():
            self._stacks[title].setCurrentWidget(panel)

    def remove(self, panels: Mapping[str, QWidget]) -> None:
        """Take panels out again, and delete them."""
        for title, panel in panels.items():
            self._stacks[title].removeWidget(panel)
            panel.deleteLater()

    def arrange_first(self) -> None:
        """Put the docks where they are at first; to be called once they have panels."""
        self.by_title["Lessons"].hide()  # until a person asks for one
        self.by_title["Training"].hide()  # until there is something to train
        self.by_title["Compare"].hide()  # until there are two maps
        self.by_title["Alignment"].hide()  # until there are two maps
        for title in self.by_title.keys() - _AREAS.keys():
            self.by_title[title].hide()  # until a person asks for it
        self._arrange()
        self._first_state = self._window.saveState()

    def reset(self) -> None:
        """Put all panels back where they were at first."""
        self._window.restoreState(self._first_state)
        self._arrange()

    def restore(self, settings: Settings) -> None:
        """Put all panels where they were when the window was last closed.

        A layout that a panel has been added since would have that panel below all others: it counts no more.
        """
        layout = settings.get(WindowLayout)
        if self._window.restoreGeometry(QByteArray(layout.geometry)):
            fit(self._window)
        self._window.restoreState(QByteArray(layout.state), _VERSION)

    def show_below(self, title: str, *, shown: bool) -> None:
        """Show a panel that lies below the others at its side, as high as it likes to be; or hide it."""
        dock = self.by_title[title]
        if shown and dock.isHidden():
            dock.show()
            self._window.resizeDocks([dock], [self._stacks[title].sizeHint().height()], Qt.Orientation.Vertical)
        elif not shown:
            dock.hide()

    def show_above(self, title: str) -> None:
        """Show a panel that lies above the others at its side, with half of the height there, or what it needs."""
        dock, below = self.by_title[title], self.by_title["Inspector"]
        hidden = dock.isHidden()
        dock.show()
        if hidden or dock.height() < _READABLE:
            both = dock.height() + below.height()
            own = max(both // 2, min(_READABLE, both))  # the one below keeps the least that it can do with
            self._window.resizeDocks([dock, below], [own, both - own], Qt.Orientation.Vertical)
        dock.raise_()

    def offer(self, title: str, *, shown: bool) -> None:
        """Have a panel in front that was not there before; or hide it."""
        dock = self.by_title[title]
        if shown and dock.isHidden():
            self.bring(title)
        elif not shown:
            dock.hide()

    def bring(self, title: str, show: bool = True) -> None:
        """Have a panel in front of those that share its place. show: also where it is hidden."""
        if show:
            self.by_title[title].show()
        self.by_title[title].raise_()

    def bring_in_turn(self, title: str) -> None:
        """Have a panel in front that takes turns with others: those beside it are put away, or no tab could be read."""
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
        """Put what is at the left behind what is at the right: a small window has no room for three columns."""
        for title, area in _AREAS.items():
            if area == _LEFT:
                self._window.tabifyDockWidget(self.by_title["Inspector"], self.by_title[title])
