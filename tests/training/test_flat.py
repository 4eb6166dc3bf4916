"""A step of all weights in one tensor is a step of torch's AdamW on each."""

from copy import deepcopy

import pytest
import torch

from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.flat import FlatWeights


@pytest.mark.parametrize("clip_norm", [1e-3, 1e3])
def test_steps_are_those_of_torch(clip_norm: float) -> None:
    torch.manual_seed(0)
    recipe = Recipe(weight_decay=0.1, clip_norm=clip_norm)
    flat = FlatWeights(
        build(NetSpec(family="ae", trunk="dense", image_shape=(5, 5, 1), latent_dim=2, hidden=(40, 7))),
        recipe,
        "float32",
    )
    plain = deepcopy(flat.exact)
    optimiser = torch.optim.AdamW(plain.parameters(), weight_decay=recipe.weight_decay)
    for rate in (1e-2, 3e-3, 1e-3):
        for view, weight in zip(flat.views(flat.gradient), plain.parameters(), strict=True):
            weight.grad = torch.randn_like(weight)
            view.copy_(weight.grad)
        torch.nn.utils.clip_grad_norm_(plain.parameters(), clip_norm)
        optimiser.param_groups[0]["lr"] = rate
        optimiser.step()
        flat.step(torch.tensor(1.0), rate, 0.5)
    for weight, expected in zip(flat.exact.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(weight, expected, rtol=2e-5, atol=1e-7)
