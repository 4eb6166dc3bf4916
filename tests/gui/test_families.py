"""A generator without an encoder, and a decoder that is given the class, in the real window."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtWidgets import QMenu

from latent_explorer.bench.person import Person
from latent_explorer.data import open_dataset
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.jobs import train_bundle
from tests.nets.families import CONDITIONAL, GAN, registered

RECIPE = Recipe(epochs=2, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")


@pytest.fixture(scope="module", autouse=True)
def _known() -> Iterator[None]:
    with registered(GAN, CONDITIONAL):
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, make_bundle):
    """Trains a family on the small greys."""
    images = next(make_bundle("greys").parent.glob("images.npz"))

    def train(family: str) -> Path:
        folder = tmp_path_factory.mktemp(family) / family
        list(train_bundle(Job(str(images), folder, family=family, hidden=(24,), recipe=RECIPE)))
        return folder

    assert len(open_dataset(str(images)).class_names) == 3
    return train


def exact(folder: Path, z: np.ndarray, label: int) -> np.ndarray:
    replies = serve_inline([Open(1, str(folder), label), Hover(2, z)])
    return next(reply.image for reply in replies if isinstance(reply, Picture)).astype(int)


def hovered(person: Person, u: float, v: float) -> tuple[np.ndarray, np.ndarray]:
    """The latent under the pointer, and the exact picture that is shown for it."""
    before = person.pane.prober.probe
    person.move(person.point(u, v))
    person.wait_until(lambda: person.pane.prober.probe is not before)
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)
    return person.pane.prober.probe.z, person.pane.prober.probe.picture.astype(int)


def test_a_generator_is_hovered_and_its_layers_say_what_it_lacks(new_window, trained) -> None:
    folder = trained("gan")
    person: Person = new_window(folder)
    z, picture = hovered(person, 0.3, -0.2)
    assert np.abs(picture - exact(folder, z, 0)).max() <= 1
    assert not person.window.action("Consistency").isEnabled()
    assert person.pane.layers.by_title["Consistency"].lacks(person.pane.bundle) == "this model has no encoder"
    person.wait_until(lambda: person.pane.prober.place is not None)
    assert not person.see().isNull()


def test_a_conditional_decoder_is_given_another_class_in_the_menu(new_window, trained) -> None:
    folder = trained("cvae")
    person: Person = new_window(folder)
    person.click(person.point(1, 1))
    for label in (2, 0):
        menu = next(each for each in person.window.findChildren(QMenu) if each.title() == "Decode as class")
        menu.aboutToShow.emit()
        assert [action.text() for action in menu.actions()] == list(person.pane.bundle.class_names)
        menu.actions()[label].trigger()
        person.wait_until(lambda label=label: person.pane.bundle.label == label and person.pane.ready)
        person.wait_for_the_engine()
        z, picture = hovered(person, 0.3, -0.2 + label / 10)
        assert np.abs(picture - exact(folder, z, label)).max() <= 1
        assert person.canvas.marks.caption == f"Decoded as {person.pane.bundle.class_names[label]}"
    assert len(person.pane.session.state.pins) == 1
    assert (exact(folder, z, 0) != exact(folder, z, 2)).any()
