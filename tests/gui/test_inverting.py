"""The place of an image is searched for in the real window: shown as it converges, cancelled, without an encoder."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from latent_explorer.bench.person import Person
from latent_explorer.bundles import read_latents
from latent_explorer.gui.studies.own_image.study import OwnImageStudy
from tests.nets.families import GAN, registered, trained_on_noise


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with registered(GAN):
        yield


def with_image(person: Person, decoded, folder: Path, z: np.ndarray, noise: int) -> OwnImageStudy:
    """The study with a picture of the model on its pad, a little spoilt."""
    picture = decoded(folder, z).astype(int)
    spoilt = np.clip(picture + np.random.default_rng(0).integers(-noise, noise + 1, picture.shape), 0, 255)
    study = cast(OwnImageStudy, person.window.workbench.show_study("own-image"))
    person.wait_until(lambda: bool(study.panel.steps) or study._preparing > 0)
    for step in study.panel.steps.values():
        if step.isChecked():
            person.press_button(step)
    study.place(spoilt.astype(np.uint8))
    person.wait_until(lambda: study.search.start.isEnabled())
    return study


def test_a_better_place_is_shown_as_it_converges_and_taken(new_window, small_bundle: Path, decoded) -> None:
    person = new_window(small_bundle)
    study = with_image(person, decoded, small_bundle, read_latents(small_bundle).mean[5], noise=20)
    search, before = study.search, study.encoded.error
    assert search.start.text() == "Search for a better place"
    stages: list[np.ndarray] = []
    search.moved.connect(lambda z: stages.append(z))
    person.press_button(search.start)
    person.wait_until(lambda: search.picture.image is not None)
    person.wait_until(lambda: not search.running)
    assert len(stages) > 1
    assert "MSE" in search.sentence.text()
    assert "the encoder alone gives" in search.sentence.text()
    person.wait_until(lambda: study.encoded.error < before)


def test_a_search_that_is_cancelled_leaves_the_image_where_it_was(new_window, small_bundle: Path, decoded) -> None:
    person = new_window(small_bundle)
    study = with_image(person, decoded, small_bundle, read_latents(small_bundle).mean[5], noise=20)
    before = study.latent.copy()
    study.search.start.click()
    assert study.search.cancel.isVisible()
    study.search.cancel.click()  # before anything can have come
    person.wait_until(lambda: "cancelled" in study.search.sentence.text() and not study.search.running)
    person.wait(0.1)  # in which nothing more comes
    np.testing.assert_array_equal(study.latent, before)
    person.wait_for_the_engine()  # which goes on


def test_without_an_encoder_a_place_is_found(new_window, tmp_path: Path, decoded) -> None:
    bundle = trained_on_noise(tmp_path, "rival")
    person = new_window(bundle)
    study = with_image(person, decoded, bundle, read_latents(bundle).mean[0], noise=0)
    assert study.latent is None
    assert study.search.start.text() == "Find its place"
    person.press_button(study.search.start)
    person.wait_until(lambda: study.latent is not None and study.encoded.error < 0.01)
    person.wait_until(study.panel.pin.isEnabled)
