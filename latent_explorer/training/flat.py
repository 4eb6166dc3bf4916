"""All weights of a network in one tensor, so that a step touches each once, however many layers there are."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.adamw import adamw

from latent_explorer.errors import TrainingError
from latent_explorer.nets.model import LatentModel, scaled
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.devices import autocast

_ALIGNED = 32  # weights begin at multiples of this many numbers, as kernels for tensor cores ask
_BETAS, _EPSILON = (0.9, 0.999), 1e-8


class FlatWeights:
    """The weights of `model` with their gradients, moving average and optimiser: AdamW (Loshchilov and Hutter 2019).

    model: the one to differentiate. Its matrices are copies in bfloat16 where that is the precision, made once a step
    rather than by each layer. exact, average: the same network with the weights as they are kept, and their average.
    gradient: what a step goes by, to be put there before it. All arithmetic between two steps stays on the device:
    nothing waits for it. Once a loss or gradient is not finite, weights and average stay as they are.
    add_up: puts the sum over all processes that train in place of a tensor; None for one that trains alone.
    """

    def __init__(
        self,
        model: LatentModel,
        recipe: Recipe,
        precision: Precision,
        add_up: Callable[[Tensor], None] | None = None,
    ) -> None:
        self.exact = model
        self._weights = _flattened(model)
        self._sums = self._weights.new_zeros(len(self._weights) + 1)  # the gradient, and behind it the loss
        self.gradient = self._sums[:-1]
        _point(self.exact, self._weights)
        self.average = deepcopy(model).eval()
        self._average = self._weights.clone()
        _point(self.average, self._average)
        self.model = deepcopy(model).train()
        self._short = self._weights.bfloat16() if precision == "bfloat16" else None
        self._share()
        self._moments = {name: torch.zeros_like(self._weights) for name in ("exp_avg", "exp_avg_sq")}
        self._moments["step"] = torch.zeros((), device=self._weights.device)
        self._weight_decay, self._clip_norm = recipe.weight_decay, recipe.clip_norm
        self._add_up = add_up
        self._poisoned = torch.zeros((), device=self._weights.device)
        self._good_steps = torch.zeros((), device=self._weights.device)

    def autocast(self) -> torch.autocast:
        """The context in which the losses of `model` are to be computed."""
        return autocast(self._weights.device, "float32" if self._short is None else "bfloat16")

    @property
    def used(self) -> Tensor:
        """All weights in the precision in which products are computed; `views` says where each is."""
        return self._weights if self._short is None else self._short

    def views(self, flat: Tensor) -> list[Tensor]:
        """The part that belongs to each weight of `model`, in its shape, of a tensor as long as `used`."""
        return _views(flat, self.model)

    def step(self, loss: Tensor, rate: float | Tensor, fresh: float | Tensor) -> None:
        """Follow `gradient`, that of `loss`, at the learning rate `rate`. fresh: the share in the average."""
        with torch.no_grad():
            self._descend(*self._judged(self._over_all(loss)), rate)
            self._average.lerp_(self._weights, scaled(1 - self._poisoned, fresh))
            self.refresh()

    def verdict(self) -> Tensor:
        """On the device, float32 (2,): 1 once a loss was not finite, else 0; how many steps since this was made were
        good before.
        """
        return torch.stack([self._poisoned, self._good_steps])

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Inside, a step computes all that it does, and changes nothing: as after a loss that was not finite."""
        before = self._poisoned.clone()
        self._poisoned.fill_(1)
        try:
            yield
        finally:
            self._poisoned.copy_(before)

    def optimiser_arrays(self) -> dict[str, NDArray[Any]]:
        """A copy of the optimiser's state by the quantity's name."""
        return {name: value.cpu().numpy().copy() for name, value in self._moments.items()}

    def restore_optimiser(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put back what `optimiser_arrays` gave. Raises TrainingError when it is of another network."""
        sizes = {name: value.shape for name, value in self._moments.items()}
        if {name: array.shape for name, array in arrays.items()} != sizes:
            raise TrainingError("the saved state of the optimiser does not fit the network; begin this run anew")
        for name, value in self._moments.items():
            value.copy_(torch.from_numpy(arrays[name].copy()))

    def refresh(self) -> None:
        """Take up weights that were put into `exact` from outside."""
        if self._short is not None:
            self._short.copy_(self._weights)

    def _share(self) -> None:
        """Let `model` have the short matrices, and all else as it is kept."""
        exact = _views(self._weights, self.model)
        short = exact if self._short is None else _views(self._short, self.model)
        for weight, whole, cut in zip(self.model.parameters(), exact, short, strict=True):
            weight.data = cut if weight.ndim > 1 else whole

    def _over_all(self, loss: Tensor) -> Tensor:
        """The loss of all processes, whose gradients are added up with it."""
        if self._add_up is None:
            return loss
        self._sums[-1] = loss
        self._add_up(self._sums)
        return self._sums[-1]

    def _judged(self, loss: Tensor) -> tuple[Tensor, Tensor]:
        """By what to divide the gradient, and whether to do nothing at all; on the device."""
        norm = torch.linalg.vector_norm(self.gradient)
        torch.maximum(self._poisoned, (~(loss + norm).isfinite()).float(), out=self._poisoned)
        self._good_steps += 1 - self._poisoned
        return (norm / self._clip_norm).clamp_min(1), self._poisoned

    def _descend(self, divisor: Tensor, nothing: Tensor, rate: float | Tensor) -> None:
        """What torch.optim.AdamW does; its own step takes a third of a millisecond besides, for one tensor."""
        adamw(
            [self._weights],
            [self.gradient],
            [self._moments["exp_avg"]],
            [self._moments["exp_avg_sq"]],
            [],
            [self._moments["step"]],
            fused=True,
            grad_scale=divisor,  # what torch's own GradScaler sets, and its fused optimisers read
            found_inf=nothing,
            amsgrad=False,
            beta1=_BETAS[0],
            beta2=_BETAS[1],
            lr=rate,
            weight_decay=self._weight_decay,
            eps=_EPSILON,
            maximize=False,
        )


def _padded(count: int) -> int:
    return -(-count // _ALIGNED) * _ALIGNED


def _flattened(model: nn.Module) -> Tensor:
    weights = [weight.detach() for weight in model.parameters()]
    flat = torch.zeros(sum(_padded(weight.numel()) for weight in weights), device=weights[0].device)
    for view, weight in zip(_views(flat, model), weights, strict=True):
        view.copy_(weight)
    return flat


def _views(flat: Tensor, model: nn.Module) -> list[Tensor]:
    """The part of `flat` that belongs to each weight of `model`, in its shape."""
    views, begin = [], 0
    for weight in model.parameters():
        views.append(flat[begin : begin + weight.numel()].view(weight.shape))
        begin += _padded(weight.numel())
    return views


def _point(model: nn.Module, flat: Tensor) -> None:
    for weight, view in zip(model.parameters(), _views(flat, model), strict=True):
        weight.data = view
