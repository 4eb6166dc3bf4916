"""What a run would take is said beforehand, and what cannot work is refused with the reason."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.data.cifar import BINARY
from latent_explorer.data.cifar import FILES as CIFAR_FILES
from latent_explorer.data.dataset import Facts
from latent_explorer.data.opening import known_facts
from latent_explorer.errors import UserError
from latent_explorer.places import data_folder
from latent_explorer.runs import Job, Recipe
from latent_explorer.runs.protocol import Ask, Estimated, MakeFilm
from latent_explorer.service.codec import Message, Refused
from latent_explorer.training.estimate import _continued, estimate
from latent_explorer.training.serve import Estimates, Inbox

pytestmark = pytest.mark.long

RECIPE = Recipe(epochs=2, batch_size=32, device="cpu", precision="float32")
FACTS = Facts((8, 8, 1), 1000, 200)

_TRAIN = """
import re, sys
from pathlib import Path
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.jobs import train_bundle
RECIPE = Recipe(epochs=1, batch_size=64, device="cpu", precision="float32")
job = Job(sys.argv[1], Path(sys.argv[2]), hidden=(2048, 2048), recipe=RECIPE, tiles=0)
list(train_bundle(job))
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])  # ru_maxrss is that of who started it
"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job("noise.npz", tmp_path / "new", hidden=(16,), recipe=RECIPE)


def test_twice_the_epochs_take_about_twice_the_time_and_a_wider_network_more_memory(job: Job) -> None:
    short = estimate(job, FACTS)
    long = estimate(replace(job, recipe=replace_recipe(epochs=2000)), FACTS)
    assert long.seconds > 20 * short.seconds > 0
    assert long.weights == short.weights == 64 * 16 + 16 + 16 * 4 + 4 + 2 * 16 + 16 + 16 * 64 + 64
    wide = estimate(replace(job, hidden=(512,)), FACTS)
    assert wide.memory > short.memory
    assert wide.device == "cpu"


def test_what_every_step_takes_anyway_is_counted_once() -> None:
    assert _continued((8, 1.8), (100, 11.0), 200) == pytest.approx(21.0)
    assert _continued((8, 1.8), (100, 11.0), 100) == 11.0
    assert _continued((8, 2.0), (8, 2.0), 80) == 20.0
    assert _continued((8, 2.0), (20, 1.9), 80) == 1.9


def replace_recipe(epochs: int) -> Recipe:
    return Recipe(epochs=epochs, batch_size=32, device="cpu", precision="float32")


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system what a process took, in KiB")
def test_the_memory_is_that_of_a_real_run_within_a_factor(job: Job, tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (600, 32, 32), dtype=np.uint8)
    np.savez(tmp_path / "noise.npz", images=images, split=(np.arange(600) >= 500).astype(np.uint8))
    command = [sys.executable, "-c", _TRAIN, tmp_path / "noise.npz", tmp_path / "model"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = estimate(replace(job, hidden=(2048, 2048)), Facts((32, 32, 1), 500, 100))
    assert 0.6 < found.memory / (1024 * int(done.stdout)) < 1.7


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"trunk": "wooden"}, "no trunk called 'wooden'"),
        ({"family": "flow"}, "no family"),
        ({"latent_dim": 5000}, "latent_dim within"),
        ({"hidden": (10**6,)}, "net.hidden within"),
        ({"hidden": (16384,) * 60}, r"this takes about .* GB"),
        ({"recipe": Recipe(device="tpu")}, "no device 'tpu'"),
    ],
)
def test_what_cannot_work_is_refused_with_the_reason(job: Job, changes: dict[str, object], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        estimate(replace(job, **changes), FACTS)  # type: ignore[arg-type]


def test_a_folder_that_is_taken_or_a_dataset_without_training_images_is_refused(job: Job) -> None:
    with pytest.raises(UserError, match="no training images"):
        estimate(job, Facts((8, 8, 1), 0, 200))
    job.folder.mkdir()
    (job.folder / "letter.txt").touch()
    with pytest.raises(UserError, match="is not a bundle"):
        estimate(job, FACTS)


def test_named_datasets_are_known_without_a_download() -> None:
    assert known_facts("mnist") == Facts((28, 28, 1), 60_000, 10_000, classes=10)
    away = known_facts("cifar10@16x20")
    assert away == Facts((16, 20, 3), 50_000, 10_000, classes=10, download="170 MB from www.cs.toronto.edu")
    assert known_facts("fashion-mnist:here") is None
    files = [data_folder() / BINARY / name for name in CIFAR_FILES]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    found = known_facts("cifar10")
    assert found is not None
    assert found.download == ""


def test_estimates_are_answered_and_refused_in_words(job: Job, tmp_path: Path) -> None:
    said: list[Message] = []
    estimates = Estimates(Inbox(said.append), said.append)
    estimates.answer(Ask(number=1, job=replace(job, source="kmnist")))
    estimates.answer(Ask(number=2, job=replace(job, source=str(tmp_path / "nowhere"))))
    first, second = said
    assert isinstance(first, Estimated)
    assert (first.number, first.images, first.download) == (1, (60_000, 70_000), "21 MB from codh.rois.ac.jp")
    assert first.remark == "Training downloads 21 MB from codh.rois.ac.jp first."
    assert isinstance(second, Refused)
    assert second.number == 2
    assert "no dataset" in second.reason


def test_an_estimate_is_dropped_when_another_came_and_the_newest_is_taken(job: Job, tmp_path: Path) -> None:
    said: list[Message] = []
    inbox = Inbox(said.append)
    for number in (1, 2):
        inbox.hear(Ask(number=number, job=replace(job, source="mnist")))
    Estimates(inbox, said.append).answer(Ask(number=0, job=replace(job, source="mnist")))
    assert said == []
    film = MakeFilm(number=3, run=tmp_path, file=tmp_path / "film.gif")
    inbox.hear(film)
    task = inbox.take()
    assert isinstance(task, tuple)
    assert task[0] == film
    assert inbox.take() == Ask(number=2, job=replace(job, source="mnist"))
