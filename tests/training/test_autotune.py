"""How many threads a step is given depends on shapes and on how threads wait, and nothing else is left with fewer."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.threads import threads
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training import autotune, loop
from latent_explorer.training.autotune import possible_threads
from latent_explorer.training.loop import Training
from latent_explorer.training.optimiser import Optimiser


@pytest.fixture(autouse=True)
def three_threads() -> Iterator[None]:
    """Whatever the machine has."""
    with threads(3):
        yield


@pytest.fixture(autouse=True)
def asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the tests were started."""
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)


def net(trunk: str, hidden: tuple[int, ...]) -> LatentModel:
    return build(NetSpec(family="ae", trunk=trunk, image_shape=(28, 28, 1), latent_dim=2, hidden=hidden))


@pytest.mark.parametrize(
    ("trunk", "hidden", "batch_size", "expected"),
    [
        ("dense", (512, 128, 64), 256, 1),  # the network of `bench train`
        ("dense", (512, 128, 64), 1024, 3),
        ("residual", (1024, 1024, 1024), 256, 3),
        ("conv", (8,), 16, 3),
        ("resnet", (8, 8), 16, 3),
    ],
)
def test_only_a_small_dense_step_is_made_in_one_thread(
    trunk: str, hidden: tuple[int, ...], batch_size: int, expected: int
) -> None:
    assert possible_threads(net(trunk, hidden), batch_size) == (expected,)


def test_a_small_step_may_be_made_in_two_threads_where_they_wait_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOMP_SPINCOUNT", "20000")
    assert possible_threads(net("dense", (512, 128, 64)), 256) == (1, 2)
    assert possible_threads(net("dense", (512, 128, 64)), 1024) == (3,)
    with threads(1):
        assert possible_threads(net("dense", (512, 128, 64)), 256) == (1,)


@pytest.mark.parametrize(
    ("seconds", "expected"), [({1: 1.0, 2: 0.6}, 2), ({1: 1.0, 2: 0.95}, 1), ({1: 1.0, 2: 9.0}, 1)]
)
def test_two_threads_are_taken_where_a_trial_finds_them_quicker(
    monkeypatch: pytest.MonkeyPatch, seconds: dict[int, float], expected: int
) -> None:
    clock = [0.0]

    def learn(*_: Any, **__: Any) -> dict[str, torch.Tensor]:
        clock[0] += seconds[torch.get_num_threads()]
        return {"loss": torch.tensor(0.0)}

    monkeypatch.setenv("GOMP_SPINCOUNT", "20000")
    monkeypatch.setattr(Optimiser, "learn", learn)
    monkeypatch.setattr(autotune, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    model, x = net("dense", (8,)), torch.rand(4, 1, 28, 28)
    assert autotune.choose_threads(Recipe(), model, ImageBatch(x), "float32") == expected
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize("has", [1, 3])
def test_a_run_that_is_resumed_keeps_its_threads_as_far_as_there_are_so_many(
    bars: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has: int
) -> None:
    spec = NetSpec(family="ae", trunk="dense", image_shape=bars.image_shape, latent_dim=2, hidden=(24,))
    with monkeypatch.context() as idle:
        idle.setattr(loop, "choose_threads", lambda *_: 2)
        training = Training.begin(spec, bars, Recipe(epochs=2, batch_size=90, device="cpu"))
    for report in training.run(state_path=tmp_path / "state"):
        if report.epoch == 1 and report.test_losses:
            break
    counts = counted(monkeypatch)
    with threads(has):
        resumed = Training.resume(tmp_path / "state", bars)
        list(resumed.run())
    assert (resumed.progress.threads, counts) == (2, [min(2, has)])


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where it is noted how many threads each step from now on has."""
    counts, learn = [], Optimiser.learn

    def noting(self: Optimiser, *rest: Any, **named: Any) -> dict[str, torch.Tensor]:
        counts.append(torch.get_num_threads())
        return learn(self, *rest, **named)

    monkeypatch.setattr(Optimiser, "learn", noting)
    return counts


def test_a_step_is_made_in_its_threads_and_all_else_in_all(bars: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = counted(monkeypatch)
    spec = NetSpec(family="vae", trunk="dense", image_shape=bars.image_shape, latent_dim=2, hidden=(24,))
    for report in Training.begin(spec, bars, Recipe(epochs=2, batch_size=16, device="cpu", precision="float32")).run():
        assert torch.get_num_threads() == 3
        assert np.isfinite(report.losses["loss"])
    assert counts == [1] * 12


def test_the_count_is_put_back_after_a_fault() -> None:
    with pytest.raises(RuntimeError, match="a fault"), threads(1):
        raise RuntimeError("a fault")
    assert torch.get_num_threads() == 3
