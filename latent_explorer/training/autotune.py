"""Chooses the precision and the number of threads that train a network fastest here, by shapes and trials.

Threads that sleep while idle, so that they do not starve the window, take about 0.05 ms to wake for each operation. A
step of a small dense network has a hundred operations, most of them shorter: it gets a second thread only if idle
threads spin for a moment.
"""

import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from statistics import median
from typing import TypeVar

import torch
from torch import nn

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.nets.threads import threads
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.distributed.devices import precisions
from latent_explorer.training.optimiser import Optimiser
from latent_explorer.waiting import awake

_WORTH_SHARING = 300_000_000  # multiplications of a batch in the forward pass, about 10 ms of a step
_TURNS = 6
_MORE_TURNS = 15  # trials, if the load of the machine matters
_WORTH_IT = 0.9  # share of the time of the simpler option
_Name = TypeVar("_Name")


def possible_threads(model: nn.Module, batch_size: int) -> tuple[int, ...]:
    """The numbers of threads that a step of `model` may use on a CPU, the default first.

    They depend on the shapes, and on how idle threads wait. If there are two, the better one depends on other load.
    """
    present = torch.get_num_threads()
    if any(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in model.modules()):
        return (present,)
    weights = sum(weight.numel() for weight in model.parameters())
    if weights * batch_size > _WORTH_SHARING:
        return (present,)
    return (1, 2) if awake() and present > 1 else (1,)


def choose_precision(recipe: Recipe, model: LatentModel, batch: ImageBatch) -> Precision:
    """The precision of `recipe`; for "auto", the one that trains `model` fastest on images like `batch`."""
    count = possible_threads(model, len(batch.x))[0]
    names = precisions(recipe.precision, batch.x.device)
    return _quicker(names, lambda name: _step(recipe, model, batch, name, count), _TURNS)


def choose_threads(recipe: Recipe, model: LatentModel, batch: ImageBatch, precision: Precision) -> int:
    """The number of threads for a step under the current load: two threads that wait for each other need two cores."""
    counts = possible_threads(model, len(batch.x))
    return _quicker(counts, lambda count: _step(recipe, model, batch, precision, count), _MORE_TURNS)


def _step(
    recipe: Recipe, model: LatentModel, batch: ImageBatch, precision: Precision, count: int
) -> Callable[[], None]:
    """A training step of a copy of `model` with `count` threads, for timing."""
    optimiser = Optimiser(deepcopy(model), recipe, precision)
    draws = Draws(torch.Generator(batch.x.device).manual_seed(0))

    def step() -> None:
        with threads(count):
            optimiser.learn(batch, draws, weight=1, rate=0.0, fresh=0.0)
            optimiser.verdict()  # waits for the device

    return step


def _quicker(rivals: Sequence[_Name], step_of: Callable[[_Name], Callable[[], None]], turns: int) -> _Name:
    """The first of the rivals, unless a trial shows that the other is clearly faster.

    They alternate, so that other load affects both; the first turn is a warm-up.
    """
    usual, *others = rivals
    if not others:
        return usual
    steps = {name: step_of(name) for name in rivals}
    times: dict[_Name, list[float]] = {name: [] for name in rivals}
    for _ in range(turns + 1):
        for name, step in steps.items():
            begin = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - begin)
    taken = {name: median(each[1:]) for name, each in times.items()}
    return others[0] if taken[others[0]] < _WORTH_IT * taken[usual] else usual
