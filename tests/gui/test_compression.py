"""The panel of compression, driven: the slider spoils the picture, the curve comes, and goes with its model."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPointF, Qt

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.person import Person
from latent_explorer.gui.studies.compression.compressing import Compressing
from tests.gui.conftest import Windows

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def person(new_window: Windows, small_bundle: Path) -> Person:
    """A person at a window of their own."""
    return new_window(small_bundle)


@pytest.fixture
def study(person: Person) -> Compressing:
    """The study, its panel in front, the pointer in the middle of the map."""
    found = person.window.workbench.studies.show("compression")
    assert isinstance(found, Compressing)
    person.wait_until(found.panel.isVisible)
    person.move(person.point(0, 0))
    person.wait_until(lambda: found.rounded is not None)
    return found


def drag_to(study: Compressing, bits: int) -> None:
    """Press on the slider where it stands for so many bits."""
    slider = study.view.bits
    share = (bits - slider.minimum()) / (slider.maximum() - slider.minimum())
    at = QPointF(7 + share * (slider.width() - 14), slider.height() / 2)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        send_mouse(slider, at, kind, LEFT, LEFT if kind == QEvent.Type.MouseButtonPress else Qt.MouseButton.NoButton)


def test_the_slider_spoils_the_picture_and_says_what_it_takes(person: Person, study: Compressing) -> None:
    shown = {}
    for bits in (1, 8):
        drag_to(study, bits)
        person.wait_until(lambda bits=bits: study.rounded is not None and study.rounded.bits == bits)
        rounded = study.rounded
        assert rounded is not None
        shown[bits] = study.view.picture.image
        assert f"{rounded.bytes:.1f} bytes (64 bytes as pixels), PSNR {rounded.psnr:.1f} dB" in study.view.said.text()
        assert study.view.plot.here == (rounded.bytes, rounded.psnr)
    assert shown[1] != shown[8]
    means = person.bundle.latents.mean
    for number in (5, 80):
        person.move(person.point(*person.bundle.chart.to_plane(means[number]).tolist()))
        person.wait_until(lambda number=number: np.allclose(means[study.rounded.index], means[number], atol=0.2))
    assert study.view._names[0].text().startswith("Image ")


def test_the_curve_is_measured_marked_and_forgotten_with_its_model(
    person: Person, study: Compressing, wide_bundle: Path
) -> None:
    person.press_button(study.view.button)
    assert study.view.button.text() == "Cancel"
    person.press_button(study.view.button)
    assert study.view.button.text() == "Measure"
    assert not list(study.work)
    person.press_button(study.view.button)
    person.wait_until(lambda: study._share is None, 60)
    assert "Measured on" in study.view.state.text()
    assert "JPEG, one sheet: " in study.view.wins.text()
    x, _ = study.view.plot.lines["latents"].getData()
    assert len(x) == 8
    drag_to(study, 4)
    curve = study.view._curve
    assert curve is not None
    assert study.view.plot.here == (curve.bytes[3], curve.psnr[3])
    person.window.workbench.open(wide_bundle)
    person.wait_until(lambda: person.window.pane.ready)
    assert study.view._curve is None
    assert study.view.state.text() == "Not measured yet."
