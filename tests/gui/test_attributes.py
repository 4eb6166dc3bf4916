"""Attributes: a slider leads the probe along its direction, and the grid around it is clicked, kept and copied."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QGuiApplication, QImage
from PyQt6.QtWidgets import QSlider

from latent_explorer.bench.hand import send_mouse
from latent_explorer.bench.person import Person
from latent_explorer.gui.studies.attributes import ATTRIBUTE_STUDY
from latent_explorer.gui.studies.attributes.panel import SIDE
from latent_explorer.gui.studies.attributes.study import AttributeStudy
from latent_explorer.session import open_bundle

LEFT = Qt.MouseButton.LeftButton
Windows = Callable[..., Person]


@pytest.fixture
def person(new_window: Windows, small_bundle: Path) -> Person:
    """A person at a window of their own, in which the small bundle is open."""
    return new_window(small_bundle)


@pytest.fixture
def study(person: Person) -> AttributeStudy:
    """The study, at an image of the data, all its directions walked."""
    pane = person.window.pane
    pane.prober.go_to(pane.session.bundle.latents.mean[3])
    made = person.window.workbench.show_study("attributes")
    assert isinstance(made, AttributeStudy)
    wait_for_all(person, made)
    return made


def wait_for_all(person: Person, study: AttributeStudy) -> None:
    person.wait_until(lambda: study.known is not None)
    person.wait_until(lambda: {*study.panel.shown, *(study.panel.span or ())} <= set(study.courses))
    person.wait_until(lambda: bool(study.panel.grid.images) and not study.panel.grid.outdated)


def drag(person: Person, slider: QSlider, share: float) -> None:
    """Drag the handle from where it stands to a share of the way."""
    middle = slider.height() / 2
    start, end = slider.width() / 2, slider.width() * (0.5 + 0.4 * share)
    send_mouse(slider, QPointF(start, middle), QEvent.Type.MouseButtonPress, LEFT, LEFT)
    for at in np.linspace(start, end, 6):
        send_mouse(slider, QPointF(at, middle), held=LEFT)
        person.wait(0.02)
    send_mouse(slider, QPointF(end, middle), QEvent.Type.MouseButtonRelease, LEFT)


def test_a_slider_leads_the_probe_along(person: Person, study: AttributeStudy) -> None:
    pane, name = person.window.pane, study.panel.shown[0]
    slider, start = study.panel.sliders.slider(name), pane.prober.probe.z.copy()
    course = study.courses[name]
    before = study.panel.sliders.value(name)
    drag(person, slider, 1)
    share = slider.value() / 100
    assert share > 0.5
    np.testing.assert_allclose(pane.prober.probe.z, start + course.offset(share), atol=1e-5)
    person.wait_until(lambda: pane.prober.probe.picture is not None)
    up = pane.prober.probe.picture.astype(float).sum()
    assert study.panel.sliders.value(name) != before
    assert course.value(share) > course.value(0)
    drag(person, slider, -1)  # from the middle: the slider jumps there first
    person.wait_until(lambda: pane.prober.probe.picture is not None)
    assert name == "attribute area"
    assert pane.prober.probe.picture.astype(float).sum() < up
    person.press_button(study.panel.reset)
    np.testing.assert_allclose(pane.prober.probe.z, start, atol=1e-6)
    assert slider.value() == 0


def test_a_click_on_the_grid_goes_there(person: Person, study: AttributeStudy) -> None:
    pane, grid = person.window.pane, study.panel.grid
    assert len(grid.images) == SIDE**2
    start = pane.prober.probe.z.copy()
    across, upward = (study.courses[name] for name in study.panel.span)
    at: QPoint = grid.cell(SIDE - 1).center()
    send_mouse(grid, QPointF(at), QEvent.Type.MouseButtonPress, LEFT, LEFT)
    np.testing.assert_allclose(pane.prober.probe.z, start + across.offset(1) + upward.offset(1), atol=1e-4)
    place = pane.prober.probe.z.copy()
    begun = lambda: any(np.array_equal(each.z[4], place) for each in study.courses.values())  # noqa: E731
    person.wait_until(begun)  # the directions lead from there


def test_the_grid_is_saved_and_copied_and_a_direction_becomes_a_path(
    person: Person, study: AttributeStudy, tmp_path: Path
) -> None:
    person.press_button(study.panel.copy)
    copied = QGuiApplication.clipboard().image()
    study.save(tmp_path / "around.png")
    saved = QImage(str(tmp_path / "around.png"))
    assert saved.size() == copied.size()
    assert saved.width() % SIDE == 0
    study.save(tmp_path / "missing" / "around.png")
    assert not (tmp_path / "missing").exists()
    person.press_button(study.panel.path)
    route = person.window.pane.session.state.route
    assert len(route.places) == len(study.courses[study.panel.shown[0]].z)
    person.window.pane.session.draw(None)


def test_other_groups_are_walked_when_they_are_shown(person: Person, study: AttributeStudy) -> None:
    panel = study.panel
    for group in ("Classes", "Principal", "Local"):
        panel.group.setCurrentText(group)
        panel.group.activated.emit(panel.group.currentIndex())
        wait_for_all(person, study)
        assert all(panel.sliders.slider(name).isEnabled() for name in panel.shown)
        assert panel.figures.text()
    assert panel.minimumSizeHint().width() < 300


def test_a_model_without_a_decoder_has_none(small_bundle: Path) -> None:
    bundle = open_bundle(small_bundle)
    assert not ATTRIBUTE_STUDY.lacks(bundle)
    lacking = SimpleNamespace(config=SimpleNamespace(decodes=False), latents=bundle.latents)
    assert "no decoder" in ATTRIBUTE_STUDY.lacks(lacking)
