"""Draw a four by mouse, see it land among the fours, draw a geodesic from it to a nine, export the two strips."""

import numpy as np
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QComboBox

from latent_explorer.analysis import trust
from latent_explorer.places import find_bundle
from tests.gui.pens import FOUR, own_image, settled, stroke

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def choose(person, box, name: str) -> None:
    """Step through a list by keys until an entry is chosen."""
    QTest.keyClick(box, Qt.Key.Key_Home)
    while box.currentData() != name:
        QTest.keyClick(box, Qt.Key.Key_Down)
    person.wait(0.02)


def test_from_a_drawn_four_to_a_nine(exporting, monkeypatch) -> None:
    monkeypatch.setattr(trust, "_HELD_OUT", 100)  # images against which the drawn one is judged, of 2,000: the seconds
    person = exporting(find_bundle("mnist-vae-2d"))
    pane, strip = person.pane, person.pane.filmstrip
    study = own_image(person)
    for each in FOUR:
        stroke(study.panel.pad, each)
    settled(person, study)
    bundle, place = person.bundle, pane.bundle.chart.to_plane(study.latent)
    nearest = np.argsort(np.hypot(*(bundle.uv - place).T))[:11]
    assert (bundle.latents.label[nearest] == 4).mean() > 0.5  # it has landed among the fours
    assert study.panel.shares.accessibleDescription().startswith("4 ")
    nines = np.flatnonzero(bundle.latents.label == 9)
    middle = bundle.uv[nines[np.hypot(*(bundle.uv[nines] - np.median(bundle.uv[nines], 0)).T).argmin()]]
    person.press_button(study.panel.path)
    person.click(person.point(*middle.tolist()))
    person.wait_until(lambda: pane.session.state.route is not None)
    assert np.allclose(pane.session.state.route.start, study.latent)
    (beside,) = (box for box in strip.findChildren(QComboBox) if box.accessibleName().startswith("A second curve"))
    choose(person, beside, "geodesic")
    person.wait_until(lambda: len(strip.rows) == 2 and all(len(frames) for _, frames in strip.rows))
    dialog = person.call(Qt.Key.Key_E, CTRL | SHIFT)
    person.choose_format(dialog, "strip")
    file = person.exported(dialog)
    with Image.open(file) as image:
        assert image.height > 2 * 28  # two strips
        assert image.width > 10 * 28
