"""How a network is trained faster, as a few steps tell."""

import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from statistics import median
from typing import TypeVar

import torch
from torch import Tensor

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.threads import threads
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.dense_step import gradients_of
from latent_explorer.training.devices import precisions
from latent_explorer.training.flat import FlatWeights
from latent_explorer.training.threads import possible_threads

_TURNS = 6
_MORE_TURNS = 15  # where it counts how busy the machine is
_WORTH_IT = 0.9  # of the time that the plainer way takes
_Name = TypeVar("_Name")


def choose_precision(recipe: Recipe, model: LatentModel, batch: Tensor) -> Precision:
    """That of `recipe`, or for "auto" whichever trains `model` faster on images like `batch` (n, c, h, w)."""
    names = precisions(recipe.precision, batch.device)
    if len(names) == 1:
        return names[0]
    with threads(possible_threads(model, len(batch))[0]):
        times = _timed({name: _step(recipe, model, batch, name) for name in names}, _TURNS)
    return "bfloat16" if min(times["bfloat16"]) < _WORTH_IT * min(times["float32"]) else "float32"


def choose_threads(recipe: Recipe, model: LatentModel, batch: Tensor, precision: Precision) -> int:
    """How many threads a step is to have, on a machine as busy as now: two that wait for each other need both cores."""
    usual, *others = numbers = possible_threads(model, len(batch))
    if not others:
        return usual
    step = _step(recipe, model, batch, precision)
    times = _timed({number: _with_threads(number, step) for number in numbers}, _MORE_TURNS)
    best = min(others, key=lambda number: median(times[number]))
    return best if median(times[best]) < _WORTH_IT * median(times[usual]) else usual


def _step(recipe: Recipe, model: LatentModel, batch: Tensor, precision: Precision) -> Callable[[], None]:
    """What finds the gradient for a copy of `model`."""
    gradients = gradients_of(FlatWeights(deepcopy(model), recipe, precision))
    draws = Draws(torch.Generator(batch.device).manual_seed(0))

    def step() -> None:
        gradients.find(batch, batch, draws, prior=1, weight=1)["loss"].item()  # waits for the device

    return step


def _with_threads(number: int, step: Callable[[], None]) -> Callable[[], None]:
    def limited() -> None:
        with threads(number):
            step()

    return limited


def _timed(rivals: Mapping[_Name, Callable[[], None]], turns: int) -> dict[_Name, list[float]]:
    """Seconds of each turn, of which the first does not count; they take turns, so that a busy moment meets all."""
    times: dict[_Name, list[float]] = {name: [] for name in rivals}
    for turn in range(turns + 1):
        for name, act in rivals.items():
            begin = time.perf_counter()
            act()
            if turn:
                times[name].append(time.perf_counter() - begin)
    return times
