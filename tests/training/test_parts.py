"""The parts of training: recipe, precision, augmentation, Ctrl-C."""

import os
import signal
import subprocess
import sys
from threading import Event

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_explorer.errors import TrainingError
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Recipe
from latent_explorer.runs.recipe import precision_called
from latent_explorer.training import stop_on_interrupt
from latent_explorer.training.autotune import choose_precision
from latent_explorer.training.distributed.devices import autocast, choose_device
from latent_explorer.training.learner import augment, corrupt


@given(st.integers(1, 5000), st.floats(0, 0.9))
def test_the_learning_rate_rises_and_falls_within_its_bounds(steps: int, warm_up: float) -> None:
    recipe = Recipe(learning_rate=0.5, warm_up=warm_up)
    rates = [recipe.rate_at(step, steps) for step in range(steps)]
    top = rates.index(max(rates))
    assert all(0 <= rate <= 0.5 for rate in rates)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_a_constant_learning_rate_stays_where_it_rose_to() -> None:
    recipe = Recipe(learning_rate=0.5, warm_up=0.1, schedule="constant")
    rates = [recipe.rate_at(step, 100) for step in range(100)]
    assert rates[:10] == sorted(rates[:10])
    assert set(rates[10:]) == {0.5}


@given(st.integers(1, 5000), st.floats(0, 1))
def test_the_prior_comes_in_gradually_and_then_whole(steps: int, share: float) -> None:
    factors = [Recipe(prior_warm_up=share).prior_at(step, steps) for step in range(steps)]
    assert factors == sorted(factors)
    assert all(0 < factor <= 1 for factor in factors)
    assert factors[-1] == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 0), ("batch_size", -1), ("learning_rate", float("nan")), ("averaging", 1.0), ("warm_up", 1.0)],
)
def test_a_recipe_out_of_range_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(TrainingError, match=f"{name} must lie within"):
        Recipe(**{name: value})


def test_the_last_epochs_see_the_images_as_they_are() -> None:
    recipe = Recipe(epochs=10, augmentation=0.5, plain=0.2)
    assert [recipe.augmentation_at(epoch) for epoch in range(1, 11)] == [0.5] * 8 + [0.0] * 2


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(1, 5), st.integers(1, 9), st.sampled_from([1, 3]))
def test_augmented_images_keep_shape_and_range(strength: float, count: int, side: int, channels: int) -> None:
    x = torch.rand(count, channels, side, side + 1)
    changed = augment(x, strength, Draws(torch.Generator().manual_seed(0)))
    assert changed.shape == x.shape
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert torch.equal(augment(x, strength, Draws(torch.Generator().manual_seed(0))), changed)


@given(st.floats(0, 0.9))
def test_corrupted_images_keep_their_mean(share: float) -> None:
    x = torch.ones(20, 1, 40, 40)
    blanked = corrupt(x, share, Draws(torch.Generator().manual_seed(0)))
    assert abs((blanked == 0).float().mean() - share) < 0.02
    assert abs(blanked.mean() - 1) < 0.2


def test_a_little_augmentation_changes_little() -> None:
    x = torch.rand(4, 1, 8, 8)
    change = augment(x, 1e-4, Draws(torch.Generator().manual_seed(0))) - x
    assert 0 < change.abs().max() < 1e-2


def test_precision_is_measured_only_when_asked() -> None:
    model = build(NetSpec(family="vae", trunk="dense", image_shape=(6, 6, 1), latent_dim=2, hidden=(8,)))
    batch = torch.rand(4, 1, 6, 6)
    assert choose_precision(Recipe(precision="bfloat16"), model, ImageBatch(batch)) == "bfloat16"
    assert choose_precision(Recipe(precision="float32"), model, ImageBatch(batch)) == "float32"
    assert choose_precision(Recipe(), model, ImageBatch(batch)) in ("float32", "bfloat16")
    assert all(weight.grad is None for weight in model.parameters())


def test_precisions_go_by_our_names_and_by_fabrics() -> None:
    assert precision_called("bf16-mixed") == precision_called("bfloat16") == "bfloat16"
    assert precision_called("32-true") == precision_called("float32") == "float32"
    with pytest.raises(TrainingError, match=r"precision 16-mixed: expected auto, float32 .*32-true.* or bfloat16"):
        precision_called("16-mixed")


def test_products_are_computed_in_the_precision_chosen() -> None:
    layer, x = torch.nn.Linear(3, 3), torch.rand(2, 3)
    with autocast(torch.device("cpu"), "bfloat16"):
        assert layer(x).dtype == torch.bfloat16
    with autocast(torch.device("cpu"), "float32"):
        assert layer(x).dtype == torch.float32


def test_auto_chooses_a_device_that_is_there() -> None:
    assert torch.zeros(1, device=choose_device("auto")).item() == 0


def test_the_first_interrupt_asks_and_the_second_insists() -> None:
    token, before = Event(), signal.getsignal(signal.SIGINT)
    with stop_on_interrupt(token):
        os.kill(os.getpid(), signal.SIGINT)
        assert token.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_idle_threads_sleep_and_the_room_itself_is_light() -> None:
    check = (
        "import os, sys, latent_explorer.training; assert 'torch' not in sys.modules; "
        "import latent_explorer.training.jobs; assert os.environ['OMP_WAIT_POLICY'] == 'PASSIVE'; "
        "from latent_explorer.training.distributed.fabric import assemble; assemble('cpu'); "
        "assert 'lightning_fabric' not in sys.modules"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    subprocess.run([sys.executable, "-c", check], check=True, env=environment)
