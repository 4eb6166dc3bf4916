"""The weights in training, their moving average, and what makes a step: AdamW (Loshchilov and Hutter 2019)."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.adamw import adamw

from latent_explorer.errors import TrainingError
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.families import Phase
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.distributed.devices import autocast


class Optimiser:
    """Trains `model` by one step after the other, each of the phases that its family has.

    average: the same network with the moving average of the weights. All arithmetic between two steps stays on the
    device: nothing waits for it. Once a loss or gradient is not finite, weights and average stay as they are.
    add_up: puts the sum over all processes that train in place of a tensor; None for one that trains alone.
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
        self._phases = [_PhaseWeights(phase, model) for phase in phases]
        self._device = next(model.parameters()).device
        self._poisoned = torch.zeros((), device=self._device)
        self._good_steps = torch.zeros((), device=self._device)

    def learn(self, batch: ImageBatch, draws: Draws, *, weight: float, rate: float, fresh: float) -> dict[str, Tensor]:
        """Make a step; the losses before it by name, each times `weight`, without waiting for the device.

        weight: the part of the batch that is here, of several processes. rate: the learning rate. fresh: the share of
        the new weights in the average.
        """
        found: dict[str, Tensor] = {}
        for phase in self._phases:
            only = phase.loss if len(self._phases) > 1 else None
            losses = self._losses(replace(batch, phase=only), draws, weight)
            self._follow(phase, losses[phase.loss], rate)
            found |= {name: loss.detach() for name, loss in losses.items()}
        self._good_steps += 1 - self._poisoned
        self._take_average(fresh)
        return {name: found[name] for name in self.model.family.labels() if name in found}

    def verdict(self) -> int | None:
        """How many steps were good before one that was not; None while all are. Waits for the device."""
        bad, good = torch.stack([self._poisoned, self._good_steps]).tolist()
        return int(good) if bad else None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """A copy of the state beside the weights, by name."""
        return {name: value.cpu().numpy().copy() for name, value in self._state().items()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put back what `arrays` gave. Raises TrainingError when it is of another network."""
        state = self._state()
        if {name: array.shape for name, array in arrays.items()} != {name: each.shape for name, each in state.items()}:
            raise TrainingError("the saved state of the optimiser does not fit the network; begin this run anew")
        for name, value in state.items():
            value.copy_(torch.from_numpy(np.array(arrays[name])))

    def _state(self) -> dict[str, Tensor]:
        named = (phase.named_state() for phase in self._phases)
        return {f"{number}.{name}": value for number, each in enumerate(named) for name, value in each}

    def _losses(self, batch: ImageBatch, draws: Draws, weight: float) -> dict[str, Tensor]:
        with autocast(self._device, self._precision):
            return {name: loss * weight for name, loss in self.model.losses(batch, draws).items()}

    def _follow(self, phase: "_PhaseWeights", loss: Tensor, rate: float) -> None:
        gradients = phase.gradients(loss)
        with torch.no_grad():
            if self._add_up is not None:
                *gradients, loss = _summed([*gradients, loss.detach().float()], self._add_up)
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
            torch.maximum(self._poisoned, (~(loss.detach() + norm).isfinite()).float(), out=self._poisoned)
            divisor = (norm / self._recipe.clip_norm).clamp_min(1)
            phase.descend(gradients, divisor, self._poisoned, rate, self._recipe.weight_decay)

    @torch.no_grad()
    def _take_average(self, fresh: float) -> None:
        share = (1 - self._poisoned) * fresh
        for kept, weight in zip(self.average.parameters(), self.model.parameters(), strict=True):
            kept.lerp_(weight, share)
        for old, new in zip(self.average.buffers(), self.model.buffers(), strict=True):
            old.copy_(new)


class _PhaseWeights:
    """The weights that one phase of a step changes, and the state of its optimiser."""

    def __init__(self, phase: Phase, model: LatentModel) -> None:
        self.loss, self._betas = phase.loss, phase.betas
        named = dict(model.named_parameters())
        inside = tuple(f"{part}." for part in phase.parts)
        chosen = {name: weight for name, weight in named.items() if not inside or name.startswith(inside)}
        if not chosen:
            raise TrainingError(
                f"the family {model.family.name!r} has no weights in its parts {', '.join(phase.parts)}"
            )
        self._names, self._weights = list(chosen), list(chosen.values())
        self._first, self._second = ([torch.zeros_like(weight) for weight in self._weights] for _ in range(2))
        self._steps = [torch.zeros((), device=weight.device) for weight in self._weights]

    def named_state(self) -> Iterator[tuple[str, Tensor]]:
        """All that a step changes besides the weights."""
        for kind, values in (("exp_avg", self._first), ("exp_avg_sq", self._second), ("step", self._steps)):
            yield from ((f"{name}.{kind}", value) for name, value in zip(self._names, values, strict=True))

    def gradients(self, loss: Tensor) -> list[Tensor]:
        """Of the loss by these weights; zero for those that had no part in it."""
        found = torch.autograd.grad(loss, self._weights, allow_unused=True)
        pairs = zip(found, self._weights, strict=True)
        self._gradients = [torch.zeros_like(weight) if gradient is None else gradient for gradient, weight in pairs]
        return self._gradients

    def descend(
        self, gradients: list[Tensor], divisor: Tensor, nothing: Tensor, rate: float, weight_decay: float
    ) -> None:
        """One step by gradients / divisor, or none where `nothing` is 1: both are read on the device."""
        adamw(
            self._weights,  # type: ignore[arg-type] # parameters are tensors
            gradients,
            self._first,
            self._second,
            [],
            self._steps,
            fused=True,
            grad_scale=divisor,  # what torch's own GradScaler sets, and its fused optimisers read
            found_inf=nothing,
            amsgrad=False,
            beta1=self._betas[0],
            beta2=self._betas[1],
            lr=rate,
            weight_decay=weight_decay,
            eps=1e-8,
            maximize=False,
        )


def _summed(tensors: list[Tensor], add_up: Callable[[Tensor], None]) -> list[Tensor]:
    """The sums over all processes, by one reduction."""
    flat = torch.cat([each.flatten() for each in tensors])
    add_up(flat)
    parts = torch.split(flat, [each.numel() for each in tensors])
    return [part.view(each.shape) for part, each in zip(parts, tensors, strict=True)]
