"""What is seen at launch: decoded pictures first, points thin over them, colour images instead of dots."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage, QPainter

from latent_explorer.atlas.view import View
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.layers.tiles import TileLayer
from latent_explorer.gui.settings import ShownLayer
from latent_explorer.gui.theme import DARK, LIGHT, Theme

SIZE = 60


class Pictures(TileLayer):
    """Stands for pictures beneath the points. grey: whether they have one channel."""

    def __init__(self, grey: bool, painted: bool = True) -> None:
        self.grey, self._painted = grey, painted

    @property
    def painted(self) -> bool:
        return self._painted


def crowd(pictures: TileLayer | None, theme: Theme) -> PointLayer:
    """So many points that they cover the view."""
    layer = PointLayer()
    layer.pictures, layer.theme = pictures, theme
    uv = np.random.default_rng(0).uniform(-1, 1, (20_000, 2)).astype(np.float32)
    layer.show(uv, None, 0, frozenset(), theme)
    return layer


def over(layer: PointLayer, ground: str) -> np.ndarray:
    """The points over one colour, (h, w, 3)."""
    image = QImage(SIZE, SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    layer.paint(painter, View(0, 0, 40, SIZE, SIZE), 1.0)
    painter.end()
    return np.array([[QColor(image.pixel(x, y)).getRgb()[:3] for x in range(SIZE)] for y in range(SIZE)])


@pytest.mark.parametrize(("theme", "ink", "paper"), [(DARK, "#ffffff", "#000000"), (LIGHT, "#000000", "#ffffff")])
def test_no_dot_covers_the_ink_of_a_grey_picture_and_all_are_seen_on_its_paper(theme, ink: str, paper: str) -> None:
    layer = crowd(Pictures(grey=True), theme)
    assert np.abs(over(layer, ink) - QColor(ink).red()).max() <= 1
    assert (np.abs(over(layer, paper) - QColor(paper).red()).sum(-1) > 30).mean() > 0.8


def test_dots_are_finer_and_thinner_over_pictures_where_they_crowd() -> None:
    far, near = View(0, 0, 40, SIZE, SIZE), View(0, 0, 4000, SIZE, SIZE)
    over_pictures, alone = crowd(Pictures(grey=True), DARK), crowd(None, DARK)
    hidden = crowd(Pictures(grey=True, painted=False), DARK)
    assert over_pictures.diameter(far, 2.0) < alone.diameter(far, 2.0) == hidden.diameter(far, 2.0)
    assert over_pictures.strength(far) < 0.9 * alone.strength(far)
    assert over_pictures.strength(near) == pytest.approx(alone.strength(near), rel=0.03)


def test_colours_are_covered_as_usual() -> None:
    assert np.abs(over(crowd(Pictures(grey=False), DARK), "#ffffff") - 255).max() > 30


def test_pictures_are_at_full_strength_and_as_large_as_suits_the_map(new_window, small_bundle: Path) -> None:
    window = new_window(small_bundle).window
    assert window.pane.tiles.opacity == 1.0
    assert window.pane.points.visible
    assert window.pane.feed.picture_pixels >= 50


def test_colour_images_stand_for_points_from_the_first_and_a_choice_goes_before(
    new_window, wide_bundle: Path, small_bundle: Path
) -> None:
    person = new_window(wide_bundle)
    pane, settings = person.pane, person.window.workbench.settings
    assert not pane.points.visible
    person.wait_until(lambda: len(pane.thumbnails.layer.places(person.canvas.view)) > 3)
    assert not settings.keeps(ShownLayer, "Points")
    pane.open(small_bundle)
    person.wait_until(lambda: pane.bundle.name == "small" and pane.ready)
    assert pane.points.visible
    assert len(pane.thumbnails.layer.places(person.canvas.view)) == 0
    pane.layer_panel.toggle("Points")
    pane.layer_panel.toggle("Points")
    pane.open(wide_bundle)
    person.wait_until(lambda: pane.bundle.name == "wide" and pane.ready)
    assert pane.points.visible
