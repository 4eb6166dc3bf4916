"""A step is that of torch's AdamW after clipping, and only the weights that have a part in a loss follow it."""

from contextlib import nullcontext
from copy import deepcopy
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import weights_of
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.images import HeldImages
from latent_explorer.training.learner import Learner
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


class Elsewhere(TorchDispatchMode):
    """Notes the operations on tensors that are not on the device `meta`, whose values nobody can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # torch has no fused optimiser for this device
        made = None if "_fused_adamw_" in str(function) else function(*args, **(kwargs or {}))
        tensors = [each for each in tree_leaves((args, kwargs, made)) if isinstance(each, torch.Tensor)]
        if any(each.device.type != "meta" for each in tensors):
            self.found.append(str(function))
        return made


@pytest.mark.parametrize("family", ["ae", "vae"])
@pytest.mark.parametrize("trunk", ["conv", "dense", "lean", "residual", "resnet"])
def test_all_of_a_step_is_on_the_device(monkeypatch: pytest.MonkeyPatch, family: str, trunk: str) -> None:
    """Anything else would be waited for: a tensor on the processor, or a value that is asked for."""
    monkeypatch.setattr(import_module("torch.optim.adam"), "_device_dtype_check_for_fused", lambda _: None)
    monkeypatch.setattr("latent_explorer.training.optimiser.autocast", lambda *_: nullcontext())
    spec = NetSpec(family=family, trunk=trunk, image_shape=(12, 12, 1), latent_dim=2, hidden=(24,))
    with torch.device("meta"):
        images = HeldImages(torch.zeros((20, 1, 12, 12), dtype=torch.uint8))
        learner = Learner(build(spec), Recipe(augmentation=0.3, corruption=0.1), "float32", images)
        indices = torch.zeros(16, dtype=torch.int64)
    with Elsewhere() as elsewhere:
        losses = learner.learn(indices, 1, 0, 24, None)  # type: ignore[arg-type] # there is no generator for `meta`
    assert elsewhere.found == []
    assert all(loss.device.type == "meta" for loss in losses.values())
