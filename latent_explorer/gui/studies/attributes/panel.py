"""The panel of the study "Attributes"."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.engine.handlers.list_directions import DirectionEntry
from latent_explorer.gui.studies.attributes.pictures import PictureGrid
from latent_explorer.gui.studies.attributes.sliders import DirectionSliders
from latent_explorer.gui.widgets.controls import combo_box, hint
from latent_explorer.gui.widgets.parts import filled, heading, wide_button, words
from latent_explorer.gui.widgets.plain import PlainLabel

STRIP, SIDE = 9, 7
"""The number of pictures in the strip, and along a side of the grid."""
BEGIN = "Click a place on the map: its directions appear here."


class AttributePanel(QWidget):
    """Sliders by group, the figures and strip of the current direction, and the grid of two directions.

    Signals: group_chosen: show another group. spanned: other directions for the grid. reset_wanted: return to the start
    of the sliders. here_wanted: start at the current place. path_wanted: draw the strip as a path. export_wanted,
    copy_wanted: of the grid.
    """

    group_chosen = pyqtSignal(str)
    spanned = pyqtSignal()
    reset_wanted = pyqtSignal()
    here_wanted = pyqtSignal()
    path_wanted = pyqtSignal()
    export_wanted = pyqtSignal()
    copy_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[DirectionEntry] = ()
        self.status = hint(BEGIN)
        self.group = combo_box((), "Which directions are shown")
        self.sliders = DirectionSliders()
        self.figures = words("faint", 2)
        self.strip = PictureGrid(
            "Along the direction",
            STRIP,
            1,
            "The chosen direction from end to end; click a picture to go there (arrows and Enter)",
            20,
            40,
        )
        self.across = combo_box((), "The direction from left to right")
        self.upward = combo_box((), "The direction from bottom to top")
        self.grid = PictureGrid("Neighbourhood", SIDE, SIDE, "Click a picture to go there (arrows and Enter)", 22, 64)
        self._lay_out()
        self.group.activated.connect(lambda: self.group_chosen.emit(self.group.currentText()))
        for each in (self.across, self.upward):
            each.activated.connect(lambda: self.spanned.emit())

    def _lay_out(self) -> None:
        reset = wide_button("Reset", "Reset all sliders", self.reset_wanted.emit)
        here = wide_button("From here", "Start again from the place shown", self.here_wanted.emit)
        path = wide_button("As path", "Draw the chosen direction as a path on the map", self.path_wanted.emit)
        export = wide_button("Export…", "Save the grid as a PNG picture", self.export_wanted.emit)
        copy = wide_button("Copy", "Copy the grid as a picture", self.copy_wanted.emit)
        self._buttons = (reset, here, path, export, copy)
        self.reset, self.here, self.path, self.export, self.copy = self._buttons
        span = filled(QHBoxLayout(), self.across, PlainLabel("×"), self.upward)
        span.setStretchFactor(self.across, 1)
        span.setStretchFactor(self.upward, 1)
        column = filled(
            QVBoxLayout(self),
            heading("Directions"),
            self.status,
            self.group,
            self.sliders,
            filled(QHBoxLayout(), reset, here),
            self.figures,
            self.strip,
            path,
            heading("Neighbourhood"),
            span,
            self.grid,
            filled(QHBoxLayout(), export, copy),
            margins=(8, 6, 8, 8),
        )
        column.addStretch(0)
        for box in (self.across, self.upward):
            box.setMinimumWidth(60)

    def offer(self, entries: Sequence[DirectionEntry]) -> None:
        """Offer directions; empty while they are unknown."""
        self._entries = entries
        _fill(self.group, list(dict.fromkeys(each.group for each in entries)))
        for box, place in ((self.across, 0), (self.upward, 1)):
            _fill(box, [each.title for each in entries])
            box.setCurrentIndex(min(self._first(place), len(entries) - 1))
        self.list_group(self.group.currentText())
        self.enable(False)

    def list_group(self, group: str) -> None:
        """Show the directions of a group."""
        self.sliders.list([each for each in self._entries if each.group == group])

    def enable(self, on: bool) -> None:
        """Enable the controls that need a place."""
        for each in self._buttons:
            each.setEnabled(on)

    @property
    def shown(self) -> list[str]:
        """The names of the directions of the current group."""
        group = self.group.currentText()
        return [each.name for each in self._entries if each.group == group]

    @property
    def span(self) -> tuple[str, str] | None:
        """The names of the two directions of the grid."""
        places = self.across.currentIndex(), self.upward.currentIndex()
        if min(places) < 0:
            return None
        return self._entries[places[0]].name, self._entries[places[1]].name

    def _first(self, place: int) -> int:
        """The initial direction of the grid: among the local ones, along which the picture changes most."""
        wanted = f"local {place}"
        return next((at for at, each in enumerate(self._entries) if each.name == wanted), place)


def _fill(box: QComboBox, texts: list[str]) -> None:
    box.clear()
    box.addItems(texts)
    box.setEnabled(bool(texts))
