"""`bench train`: all three loops learn the same thing, and the figures agree with each other."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

from latent_explorer.bench import train_bench
from latent_explorer.bench.train_bench import measure_train, our_losses
from latent_explorer.bench.train_indexed_baseline import Network, indexed_losses
from latent_explorer.bench.train_loader_baseline import loader_losses
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.jobs import spec_of
from latent_explorer.training.loop import Training

RECIPE = Recipe(epochs=4, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")
HIDDEN = {"ae": (24,), "vae": (16,)}
Losses = Callable[[NetSpec, Dataset, Recipe], Iterator[float]]


def spec(bars: Dataset, family: str) -> NetSpec:
    return NetSpec(family=family, trunk="dense", image_shape=bars.image_shape, latent_dim=2, hidden=(24, 12))


def test_the_figures_follow_from_each_other(bars: Dataset) -> None:
    found = measure_train(bars, recipe=RECIPE, hidden=HIDDEN)
    assert list(found) == ["ae 24-2", "vae 16-2"]
    for each in found.values():
        # the median of four epochs is at most half of all four together
        assert each["images_per_second"] * each["seconds"] > 4 * 90 * 2 / 4
        for name in ("competent", "loader"):
            assert each[f"{name}_ratio"] == pytest.approx(each["images_per_second"] / each[f"{name}_images_per_second"])
            assert each[f"{name}_loss"] == pytest.approx(each["loss"], rel=0.5)


def test_the_losses_told_are_those_after_the_last_epoch(bars: Dataset) -> None:
    found = measure_train(bars, recipe=RECIPE, hidden={"ae": (24, 12)})["ae 24-12-2"]
    assert found["loss"] == list(our_losses(spec(bars, "ae"), bars, RECIPE))[-1]
    competent = list(indexed_losses(spec(bars, "ae"), bars, RECIPE))[-1]
    assert found["competent_loss"] == pytest.approx(competent, rel=0.1)  # batches come from the one generator of all
    loader = list(islice(loader_losses(spec(bars, "ae"), bars, RECIPE), 5))[-1]
    assert found["loader_loss"] == pytest.approx(loader, rel=0.1)


def test_on_cuda_the_default_vae_is_timed_too(bars: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Training] = []
    begin = Training.begin

    def noted(*rest: Any) -> Training:
        begun.append(begin(*rest))
        return begun[-1]

    monkeypatch.setattr(Training, "begin", noted)
    monkeypatch.setattr(train_bench, "_on_cuda", lambda _: True)
    found = measure_train(bars, recipe=RECIPE, vae_recipe=RECIPE, hidden=HIDDEN)
    assert found["the VAE of train"]["thirty_epochs_seconds"] > 0
    job = Job(source="mnist", folder=Path("unused"))
    assert (begun[-1].progress.spec, begun[-1].progress.epoch) == (spec_of(job, bars), RECIPE.epochs)
    assert job.recipe == train_bench._VAE_RECIPE


@pytest.mark.parametrize("family", ["ae", "vae"])
@pytest.mark.parametrize("losses", [our_losses, indexed_losses, loader_losses])
def test_every_loop_learns(bars: Dataset, family: str, losses: Losses) -> None:
    before = next(loader_losses(spec(bars, family), bars, RECIPE))
    found = list(islice(losses(spec(bars, family), bars, msgspec.structs.replace(RECIPE, epochs=20)), 21))
    assert len(found) == 20 + (losses is not our_losses)
    assert found[-1] < 0.8 * before


@pytest.mark.parametrize("family", ["ae", "vae"])
def test_the_competent_loop_follows_the_same_loss(bars: Dataset, family: str) -> None:
    ours, theirs = build(spec(bars, family)), Network(spec(bars, family))
    with torch.no_grad():
        for weight, same in zip(theirs.parameters(), ours.parameters(), strict=True):
            weight.copy_(same)
    x = torch.from_numpy(bars.images[:30]).permute(0, 3, 1, 2).float() / 255
    torch.manual_seed(0)
    expected = ours.losses(ImageBatch(x))["loss"]
    torch.manual_seed(0)
    torch.testing.assert_close(theirs.loss(x.flatten(1)), expected)


def test_the_competent_loop_is_what_it_says(bars: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    adam, loss, seen = torch.optim.Adam, Network.loss, []

    def noted(*rest: Any, **options: Any) -> torch.optim.Adam:
        assert options["fused"]
        return adam(*rest, **options)

    def watched(self: Network, x: torch.Tensor) -> torch.Tensor:
        seen.append((x.dtype, torch.is_grad_enabled() and torch.is_autocast_enabled("cpu")))
        return loss(self, x)

    monkeypatch.setattr(torch.optim, "Adam", noted)
    monkeypatch.setattr(Network, "loss", watched)
    list(indexed_losses(spec(bars, "ae"), bars, RECIPE))
    assert {dtype for dtype, _ in seen} == {torch.float32}
    assert [trains for _, trains in seen].count(True) == 4 * -(-90 // 16)
