"""`bench train`: both loops learn the same thing, and the figures agree with each other."""

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from latent_explorer.bench import train_bench
from latent_explorer.bench.train_bench import measure_train, our_epochs, plain_losses
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.jobs import spec_of
from latent_explorer.training.loop import Training

RECIPE = Recipe(epochs=4, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")


def test_the_figures_follow_from_each_other(bars: Dataset) -> None:
    found = measure_train(bars, recipe=RECIPE)
    assert list(found) == ["images_per_second", "ten_epochs_seconds", "baseline_images_per_second", "ratio"]
    # the median of four epochs is at most half of all four together
    assert found["images_per_second"] * found["ten_epochs_seconds"] > 10 * 90 * 2 / 4
    assert found["ratio"] == pytest.approx(found["images_per_second"] / found["baseline_images_per_second"])


def test_on_cuda_the_default_vae_is_timed_too(bars: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Training] = []
    begin = Training.begin

    def noted(*rest: Any) -> Training:
        begun.append(begin(*rest))
        return begun[-1]

    monkeypatch.setattr(Training, "begin", noted)
    monkeypatch.setattr(train_bench, "_on_cuda", lambda _: True)
    found = measure_train(bars, recipe=RECIPE, vae_recipe=RECIPE)
    assert found["thirty_epochs_seconds"] > 0
    spec = begun[-1].progress.spec
    job = Job(source="mnist", folder=Path("unused"))
    assert (spec, begun[-1].progress.epoch) == (spec_of(job, bars), RECIPE.epochs)
    assert job.recipe == train_bench._VAE_RECIPE


def test_both_loops_learn(bars: Dataset) -> None:
    spec = NetSpec(family="ae", trunk="dense", image_shape=bars.image_shape, latent_dim=2, hidden=(24,))
    recipe = Recipe(**{name: getattr(RECIPE, name) for name in RECIPE.__struct_fields__} | {"epochs": 20})
    ours = list(our_epochs(spec, bars, recipe))
    plain = list(islice(plain_losses(spec, bars, recipe), 21))
    assert len(ours) == 20
    assert ours[-1] < 0.8 * plain[0]
    assert plain[-1] < 0.8 * plain[0]
