"""Every study over every kind of model: what can be done is done by real events, what cannot is said in the panel."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from latent_explorer.bench.person import Person
from latent_explorer.gui.studies.registry import STUDIES
from latent_explorer.gui.studies.study import Study
from tests.gui.pens import FOUR, own_image, settled, stroke
from tests.nets.families import CONDITIONAL, GAN, INVERTED, placed_bars, registered, trained_on_noise

LACKING = {
    "encoder": {"style-transfer"},
    "conditional": set(),
    "placed generator": {"style-transfer"},
    "generator": {"anomalies", "compression", "few-labels", "style-transfer"},
}
"""The studies that each kind of model cannot have."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, small_bundle: Path) -> Iterator[dict[str, Path]]:
    with registered(GAN, INVERTED, CONDITIONAL):
        yield {
            "encoder": small_bundle,
            "conditional": trained_on_noise(tmp_path_factory.mktemp("conditional"), CONDITIONAL.name, count=90),
            "placed generator": placed_bars(tmp_path_factory.mktemp("placed")),
            "generator": trained_on_noise(tmp_path_factory.mktemp("generator"), GAN.name),
        }


def draw_a_four(person: Person, study: Study) -> None:
    own = own_image(person)
    for each in FOUR:
        stroke(own.panel.pad, each)
    settled(person, own)
    if own.latent is None:  # nothing encodes it
        person.press_button(own.search.start)
        person.wait_until(lambda: own.latent is not None and not list(own.work))
    assert own.mark.uv == pytest.approx(tuple(person.bundle.chart.to_plane(own.latent)))


def see_the_oddest(person: Person, study: Study) -> None:
    person.wait_until(lambda: len(study.judged.own(study.score)) > 0 and not list(study.work))
    oddest = study.panel.oddest
    person.wait_until(lambda: len(oddest.images.numbers) > 0 and oddest.images.picture(0) is not None)
    assert not person.bundle.latents.drawn(int(oddest.images.numbers[0]))


def spoil_the_image(person: Person, study: Study) -> None:
    person.wait_until(lambda: study.panel.plot.isVisible() and not list(study.work))


def walk_one_direction(person: Person, study: Study) -> None:
    person.wait_until(lambda: study.known is not None)
    person.wait_until(lambda: set(study.panel.shown) <= set(study.courses))
    course = study.courses[study.panel.shown[0]]
    assert np.isfinite(course.offset(1.0)).all()


def label_two_styles(person: Person, study: Study) -> None:
    for name in ("this", "that"):
        person.type_over(study.view.name, name)
        person.key(Qt.Key.Key_Return, on=study.view.name)
    names, first = list(study.labels.names), person.bundle.latents.images_from
    study.label((first, first + 1), names.index("this"))
    study.label((first + 10, first + 11), names.index("that"))
    person.wait_until(lambda: study.lesson is not None and not list(study.work))
    told, conditional = study.view.sentence.text(), bool(person.bundle.config.net.classes)
    assert ("Nobody knows the true styles" in told) == conditional
    assert ("test images are right" in told) != conditional
    assert study.view.transfer.isVisible() != conditional
    study.go_to_next()
    assert not person.bundle.latents.drawn(study.asked)


def swap_styles(person: Person, study: Study) -> None:
    person.wait_until(lambda: study.panel.grid.grid is not None)


def nothing(person: Person, study: Study) -> None:
    """There are no sets yet."""


DONE: dict[str, Callable[[Person, Study], None]] = {
    "own-image": draw_a_four,
    "image-sets": nothing,
    "anomalies": see_the_oddest,
    "compression": spoil_the_image,
    "attributes": walk_one_direction,
    "style-transfer": swap_styles,
    "few-labels": label_two_styles,
}


@pytest.mark.parametrize("kind", LACKING)
def test_each_study_does_its_work_or_says_what_is_lacking(
    new_window: Callable[..., Person], folders: dict[str, Path], kind: str
) -> None:
    person = new_window(folders[kind])
    person.window.resize(1200, 800)
    bundle = person.bundle
    person.pane.prober.go_to(bundle.latents.mean[bundle.latents.images_from])
    lacking = set()
    for spec in STUDIES.values():
        study = person.window.workbench.show_study(spec.name)
        if lacks := spec.lacks(bundle):
            lacking.add(spec.name)
            place = person.window.workbench.docks.by_title[spec.title].widget()
            assert any(lacks in label.text() for label in place.findChildren(QLabel) if label.isVisible()), spec.name
        else:
            person.wait_until(study.panel.isVisible)
            DONE[spec.name](person, study)
    assert lacking == LACKING[kind]
