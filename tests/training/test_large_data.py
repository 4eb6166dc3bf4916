"""Images that stay in their files: nothing that is learnt or measured depends on where they lie."""

from pathlib import Path
from threading import Event

import numpy as np
import pytest
import torch

from latent_explorer.bundles import check_bundle, read_latents
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.data.dataset import ShardedImages
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import weights_of
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training import images
from latent_explorer.training.baselines import baselines
from latent_explorer.training.evaluate import evaluate
from latent_explorer.training.images import HeldImages, Images, ReadImages
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.loop import Training

CPU = torch.device("cpu")
RECIPE = Recipe(epochs=3, batch_size=16, corruption=0.1, augmentation=0.2, device="cpu", precision="float32")


@pytest.fixture
def folder(bars: Dataset, tmp_path: Path) -> Path:
    """The bars as a folder of arrays in four files."""
    assert bars.labels is not None
    path = tmp_path / "bars"
    path.mkdir()
    for name, values in (("images", bars.images), ("labels", bars.labels), ("split", bars.split)):
        for number, part in enumerate(np.split(np.asarray(values), [50, 51, 100])):
            np.save(path / f"{name}-{number}.npy", part)
    return path


@pytest.fixture
def unheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder of arrays is small enough to be copied into memory."""
    monkeypatch.setattr(images, "_MOST_HELD", 0)


def spec(trunk: str = "dense", channels: int = 1) -> NetSpec:
    return NetSpec(family="vae", trunk=trunk, image_shape=(6, 6, channels), latent_dim=2, hidden=(24,))


def weights(training: Training) -> dict[str, np.ndarray]:
    return weights_of(training.kept_model())


def test_a_small_folder_is_copied_and_a_large_one_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = open_dataset(folder)
    assert isinstance(Images.of(dataset, CPU), HeldImages)
    monkeypatch.setattr(images, "_MOST_HELD", dataset.images.nbytes - 1)
    assert isinstance(Images.of(dataset, CPU), ReadImages)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_batches_are_the_same_to_the_last_stride(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 4, 5, channels), np.uint8)
    dataset = Dataset("noise", pixels, None, (), np.zeros(20, np.uint8))
    held, read = HeldImages.copied(dataset, CPU), ReadImages(pixels, CPU)
    indices = torch.tensor([3, 19, 0, 3])
    assert torch.equal(held.batch(indices), read.batch(indices))
    assert held.batch(indices).stride() == read.batch(indices).stride()
    one, other = ([x for x, _ in each.batches(np.arange(20), 7)] for each in (held, read))
    assert all(torch.equal(*pair) for pair in zip(one, other, strict=True))


@pytest.mark.parametrize("ahead", [1, 7, 8, 20, 1000])
def test_each_batch_is_expected_once_and_before_it_is_needed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    monkeypatch.setattr(images, "_AHEAD", ahead)
    dataset, asked = open_dataset(folder), list[int]()
    monkeypatch.setattr(ShardedImages, "expect", lambda _, indices: asked.extend(indices.tolist()))
    batches = torch.split(torch.randperm(60), 8)
    for number, batch in enumerate(ReadImages(dataset.images, CPU).expected(batches)):
        assert torch.equal(batch, batches[number])
        assert set(batch.tolist()) <= set(asked)
        assert len(asked) <= 8 * (number + 1) + ahead + 8
    assert asked == torch.cat(batches).tolist()


@pytest.mark.parametrize("trunk", ["dense", "conv"])
@pytest.mark.usefixtures("unheld")
def test_the_same_is_learnt_from_files_as_from_memory(bars: Dataset, folder: Path, trunk: str) -> None:
    held, read = (Training.begin(spec(trunk), dataset, RECIPE) for dataset in (bars, open_dataset(folder)))
    assert list(map(losses, held.run())) == list(map(losses, read.run()))
    one, other = weights(held), weights(read)
    assert all(np.array_equal(one[name], other[name]) for name in one)


def losses(report: object) -> tuple[object, object]:
    return report.losses, report.test_losses  # type: ignore[attr-defined]


@pytest.mark.usefixtures("unheld")
def test_a_run_over_files_goes_on_as_if_it_had_never_stopped(folder: Path, tmp_path: Path) -> None:
    dataset, state, token = open_dataset(folder), tmp_path / "state.safetensors", Event()
    stopped = Training.begin(spec(), dataset, RECIPE)
    for report in stopped.run(token, state_path=state):
        if report.epoch == 2 and report.test_losses is not None:
            token.set()
    resumed, whole = Training.resume(state, dataset), Training.begin(spec(), dataset, RECIPE)
    for training in (resumed, whole):
        list(training.run())
    one, other = weights(resumed), weights(whole)
    assert all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.usefixtures("unheld")
def test_figures_are_those_of_images_in_memory(bars: Dataset, folder: Path) -> None:
    dataset, model = open_dataset(folder), build(spec())
    assert evaluate(model, dataset, CPU) == evaluate(model, bars, CPU)
    assert baselines(dataset, 3) == baselines(bars, 3)


def test_neighbours_are_asked_for_some_of_many_test_images(bars: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(spec())
    whole = evaluate(model, bars, CPU).knn10_accuracy
    monkeypatch.setattr("latent_explorer.training.baselines.ASKED", 7)
    some = evaluate(model, bars, CPU).knn10_accuracy
    for accuracy, asked in ((whole, 30), (some, 7)):
        assert accuracy is not None
        assert accuracy * asked == pytest.approx(round(accuracy * asked))


@pytest.mark.usefixtures("unheld")
def test_a_bundle_of_a_folder_of_arrays(folder: Path, tmp_path: Path) -> None:
    job = Job(str(folder), tmp_path / "bundle", hidden=(16,), recipe=RECIPE)
    list(train_bundle(job))
    config = check_bundle(job.folder)
    assert config.dataset.source == str(folder)
    assert config.dataset.fingerprint == open_dataset(folder).fingerprint
    assert len(read_latents(job.folder)) == 120
