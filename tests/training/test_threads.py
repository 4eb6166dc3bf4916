"""How many threads a step is given depends on shapes alone, and nothing else is left with fewer."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import weights_of
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.flat import FlatWeights
from latent_explorer.training.loop import Training
from latent_explorer.training.threads import step_threads, threads


@pytest.fixture(autouse=True)
def three_threads() -> Iterator[None]:
    """Whatever the machine has."""
    with threads(3):
        yield


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
    assert step_threads(net(trunk, hidden), batch_size) == expected


def test_a_step_is_made_in_its_threads_and_all_else_in_all(bars: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    counts, step = [], FlatWeights.step

    def counted(self: FlatWeights, *rest: Any) -> None:
        counts.append(torch.get_num_threads())
        step(self, *rest)

    monkeypatch.setattr(FlatWeights, "step", counted)
    spec = NetSpec(family="vae", trunk="dense", image_shape=bars.image_shape, latent_dim=2, hidden=(24,))
    for report in Training.begin(spec, bars, Recipe(epochs=2, batch_size=16, device="cpu")).run():
        assert torch.get_num_threads() == 3
        assert np.isfinite(report.losses["loss"])
    assert counts == [1] * 12


def test_the_count_is_put_back_after_a_fault() -> None:
    with pytest.raises(RuntimeError, match="a fault"), threads(1):
        raise RuntimeError("a fault")
    assert torch.get_num_threads() == 3


def test_a_weight_without_a_part_in_the_loss_stays_as_it_is() -> None:
    flat = FlatWeights(net("dense", (8,)), Recipe(epochs=1), "float32")
    before = weights_of(flat.exact)
    x = torch.rand(4, 1, 28, 28)
    flat.step(flat.model.encode(x).mean.square().sum(), 1e-2, 0)
    after = weights_of(flat.exact)
    assert all(np.array_equal(before[name], after[name]) == name.startswith("decoder") for name in before)
