"""The pad's control that spoils the image: what the model gets is noisy, and what it makes of that is shown."""

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from latent_explorer.gui.studies.own_image.study import OwnImageStudy
from tests.gui.conftest import Windows


def test_a_drawn_image_is_spoiled_where_that_is_chosen(new_window: Windows, small_bundle) -> None:
    person = new_window(small_bundle)
    study = person.window.workbench.studies.show("own-image")
    assert isinstance(study, OwnImageStudy)
    person.wait_until(study.panel.isVisible)
    drawn = np.zeros((40, 40, 1), np.uint8)
    drawn[10:30, 18:24] = 200
    study.place(drawn)
    person.wait_until(lambda: study.encoded is not None)
    clean = study.encoded
    study.panel.corrupting.setFocus()
    QTest.keyClick(study.panel.corrupting, Qt.Key.Key_Down)
    assert study.panel.corruption == "added_noise"
    assert clean is not None
    before = clean.prepared
    person.wait_until(lambda: study.encoded is not None and not np.array_equal(study.encoded.prepared, before))
    assert study.panel.prepared.image is not None
