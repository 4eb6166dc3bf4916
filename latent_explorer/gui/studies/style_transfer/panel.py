"""The panel of the study "Style transfer"."""

from PyQt6.QtCore import QSignalBlocker, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_explorer.gui.studies.attributes.pictures import PictureGrid
from latent_explorer.gui.studies.style_transfer.grid_view import StyleGridView
from latent_explorer.gui.studies.style_transfer.parts import MIXED
from latent_explorer.gui.studies.style_transfer.well import Well
from latent_explorer.gui.widgets.controls import combo_box, hint, spin_box
from latent_explorer.gui.widgets.parts import filled, heading, wide_button, words
from latent_explorer.gui.widgets.picture_view import PictureView
from latent_explorer.session.style import MOST_STYLES, Columns, Rows, StyleChoice

BEGIN = (
    "Choose an image for the content and one for the style: the class of the first appears in the style of the second. "
    "Images come from the map (right-click, or the place shown), pins, the selection, or a file of your own."
)
ROWS: dict[str, Rows] = {"Every class": "classes", "Selected images": "selected"}
COLUMNS: dict[str, Columns] = {
    "Spread styles": "spread", "Random styles": "random", "Selected images": "selected", "Pins": "pins",
}  # fmt: skip
_RESULT = 96


class StylePanel(QWidget):
    """The wells for content and style, the result with a row of mixtures, and the grid.

    swap_wanted, path_wanted, grid_wanted, others_wanted, export_wanted: a button was pressed, or a choice of the grid
    changed.
    """

    swap_wanted = pyqtSignal()
    path_wanted = pyqtSignal()
    grid_wanted = pyqtSignal()
    others_wanted = pyqtSignal()
    export_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.status = hint(BEGIN)
        self.of_content = Well(
            "Content", "Choose whose class is kept; a picture can be dropped here too",
            "Nothing chosen: its class is kept.", "The class that is kept",
        )  # fmt: skip
        self.of_style = Well(
            "Style", "Choose whose style is taken; a picture can be dropped here too",
            "Nothing chosen: its style is taken.", "The class of the image whose style is taken",
        )  # fmt: skip
        self.result = PictureView(_RESULT)
        self.result.limit_height(_RESULT)
        self.result.setMaximumWidth(_RESULT)
        self.result.setAccessibleName("Result")
        self.said = words("", 2)
        tip = "From the content's own style to the other; click a picture to go there"
        self.mixed = PictureGrid("Mixtures of both styles", MIXED, 1, tip, 26, 40, framed=False)
        self.rows = combo_box(ROWS, "What the rows of the grid show")
        self.columns = combo_box(COLUMNS, "Which styles the columns of the grid show")
        self.count = spin_box(2, MOST_STYLES, 8, " styles", "How many styles are chosen")
        self.grid, self.of_grid = StyleGridView(), words("faint")
        self._lay_out()
        for box in (self.rows, self.columns):
            box.activated.connect(lambda: self.grid_wanted.emit())
            box.setMinimumWidth(60)
        self.count.valueChanged.connect(lambda: self.grid_wanted.emit())

    def _lay_out(self) -> None:
        self.swap = wide_button("Swap", "Exchange content and style", self.swap_wanted.emit)
        self.path = wide_button("As path", "Draw the mixtures as a path on the map", self.path_wanted.emit)
        self.export = wide_button("Export grid…", "Save the grid as PNG, SVG or NPZ", self.export_wanted.emit)
        self.again = wide_button("Other styles", "Choose other styles at random", self.others_wanted.emit)
        wells = filled(QHBoxLayout(), self.of_content, self.of_style, spacing=8)
        wells.setStretchFactor(self.of_content, 1)
        wells.setStretchFactor(self.of_style, 1)
        result = filled(QHBoxLayout(), self.result, self.said, spacing=8)
        result.setStretchFactor(self.said, 1)
        choices = filled(QHBoxLayout(), self.rows, self.columns, spacing=4)
        choices.setStretchFactor(self.rows, 1)
        choices.setStretchFactor(self.columns, 1)
        column = filled(
            QVBoxLayout(self),
            self.status,
            wells,
            heading("Result"),
            result,
            self.mixed,
            filled(QHBoxLayout(), self.swap, self.path),
            heading("Content by style"),
            choices,
            filled(QHBoxLayout(), self.count, self.again),
            self.of_grid,
            self.grid,
            self.export,
            margins=(8, 6, 8, 8),
        )
        column.addStretch(0)
        self.enable(False)

    @property
    def axes(self) -> StyleChoice:
        """The settings of the grid in the panel, without content, style and seed."""
        rows, columns = ROWS[self.rows.currentText()], COLUMNS[self.columns.currentText()]
        return StyleChoice(rows=rows, columns=columns, count=self.count.value())

    def show_axes(self, choice: StyleChoice) -> None:
        """Show the settings of the grid."""
        with QSignalBlocker(self.count):
            self.count.setValue(choice.count)
        self.rows.setCurrentIndex(list(ROWS.values()).index(choice.rows))
        self.columns.setCurrentIndex(list(COLUMNS.values()).index(choice.columns))

    def enable(self, on: bool) -> None:
        """Enable the actions on a result."""
        self.swap.setEnabled(on)
        self.path.setEnabled(on)
        self.status.setVisible(not on)
        if not on:
            self.result.show_image(None)
            self.mixed.show_images(())
            self.said.setText("")
