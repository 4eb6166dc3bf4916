"""Which precision trains a network faster, as a few steps tell."""

import time
from copy import deepcopy

import torch
from torch import Tensor

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import LatentModel
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.dense_step import gradients_of
from latent_explorer.training.devices import precisions
from latent_explorer.training.flat import FlatWeights
from latent_explorer.training.gradients import Gradients
from latent_explorer.training.threads import step_threads, threads

_STEPS = 6
_WORTH_IT = 0.9  # of the time in float32


def choose_precision(recipe: Recipe, model: LatentModel, batch: Tensor) -> Precision:
    """That of `recipe`, or for "auto" whichever trains `model` faster on images like `batch` (n, c, h, w)."""
    names = precisions(recipe.precision, batch.device)
    if len(names) == 1:
        return names[0]
    rivals = {name: gradients_of(FlatWeights(deepcopy(model), recipe, name)) for name in names}
    times: dict[Precision, list[float]] = {name: [] for name in names}
    with threads(step_threads(model, len(batch))):
        for _ in range(_STEPS):  # in turns, so that a busy moment meets both; the first calls of each kernel are slow
            for name, gradients in rivals.items():
                times[name].append(_seconds(gradients, batch))
    return "bfloat16" if min(times["bfloat16"]) < _WORTH_IT * min(times["float32"]) else "float32"


def _seconds(gradients: Gradients, batch: Tensor) -> float:
    draws = Draws(torch.Generator(batch.device).manual_seed(0))
    begin = time.perf_counter()
    gradients.find(batch, batch, draws, prior=1, weight=1)["loss"].item()  # waits for the device
    return time.perf_counter() - begin
