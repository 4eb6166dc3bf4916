"""Who waits for what the engine says of the data is told what it is doing, and how far it is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bench.person import Person
from latent_explorer.bundles import read_config, read_latents
from latent_explorer.engine.client import Answer
from latent_explorer.engine.dataset_index import index_dataset
from latent_explorer.engine.handlers.progress import AskProgress, Preparing
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import Engine


def test_indexing_says_how_far_it_is(wide_bundle: Path) -> None:
    config = read_config(wide_bundle)
    told: list[tuple[str, float]] = []
    index_dataset(config, read_latents(wide_bundle, config), tell=lambda words, share: told.append((words, share)))
    neighbours = [share for words, share in told if words == "Finding neighbours"]
    assert len(neighbours) > 10
    assert neighbours == sorted(neighbours)
    assert told[-1][0] == "Reading the images"


def test_the_engine_answers_while_it_prepares_and_says_nothing_afterwards(small_bundle: Path) -> None:
    tasks: list[Callable[[], None]] = []
    service = ModelService(lambda: None, tasks.append)
    service.open_bundle(small_bundle)
    service.index_dataset()
    seen = []
    service._wake = lambda: seen.append(service.preparing)
    tasks.pop()()
    assert seen == [("", 1.0)]
    for _ in service.calibrate():
        seen.append(service.preparing)
    assert ("Judging held-out images", 0.0) in seen
    assert service.preparing == ("", 1.0)


@pytest.fixture
def waiting(
    new_window: Callable[..., Person],
    silent_engine: Callable[[], Engine],
    wide_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Person:
    """A person at a window whose engine says only how far it is, and who has nothing on disk from other tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    person = new_window(None, silent_engine)
    person.window.workbench.open(wide_bundle)
    person.wait_until(lambda: person.pane.bundle is not None)
    return person


def test_layers_and_inspector_say_what_they_wait_for(waiting: Person) -> None:
    pane = waiting.pane
    waiting.move(waiting.point(0.3, 0.2))
    waiting.wait_until(lambda: pane.prober.probe is not None)
    waiting.wait_until(lambda: any("computing, 0% done" in line for line in pane.inspector.values.lines))
    pane.waiting.take(Answer(AskProgress, Preparing(1, "Finding neighbours", 0.4)))
    pane.waiting.told.emit()
    assert any("finding neighbours: 40%" in line for line in pane.inspector.values.lines)
    assert "Finding neighbours: 40%" in pane.inspector.said
    assert any(work.words == "Finding neighbours" for work in pane.readings.work)


def test_nothing_is_headed_before_there_is_anything_to_say(person: Person, wide_bundle: Path) -> None:
    inspector = person.pane.inspector
    person.window.workbench.open(wide_bundle)
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.folder == wide_bundle)
    assert not any(part.isVisibleTo(inspector) for part in inspector._found)
    person.move(person.point(0.2, 0.1))
    person.wait_until(lambda: person.pane.prober.place is not None)
    assert inspector.neighbours.isVisibleTo(inspector)
    assert np.any([part.isVisibleTo(inspector) for part in inspector._found])
