"""A program of its own: a person trains a GAN for two epochs, watches it, and travels back to the first.

The real window and the real trainer, by mouse and keys; fails with what was not as it should be. Usage: FOLDER BUNDLE,
of which the bundle is what the window shows at first.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.bundles import check_bundle
from latent_explorer.gui.training.pages import RunPage
from tests.driven.teaching import LONG, hover_shows_the_moment, type_into

NAME = "rivals"
_COUNT = 240


def write_greys(file: Path) -> None:
    """Images of three classes, dark to light, with a light square whose place depends on the class."""
    random, labels = np.random.default_rng(0), np.arange(_COUNT) % 3
    images = random.integers(0, 60, (_COUNT, 8, 8, 1)) + 30 * labels[:, None, None, None]
    for label in range(3):
        images[labels == label, 2 * label : 2 * label + 3, 1:6] += 80
    np.savez(file, images=images.astype(np.uint8), labels=labels, split=np.arange(_COUNT) % 4 == 3)


def begin_a_run_of_two_epochs(person: Person, source: Path) -> None:
    window = person.window
    person.choose("Train a model…")
    person.wait_until(lambda: window.workbench.training.is_made and window.workbench.training.setup.isVisible())
    setup = window.workbench.training.setup
    setup.form.choose(source=str(source), batch_size=32, learning_rate=0.01)
    family = setup.form.rows["family"].editor
    family.setFocus()
    for _ in range(family.count()):
        if setup.form.plan.family != "gan":
            QTest.keyClick(family, Qt.Key.Key_Down)
    assert setup.form.plan.family == "gan"
    assert setup.form.rows["gradient_penalty"].editor.isVisibleTo(setup.form._more)
    type_into(setup.form.rows["epochs"].editor, "2")
    type_into(setup.form.rows["name"].editor, NAME)
    person.wait_until(lambda: "images" in setup.expected.text(), LONG)
    person.press_button(setup.train)


def pictures(page: RunPage) -> list[bytes]:
    """The pictures of the strip, as they are shown."""
    return [bytes(image.constBits().asarray(image.sizeInBytes())) for row in page.samples.strip._rows for image in row]  # type: ignore[union-attr]


def watch(person: Person) -> None:
    """Samples, classes and both losses are seen while it is trained."""
    page = person.window.workbench.training.run
    person.wait_until(lambda: page.samples.strip.count == 8, LONG)
    person.wait_until(lambda: len(page.samples.coverage.bars.shares) == 3, LONG)
    person.wait_until(lambda: {"generator", "discriminator"} <= set(page.curves.keys), LONG)
    assert page.curves.remark.isVisibleTo(page)
    person.wait_until(lambda: not person.window.workbench.trainer.busy, LONG)
    person.wait_until(page.results.isVisible)
    assert page.curves.history.test["generator"].at == [1.0, 2.0]


def travel_to_the_first_epoch(person: Person) -> None:
    """By keys on the timeline: the strip, the map and its colours are those of then."""
    window, page, navigator = person.window, person.window.workbench.training.run, person.pane.navigator
    person.wait_until(lambda: navigator.shown is not None and navigator.shown.folder == navigator.folders[-1])
    hover_shows_the_moment(person)
    end, map_then, means = pictures(page), seen(person), person.bundle.latents.mean
    ends = [index for index, moment in enumerate(navigator.moments) if moment.epoch == 1]
    slider = page.timeline.slider
    slider.setFocus()
    while slider.value() > ends[-1]:
        QTest.keyClick(slider, Qt.Key.Key_Left)
    person.wait_until(lambda: navigator.shown is not None and navigator.shown.folder == navigator.folders[ends[-1]])
    hover_shows_the_moment(person)
    person.wait_until(lambda: pictures(page) not in ([], end))
    moment, label = navigator.moments[ends[-1]], person.bundle.latents.label
    assert page.samples.coverage.bars.shares == moment.coverage
    assert "Epoch 1 of 2" in window.pane.canvas.marks.caption
    np.testing.assert_array_equal(person.bundle.latents.mean, means)
    person.wait_until(lambda: not navigator.glide.moving)
    assert label is not None
    assert person.pane.points.index.per_class.sum() == len(label)
    np.testing.assert_array_equal(person.pane.points.index.group, label)
    assert (seen(person) != map_then).any(), "the map does not change"


def seen(person: Person) -> NDArray[np.uint8]:
    """The map as it looks, once all that it shows is there."""
    person.wait_until(lambda: person.pane.settled and not person.pane.navigator.glide.moving)
    person.wait_for_the_engine()
    return person.photograph()


def main(folder: Path, first: str) -> None:
    write_greys(folder / "greys.npz")
    with person_at_a_window(first) as person:
        person.window.workbench.trainer.folder = folder
        person.wait_for_the_engine()
        begin_a_run_of_two_epochs(person, folder / "greys.npz")
        watch(person)
        config = check_bundle(folder / NAME)
        assert (config.training.epochs, config.inverts) == (2, True)
        travel_to_the_first_epoch(person)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
