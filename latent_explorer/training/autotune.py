"""In which precision, and by how many threads, a network is trained faster on this machine: shapes and trials decide.

Threads that wait asleep, so that they do not starve the window, take about 0.05 ms to be woken for each operation. A
step of a small dense network is a hundred operations, most of them shorter than that: it is given a second thread only
where threads wait awake for a moment.
"""

import time
from collections.abc import Callable, Mapping
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

_WORTH_SHARING = 300_000_000  # multiplications of a batch on its way through the network, about 10 ms of a step
_TURNS = 6
_MORE_TURNS = 15  # where it counts how busy the machine is
_WORTH_IT = 0.9  # of the time that the plainer way takes
_Name = TypeVar("_Name")


def possible_threads(model: nn.Module, batch_size: int) -> tuple[int, ...]:
    """How many threads each operation of a step of `model` may be given on the processor, the usual number first.

    Shapes decide and how threads wait. Where a second is possible, it depends on what else runs here which is better.
    """
    present = torch.get_num_threads()
    if any(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in model.modules()):
        return (present,)
    weights = sum(weight.numel() for weight in model.parameters())
    if weights * batch_size > _WORTH_SHARING:
        return (present,)
    return (1, 2) if awake() and present > 1 else (1,)


def choose_precision(recipe: Recipe, model: LatentModel, batch: ImageBatch) -> Precision:
    """That of `recipe`, or for "auto" whichever trains `model` faster on images like `batch`."""
    names = precisions(recipe.precision, batch.x.device)
    if len(names) == 1:
        return names[0]
    with threads(possible_threads(model, len(batch.x))[0]):
        times = _timed({name: _step(recipe, model, batch, name) for name in names}, _TURNS)
    return "bfloat16" if min(times["bfloat16"]) < _WORTH_IT * min(times["float32"]) else "float32"


def choose_threads(recipe: Recipe, model: LatentModel, batch: ImageBatch, precision: Precision) -> int:
    """How many threads a step is to have, on a machine as busy as now: two that wait for each other need both cores."""
    usual, *others = numbers = possible_threads(model, len(batch.x))
    if not others:
        return usual
    step = _step(recipe, model, batch, precision)
    times = _timed({number: _with_threads(number, step) for number in numbers}, _MORE_TURNS)
    best = min(others, key=lambda number: median(times[number]))
    return best if median(times[best]) < _WORTH_IT * median(times[usual]) else usual


def _step(recipe: Recipe, model: LatentModel, batch: ImageBatch, precision: Precision) -> Callable[[], None]:
    """A step of a copy of `model`, which leads nowhere."""
    optimiser = Optimiser(deepcopy(model), recipe, precision)
    draws = Draws(torch.Generator(batch.x.device).manual_seed(0))

    def step() -> None:
        optimiser.learn(batch, draws, weight=1, rate=0.0, fresh=0.0)
        optimiser.verdict()  # waits for the device

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
