"""`bench train`: both loops learn the same thing, and the figures agree with each other."""

from itertools import islice

import pytest

from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.train_bench import measure_training, our_epochs, plain_losses

RECIPE = Recipe(epochs=4, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")


def test_the_figures_follow_from_each_other(bars: Dataset) -> None:
    found = measure_training(bars, recipe=RECIPE)
    assert list(found) == ["images_per_second", "ten_epochs_seconds", "baseline_images_per_second", "ratio"]
    # the median of four epochs is at most half of all four together
    assert found["images_per_second"] * found["ten_epochs_seconds"] > 10 * 90 * 2 / 4
    assert found["ratio"] == pytest.approx(found["images_per_second"] / found["baseline_images_per_second"])


def test_both_loops_learn(bars: Dataset) -> None:
    spec = NetSpec(family="ae", trunk="dense", image_shape=bars.image_shape, latent_dim=2, hidden=(24,))
    recipe = Recipe(**{name: getattr(RECIPE, name) for name in RECIPE.__struct_fields__} | {"epochs": 20})
    ours = list(our_epochs(spec, bars, recipe))
    plain = list(islice(plain_losses(spec, bars, recipe), 21))
    assert len(ours) == 20
    assert ours[-1] < 0.8 * plain[0]
    assert plain[-1] < 0.8 * plain[0]
