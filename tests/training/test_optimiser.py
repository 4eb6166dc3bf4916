"""A step is that of torch's AdamW after clipping, and only the weights that have a part in a loss follow it."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import torch

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import weights_of
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.optimiser import Optimiser


def net() -> LatentModel:
    torch.manual_seed(0)
    return build(NetSpec(family="ae", trunk="dense", image_shape=(5, 5, 1), latent_dim=2, hidden=(40, 7)))


@pytest.mark.parametrize("clip_norm", [1e-3, 1e3])
def test_steps_are_those_of_torch(clip_norm: float) -> None:
    recipe = Recipe(weight_decay=0.1, clip_norm=clip_norm)
    ours = Optimiser(net(), recipe, "float32")
    plain = deepcopy(ours.model)
    average = deepcopy(plain)
    theirs = torch.optim.AdamW(plain.parameters(), weight_decay=recipe.weight_decay)
    for rate in (1e-2, 3e-3, 1e-3):
        batch = ImageBatch(torch.rand(6, 1, 5, 5))
        theirs.zero_grad()
        plain.losses(batch)["loss"].backward()
        torch.nn.utils.clip_grad_norm_(plain.parameters(), clip_norm)
        theirs.param_groups[0]["lr"] = rate
        theirs.step()
        for kept, weight in zip(average.parameters(), plain.parameters(), strict=True):
            kept.data.lerp_(weight.data, 0.25)
        ours.learn(batch, Draws(), weight=1, rate=rate, fresh=0.25)
    for found, expected in ((ours.model, plain), (ours.average, average)):
        for name, weight in found.named_parameters():
            torch.testing.assert_close(weight, expected.get_parameter(name), rtol=2e-5, atol=1e-7)


def test_a_weight_without_a_part_in_the_loss_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_latents(model: LatentModel, batch: ImageBatch, *_: Any) -> dict[str, torch.Tensor]:
        return {"loss": model.encode(batch.x).mean.square().sum()}

    optimiser = Optimiser(net(), Recipe(epochs=1), "float32")
    before = weights_of(optimiser.model)
    monkeypatch.setattr(type(optimiser.model), "losses", only_latents)
    optimiser.learn(ImageBatch(torch.rand(4, 1, 5, 5)), Draws(), weight=1, rate=1e-2, fresh=0.9)
    after = weights_of(optimiser.model)
    assert all(np.array_equal(before[name], after[name]) == name.startswith("decoder") for name in before)
