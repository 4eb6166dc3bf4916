"""Bundles of families that other packages bring along, in the real window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.bench.person import Person
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.jobs import train_bundle
from tests.nets.families import CONDITIONAL, GAN, registered

RECIPE = Recipe(epochs=1, batch_size=32, device="cpu", precision="float32")


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with registered(GAN, CONDITIONAL):
        yield


@pytest.mark.parametrize("family", ["gan", "cvae"])
def test_it_is_hovered_and_what_it_cannot_do_is_not_offered(
    new_window: Callable[..., Person],
    decoded: Callable[[Path, NDArray[np.float32]], NDArray[np.uint8]],
    tmp_path: Path,
    family: str,
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (60, 6, 6, 1), np.uint8)
    np.savez(tmp_path / "noise.npz", images=images, labels=np.arange(60) % 3)
    job = Job(str(tmp_path / "noise.npz"), tmp_path / family, family=family, hidden=(16,), recipe=RECIPE)
    list(train_bundle(job))
    person = new_window(job.folder)
    pane = person.pane
    person.move(person.point(*person.canvas.view.region.centre))
    person.wait_until(lambda: pane.prober.probe is not None and pane.prober.probe.picture is not None)
    probe = pane.prober.probe
    assert np.abs(probe.picture.astype(int) - decoded(job.folder, probe.z)).max() <= 1
    encodes = family == "cvae"
    assert [pane.layers.offers(name) for name in ("Consistency", "Error", "Class regions")] == [encodes] * 3
    assert pane.layers.offers("Density")
    place = pane.inspector.neighbours
    person.wait_until(lambda: place._place is not None)
    assert (len(place._place.originals) > 0) == encodes
    assert ("draws from the prior" in place._place.missing) != encodes
