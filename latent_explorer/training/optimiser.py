"""The optimiser, its state as arrays by name, and the moving average of the weights."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from latent_explorer.errors import TrainingError
from latent_explorer.training.recipe import Recipe


def make_optimiser(model: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019) in its fused form."""
    return torch.optim.AdamW(model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)


def optimiser_arrays(optimiser: torch.optim.Optimizer) -> dict[str, NDArray[np.float32]]:
    """The state of every weight, by the weight's number and the quantity's name."""
    state: Mapping[int, Mapping[str, Tensor]] = optimiser.state_dict()["state"]
    return {
        f"{number}/{name}": value.float().cpu().numpy().copy()
        for number, values in state.items()
        for name, value in values.items()
    }


def restore_optimiser(optimiser: torch.optim.Optimizer, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Put back what `optimiser_arrays` gave. Raises TrainingError when it is of another network."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, array in arrays.items():
        number, name = key.split("/")
        state.setdefault(int(number), {})[name] = torch.from_numpy(array.copy())
    weights = optimiser.param_groups[0]["params"]
    if sorted(state) != list(range(len(weights))) or any(
        state[number]["exp_avg"].shape != weight.shape for number, weight in enumerate(weights)
    ):
        raise TrainingError("the saved state of the optimiser does not fit the network; begin this run anew")
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float, steps_done: int) -> None:
    """Move the averaged weights towards the model's; early on faster, so that the first weights are soon forgotten."""
    decay = min(decay, (1 + steps_done) / (10 + steps_done))
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
