"""All weights of a network in one tensor, so that a step touches each once, however many layers there are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from latent_explorer.errors import TrainingError
from latent_explorer.nets.model import LatentModel, scaled
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.devices import autocast

_ALIGNED = 32  # weights begin at multiples of this many numbers, as kernels for tensor cores ask


class FlatWeights:
    """The weights of `model` with their gradients, moving average and optimiser: AdamW (Loshchilov and Hutter 2019).

    model: the one to differentiate. Its matrices are copies in bfloat16 where that is the precision, made once a step
    rather than by each layer. exact, average: the same network with the weights as they are kept, and their average.
    All arithmetic between two steps stays on the device: nothing waits for it. Once a loss or gradient is not finite,
    weights and average stay as they are.
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
        self._weights = nn.Parameter(_flattened(model))
        self._sums = self._weights.new_zeros(len(self._weights) + 1)  # the gradient, and behind it the loss
        self._weights.grad = self._sums[:-1]
        _point(self.exact, self._weights.data)
        self.average = deepcopy(model).eval()
        self._average = self._weights.detach().clone()
        _point(self.average, self._average)
        self.model = deepcopy(model).train()
        self._short = self._weights.detach().bfloat16() if precision == "bfloat16" else None
        self._share()
        self._gradients = _views(self._weights.grad, self.model)
        self._optimiser = torch.optim.AdamW(
            [self._weights],
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            fused=True,
            capturable=self._weights.device.type == "cuda",
        )
        self._clip_norm = recipe.clip_norm
        self._add_up = add_up
        self._poisoned = torch.zeros((), device=self._weights.device)
        self._good_steps = torch.zeros((), device=self._weights.device)

    def autocast(self) -> torch.autocast:
        """The context in which the losses of `model` are to be computed."""
        return autocast(self._weights.device, "float32" if self._short is None else "bfloat16")

    def step(self, loss: Tensor, rate: float | Tensor, fresh: float | Tensor) -> None:
        """Learn from a scalar `loss` of `model`, at the learning rate `rate`.

        fresh: the share of the new weights in the average.
        """
        found = torch.autograd.grad(loss, list(self.model.parameters()), allow_unused=True)
        with torch.no_grad():
            self._collect(found)
            self._judge(self._over_all(loss.detach()))
            self._optimiser.param_groups[0]["lr"] = rate
            self._optimiser.step()
            self._average.lerp_(self._weights, scaled(1 - self._poisoned, fresh))
            if self._short is not None:
                self._short.copy_(self._weights)

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
        """A copy of the optimiser's state by the quantity's name; empty before the first step."""
        state: Mapping[str, Tensor] = self._optimiser.state.get(self._weights, {})
        return {name: value.float().cpu().numpy().copy() for name, value in state.items()}

    def restore_optimiser(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put back what `optimiser_arrays` gave. Raises TrainingError when it is of another network."""
        sizes = {"step": (), "exp_avg": self._weights.shape, "exp_avg_sq": self._weights.shape}
        if {name: array.shape for name, array in arrays.items()} != sizes:
            raise TrainingError("the saved state of the optimiser does not fit the network; begin this run anew")
        state = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
        self._optimiser.load_state_dict({**self._optimiser.state_dict(), "state": {0: state}})

    def refresh(self) -> None:
        """Take up weights that were put into `exact` from outside."""
        if self._short is not None:
            self._short.copy_(self._weights.detach())

    def _share(self) -> None:
        """Let `model` have the short matrices, and all else as it is kept."""
        exact = _views(self._weights.data, self.model)
        short = exact if self._short is None else _views(self._short, self.model)
        for weight, whole, cut in zip(self.model.parameters(), exact, short, strict=True):
            weight.data = cut if weight.ndim > 1 else whole

    def _collect(self, found: Sequence[Tensor | None]) -> None:
        """Bring the gradients together; of weights that had no part in the loss they are zero."""
        if any(gradient is None for gradient in found):
            assert self._weights.grad is not None
            self._weights.grad.zero_()
        pairs = [(to, gradient) for to, gradient in zip(self._gradients, found, strict=True) if gradient is not None]
        torch._foreach_copy_([to for to, _ in pairs], [gradient for _, gradient in pairs])

    def _over_all(self, loss: Tensor) -> Tensor:
        """The loss of all processes, whose gradients are added up with it."""
        if self._add_up is None:
            return loss
        self._sums[-1] = loss
        self._add_up(self._sums)
        return self._sums[-1]

    def _judge(self, loss: Tensor) -> None:
        """Tell the optimiser, on the device, by what to divide the gradient and whether to do anything at all."""
        assert self._weights.grad is not None
        norm = torch.linalg.vector_norm(self._weights.grad)
        torch.maximum(self._poisoned, (~(loss + norm).isfinite()).float(), out=self._poisoned)
        self._good_steps += 1 - self._poisoned
        # What torch's own GradScaler sets, and its fused optimisers read.
        self._optimiser.grad_scale = (norm / self._clip_norm).clamp_min(1)  # type: ignore[attr-defined]
        self._optimiser.found_inf = self._poisoned  # type: ignore[attr-defined]


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
