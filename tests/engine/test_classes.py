"""Another class of the model that is open: nothing is read again, and what rests on the class is found out anew."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bundles import BundleConfig
from latent_explorer.engine.model_service import ModelService
from latent_explorer.errors import UserError
from latent_explorer.nets.model import LatentModel
from latent_explorer.runtime.loading import load_bundle_model
from tests.nets.families import CONDITIONAL, registered, trained_on_noise


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A conditional bundle of three classes."""
    with registered(CONDITIONAL):
        yield trained_on_noise(tmp_path_factory.mktemp("conditional"), "cvae")


def test_another_class_reads_nothing_again(folder: Path) -> None:
    read: list[Path] = []

    def load(folder: Path, config: BundleConfig) -> LatentModel:
        read.append(folder)
        return load_bundle_model(folder, config)

    service = ModelService(lambda: None, run=lambda task: task(), load=load)
    z = np.zeros((20, 2), np.float32)
    pictures, held, near = [], [], []
    for label in (0, 2, 0):
        decoder = service.open_bundle(folder, label)
        service.index_dataset()
        pictures.append(decoder.pictures(z))
        held.append(service.index.held.numbers)
        near.append(service.index.neighbourhood)
    assert len(read) == 1
    assert near[0] is near[1] is near[2]
    assert (pictures[0] != pictures[1]).any()
    assert (pictures[0] == pictures[2]).all()
    assert set(held[0]).isdisjoint(held[1])
    fresh = ModelService(lambda: None, run=lambda task: task())
    assert np.abs(fresh.open_bundle(folder, 2).pictures(z).astype(int) - pictures[1]).max() <= 1


def test_a_class_that_is_not_there_is_refused_and_the_one_before_stays(folder: Path) -> None:
    service = ModelService(lambda: None, run=lambda task: task())
    before = service.open_bundle(folder, 1)
    with pytest.raises(UserError):
        service.open_bundle(folder, 3)
    assert service.decoder is before
    assert service.decoder.model.label == 1


def test_who_waits_for_trust_while_another_class_is_chosen_gets_that_of_the_other(folder: Path) -> None:
    service = ModelService(lambda: None, run=lambda task: task())
    service.open_bundle(folder, 0)
    service.index_dataset()
    waiting = service.calibrate()
    next(waiting)
    service.open_bundle(folder, 1)
    service.index_dataset()
    list(waiting)
    assert service.trust is not None
