"""In the light theme grey images are ink on paper wherever the window shows them; files keep their black and white."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QWidget

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.images import displayed, to_array, to_qimage


def painted(widget: QWidget) -> np.ndarray:
    return to_array(widget.grab().toImage())[..., :3].astype(int)


def shown_levels(picture: np.ndarray, size: int) -> np.ndarray:
    """The levels (h, w, 3) in the middle of each pixel of a picture that fills a square of this side."""
    rows = ((np.arange(8) + 0.5) * size / 8).astype(int)
    return picture[rows[:, None], rows]


def test_grey_levels_are_inverted_in_the_light_and_colours_never() -> None:
    grey, colour = np.arange(64, dtype=np.uint8).reshape(8, 8, 1), np.full((8, 8, 3), 7, np.uint8)
    for light in (False, True):
        expected = 255 - grey if light else grey
        assert (to_array(displayed(to_qimage(grey), light=light))[..., :1] == expected).all()
        assert (to_array(displayed(to_qimage(colour), light=light))[..., :3] == colour).all()
        assert displayed(to_qimage(grey), light=light).format() == QImage.Format.Format_RGB32
    assert (to_array(to_qimage(grey))[..., :1] == grey).all()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_inspector_neighbours_and_path_are_as_the_map(person: Person, theme: str) -> None:
    pane = person.window.pane
    person.window.workbench.choose_theme(theme)
    person.move(person.point(0.5, 0.4))
    person.wait_until(lambda: pane.prober.probe.picture is not None and pane.prober.place is not None)
    view = pane.inspector.picture
    target = view._target(view.image)
    decoded = pane.prober.probe.picture.astype(int)
    expected = 255 - decoded if theme == "light" else decoded
    seen = painted(view)[target.top() : target.bottom() + 1, target.left() : target.right() + 1]
    assert np.abs(shown_levels(seen, target.width()) - expected).max() <= 1
    strip = pane.inspector.neighbours
    original = pane.prober.place.originals[0].astype(int)
    cell = strip._cell(0, 0)
    seen = painted(strip)[cell.top() : cell.bottom() + 1, cell.left() : cell.right() + 1]
    expected = 255 - original if theme == "light" else original
    assert np.abs(shown_levels(seen, cell.width()) - expected).mean() < 6
    assert pane.tiles.light == (theme == "light")
    assert (pane.canvas.marks.loupe or view.image) == to_qimage(pane.prober.probe.picture)  # as it is, until painted


def test_the_frames_of_a_path_are_ink_on_paper_and_their_file_is_not(person: Person, tmp_path: Path) -> None:
    pane = person.window.pane
    person.window.workbench.choose_theme("light")
    person.drag(person.point(-1, 0), person.point(1, 0.5), 0.1)
    person.wait_until(lambda: len(pane.filmstrip.frames) > 0)
    strip, cell = pane.filmstrip.strip, pane.filmstrip.strip._cell(1)
    frame = pane.filmstrip.frames[1].astype(int)
    seen = painted(strip)[cell.top() : cell.bottom() + 1, cell.left() : cell.right() + 1]
    assert np.abs(shown_levels(seen, min(seen.shape[:2])) - (255 - frame)).mean() < 6
    assert (to_array(pane.filmstrip.picture())[..., :1] == pane.filmstrip.frames[0]).all()
    pane.session.undo()
    person.click(QPoint(20, 20))
