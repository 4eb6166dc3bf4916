"""The CIFAR bundles as they come, on a computer without their dataset: thumbnails on the map, and their means."""

from collections.abc import Callable

import numpy as np

from latent_explorer.bench.person import Person
from latent_explorer.data.sheets import read_thumbnails
from latent_explorer.engine.process import ProcessEngine
from latent_explorer.places import find_bundle


def test_thumbnails_are_on_the_map_before_the_data_are_indexed(new_window: Callable[..., Person]) -> None:
    person = new_window(None, ProcessEngine)
    person.window.workbench.open(find_bundle("cifar10-ae-64d"))
    pane, bundle = person.pane, person.bundle
    layer, sheet = pane.thumbnails.layer, read_thumbnails(bundle.config.dataset.fingerprint)
    assert sheet is not None
    person.wait_until(lambda: 0 < len(layer.places(person.canvas.view)) <= len(layer.cache), 120)
    for number in layer.places(person.canvas.view).tolist():
        np.testing.assert_array_equal(layer.cache.get(number), sheet.images[number])
    chosen = np.zeros(len(bundle.latents), bool)
    chosen[:50] = True
    pane.session.select(chosen)
    person.wait_until(lambda: pane.selection.picture.image is not None)
    assert pane.selection.heading.text() == "Mean of the images"
