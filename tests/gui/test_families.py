"""Bundles of families that other packages bring along, in the real window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtWidgets import QMenu

from latent_explorer.bench.person import Person
from latent_explorer.engine.handlers.hover import Hover
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.jobs import train_bundle
from tests.nets.families import CONDITIONAL, GAN, registered

RECIPE = Recipe(epochs=1, batch_size=32, device="cpu", precision="float32")


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with registered(GAN, CONDITIONAL):
        yield


def trained(folder: Path, family: str) -> Path:
    """A bundle of a family, trained for a moment on noise of three classes."""
    images = np.random.default_rng(0).integers(0, 256, (60, 6, 6, 1), np.uint8)
    np.savez(folder / "noise.npz", images=images, labels=np.arange(60) % 3)
    job = Job(str(folder / "noise.npz"), folder / family, family=family, hidden=(16,), recipe=RECIPE)
    list(train_bundle(job))
    return job.folder


@pytest.mark.parametrize("family", ["rival", "told"])
def test_it_is_hovered_and_what_it_cannot_do_is_not_offered(
    new_window: Callable[..., Person],
    decoded: Callable[[Path, NDArray[np.float32]], NDArray[np.uint8]],
    tmp_path: Path,
    family: str,
) -> None:
    folder = trained(tmp_path, family)
    person = new_window(folder)
    pane = person.pane
    person.move(person.point(*person.canvas.view.region.centre))
    person.wait_until(lambda: pane.prober.probe is not None and pane.prober.probe.picture is not None)
    probe = pane.prober.probe
    assert np.abs(probe.picture.astype(int) - decoded(folder, probe.z)).max() <= 1
    encodes = family == "told"
    assert [pane.layer_panel.offers(name) for name in ("Consistency", "Error")] == [encodes] * 2
    assert [pane.layer_panel.offers(name) for name in ("Density", "Class regions")] == [
        True
    ] * 2  # as a classifier sees
    place = pane.inspector.neighbours
    person.wait_until(lambda: place._place is not None)
    assert (len(place._place.originals) > 0) == encodes
    assert ("draws from the prior" in place._place.missing) != encodes


def test_a_conditional_decoder_is_given_another_class_in_the_menu(
    new_window: Callable[..., Person], tmp_path: Path
) -> None:
    folder = trained(tmp_path, "told")
    person = new_window(folder)
    pane, canvas = person.pane, person.canvas
    person.move(person.point(*canvas.view.region.centre))
    person.click(person.point(*canvas.view.region.centre))
    pictures = []
    for label in (2, 0):
        menu = next(each for each in person.window.findChildren(QMenu) if each.title() == "Decode as class")
        menu.aboutToShow.emit()
        assert [action.text() for action in menu.actions()] == list(pane.bundle.class_names)
        menu.actions()[label].trigger()
        person.wait_until(lambda label=label: pane.bundle.label == label and pane.ready)
        person.wait_for_the_engine()
        person.wait_until(lambda: pane.prober.probe.picture is not None)
        pictures.append(pane.prober.probe.picture.astype(int))
        replies = serve_inline([Open(1, str(folder), label), Hover(2, pane.prober.probe.z)])
        assert np.abs(pictures[-1] - replies[1].image).max() <= 1
        assert canvas.marks.caption == f"Decoded as {pane.bundle.class_names[label]}"
    assert (pictures[0] != pictures[1]).any()
    assert len(pane.session.state.pins) == 1
