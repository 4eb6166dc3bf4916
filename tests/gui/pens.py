"""A hand that draws on the pad of one's own image, with real events of the mouse."""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from PyQt6.QtCore import QEvent, QPointF, Qt

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.person import Person
from latent_explorer.gui.studies.own_image import OWN_IMAGE_STUDY
from latent_explorer.gui.studies.own_image.pad import Pad, on_sheet
from latent_explorer.gui.studies.own_image.study import OwnImageStudy

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
FOUR = (((0.4, 0.15), (0.25, 0.6), (0.75, 0.6)), ((0.62, 0.3), (0.6, 0.9)))
"""Two strokes of a four, from the sheet's upper left, each side 1."""


def stroke(pad: Pad, places: Sequence[tuple[float, float]], button: Qt.MouseButton = LEFT, steps: int = 8) -> None:
    """Press, move through some places on the sheet, release."""
    points = [QPointF(on_sheet(pad, x, y)) for x, y in places]
    send_mouse(pad, points[0], QEvent.Type.MouseButtonPress, button, button)
    for start, end in pairwise(points):
        for step in range(1, steps + 1):
            send_mouse(pad, start + (end - start) * (step / steps), held=button)
    send_mouse(pad, points[-1], QEvent.Type.MouseButtonRelease, button)


def own_image(person: Person) -> OwnImageStudy:
    """The study, its panel in front and ready to be drawn on."""
    study = cast(OwnImageStudy, person.window.workbench.show_study(OWN_IMAGE_STUDY.name))
    person.wait_until(lambda: bool(study.panel.steps) and study.panel.pad.isVisible())
    return study


def settled(person: Person, study: OwnImageStudy) -> None:
    """Wait until the engine has answered for the image that is on the pad, and the data have."""
    person.wait_until(lambda: study.at_rest)
