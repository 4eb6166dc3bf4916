"""The nearest images in the inspector, however wide it is."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtWidgets import QApplication, QVBoxLayout, QWidget

from latent_explorer.gui.panels.neighbours import NeighbourStrip
from latent_explorer.gui.theme import DARK
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import open_bundle


@pytest.mark.parametrize("width", [200, 285, 330, 450, 800])
@pytest.mark.parametrize("height", [74, 300])
def test_the_line_below_an_image_has_the_colour_of_its_class(
    qapp: QApplication, small_bundle: Path, width: int, height: int
) -> None:
    bundle, strip, panel = open_bundle(small_bundle), NeighbourStrip(), QWidget()
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(strip)
    column.addStretch(1)
    panel.resize(width, height)
    strip.set_bundle(bundle, DARK)
    images = np.zeros((8, 28, 28, 1), np.uint8)
    near = SimpleNamespace(
        indices=np.arange(8), distances=np.ones(8), originals=images, reconstructions=images, missing=""
    )
    strip.show_place(near)
    assert not panel.grab().isNull()  # laid out
    seen = to_array(strip.grab().toImage())[..., :3]
    for index in range(8):
        cell = strip._cell(index, 1)
        line = QRect(cell.left(), cell.bottom() + 3, cell.width(), 1)
        assert strip.rect().contains(line)
        colour = DARK.class_colour(int(bundle.latents.label[index]))
        expected = (colour.red(), colour.green(), colour.blue())
        assert (seen[line.top(), line.left() : line.right() + 1] == expected).all()
    assert strip._cell(0, 0).width() == (min((width - 21) // 8, 48) if height > 74 else min((width - 21) // 8, 33))
    panel.deleteLater()
