"""The optimiser: AdamW (Loshchilov and Hutter 2019) with a moving average of the weights."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import AdamW

from latent_explorer.errors import TrainingError
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.families import Phase
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.distributed.devices import autocast


class Optimiser:
    """Trains `model` step by step, each through the phases of its family.

    average: the same network with the moving average of the weights. All computations stay on the device, so that steps
    do not wait for it. Once a loss or gradient is not finite, weights and average no longer change. add_up: replaces a
    tensor by the sum over all training processes; None for a single process.
    """

    def __init__(
        self,
        model: LatentModel,
        recipe: Recipe,
        precision: Precision,
        add_up: Callable[[Tensor], None] | None = None,
    ) -> None:
        self.model, self.average = model.train(), deepcopy(model).eval()
        self._recipe, self._precision, self._add_up = recipe, precision, add_up
        phases = model.family.phases or (Phase(model.family.losses[0].name),)
        self._phases = [(phase.loss, _adam(phase, model, recipe)) for phase in phases]
        self._factors = [phase.rate for phase in phases]
        self._device = next(model.parameters()).device
        self._poisoned = torch.zeros((), device=self._device)
        self._good_steps = torch.zeros((), device=self._device)

    def learn(self, batch: ImageBatch, draws: Draws, *, weight: float, rate: float, fresh: float) -> dict[str, Tensor]:
        """Take a step; returns the losses before it by name, times `weight`, without waiting for the device.

        weight: this process's share of the batch. rate: the learning rate. fresh: the share of the new weights in the
        average.
        """
        found: dict[str, Tensor] = {}
        for (followed, adam), factor in zip(self._phases, self._factors, strict=True):
            only = followed if len(self._phases) > 1 else None
            with autocast(self._device, self._precision):
                losses = self.model.losses(replace(batch, phase=only), draws)
                losses = {name: loss * weight for name, loss in losses.items()}
            self._follow(adam, losses[followed], factor * rate)
            found |= {name: loss.detach() for name, loss in losses.items()}
        self._good_steps += 1 - self._poisoned
        self._take_average(fresh)
        return {name: found[name] for name in self.model.family.labels() if name in found}

    def verdict(self) -> int | None:
        """The number of finite steps before the first one that was not; None if all were. Waits for the device."""
        bad, good = torch.stack([self._poisoned, self._good_steps]).tolist()
        return int(good) if bad else None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """A copy of the state besides the weights, by name."""
        return {name: value.cpu().numpy().copy() for name, value in self._state().items()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Restore the result of `arrays`. Raises TrainingError if it is of another network."""
        state = self._state()
        if {name: array.shape for name, array in arrays.items()} != {name: each.shape for name, each in state.items()}:
            raise TrainingError("the saved state of the optimiser does not fit the network; start this run again")
        for name, value in state.items():
            value.copy_(torch.from_numpy(np.array(arrays[name])))

    def _state(self) -> dict[str, Tensor]:
        names: dict[Tensor, str] = {weight: name for name, weight in self.model.named_parameters()}
        return {
            f"{number}.{names[weight]}.{kind}": value
            for number, (_, adam) in enumerate(self._phases)
            for weight, values in adam.state.items()
            for kind, value in values.items()
        }

    def _follow(self, adam: AdamW, loss: Tensor, rate: float) -> None:
        (group,) = adam.param_groups
        found = torch.autograd.grad(loss, group["params"], materialize_grads=True)  # zero for unused weights
        with torch.no_grad():
            if self._add_up is not None:
                *found, loss = _summed([*found, loss.detach().float()], self._add_up)
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(found)))
            torch.maximum(self._poisoned, (~(loss.detach() + norm).isfinite()).float(), out=self._poisoned)
            for weight, gradient in zip(group["params"], found, strict=True):
                weight.grad = gradient  # kept until the next step
            # set by torch's GradScaler, too; fused optimisers read them on the device
            adam.grad_scale = (norm / self._recipe.clip_norm).clamp_min(1)  # type: ignore[attr-defined]
            adam.found_inf = self._poisoned  # type: ignore[attr-defined]
            group["lr"] = rate
            adam.step()

    @torch.no_grad()
    def _take_average(self, fresh: float) -> None:
        share = (1 - self._poisoned) * fresh
        for kept, weight in zip(self.average.parameters(), self.model.parameters(), strict=True):
            kept.lerp_(weight, share)
        for old, new in zip(self.average.buffers(), self.model.buffers(), strict=True):
            old.copy_(new)


def _adam(phase: Phase, model: LatentModel, recipe: Recipe) -> AdamW:
    """The optimiser of a phase, with its state allocated from the start so that it can be restored."""
    inside = tuple(f"{part}." for part in phase.parts)
    weights = [weight for name, weight in model.named_parameters() if not inside or name.startswith(inside)]
    if not weights:
        raise TrainingError(f"the family {model.family.name!r} has no weights in its parts {', '.join(phase.parts)}")
    adam = AdamW(weights, betas=phase.betas, weight_decay=recipe.weight_decay, fused=True)
    for weight in weights:
        first, second = torch.zeros_like(weight), torch.zeros_like(weight)
        adam.state[weight] = {"exp_avg": first, "exp_avg_sq": second, "step": torch.zeros((), device=weight.device)}
    return adam


def _summed(tensors: list[Tensor], add_up: Callable[[Tensor], None]) -> list[Tensor]:
    """The sums over all processes, in one reduction."""
    flat = torch.cat([each.flatten() for each in tensors])
    add_up(flat)
    parts = torch.split(flat, [each.numel() for each in tensors])
    return [part.view(each.shape) for part, each in zip(parts, tensors, strict=True)]
