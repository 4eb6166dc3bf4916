"""A table of accuracies: one row per space, one column per probe."""

from collections.abc import Mapping

from PyQt6.QtWidgets import QGridLayout, QWidget

from latent_explorer.gui.widgets.controls import hint
from latent_explorer.gui.widgets.plain import PlainLabel

PROBES = {"propagation": "Propagation", "logistic": "Logistic regression", "nearest": "Nearest labelled"}
SPACES = {"latents": "Latents", "pca": "PCA", "pixels": "Pixels"}
NONE_YET = "–"


class FigureTable(QWidget):
    """Shows an accuracy for each space and probe."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[tuple[str, str], PlainLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for column, probe in enumerate(("propagation", "logistic"), 1):
            grid.addWidget(hint(PROBES[probe].split()[0]), 0, column)
            for row, (space, title) in enumerate(SPACES.items(), 1):
                grid.addWidget(PlainLabel(title), row, 0)
                cell = self.cells[space, probe] = PlainLabel(NONE_YET)
                grid.addWidget(cell, row, column)

    def show_figures(self, found: Mapping[tuple[str, str], str]) -> None:
        """Show the known accuracies."""
        for key, cell in self.cells.items():
            cell.setText(found.get(key, NONE_YET))
