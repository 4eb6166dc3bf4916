"""The one-class benchmark: a small network trained on each class alone scores the test images of all classes."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.anomaly import NOVEL, SCORES, auroc
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.nets.families import find_family
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.anomalies import JudgeProgress, columns, fitted_judge
from latent_explorer.training.coding import coder_of_network
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.loop import Training

_FAMILY, _TRUNK, _HIDDEN, _DIMENSIONS, _SETTINGS = "vae", "residual", (128, 128), 16, {"beta": 0.3}
_AT_ONCE = 500
_FEWEST = 10


@dataclass(frozen=True)
class OfClass:
    """The result for one class. images: the number it was trained on. auroc: by name of the score."""

    name: str
    images: int
    auroc: dict[str, float]
    seconds: float


def recipe_for(epochs: int, seed: int, device: str = "auto") -> Recipe:
    """The recipe of each small network. Raises TrainingError if a value is out of range."""
    return Recipe(epochs=epochs, batch_size=64, averaging=0.99, seed=seed, device=device, precision="bfloat16")


def one_class_each(dataset: Dataset, recipe: Recipe, token: Event | None = None) -> Iterator[JudgeProgress | OfClass]:
    """Train on one class after another and score all test images; yields the progress, and each class when done.

    Raises TrainingError if the dataset has no labels, only one class, no test images, or a class with fewer than ten
    training images.
    """
    token = token or Event()
    labels, names = _checked(dataset)
    test = dataset.indices("test")
    for label, name in enumerate(names):
        began = time.perf_counter()
        own = _only(dataset, label)
        training = Training.begin(_spec(dataset), own, recipe)
        for report in training.run(token):
            yield JudgeProgress(f"class {name}", report.step, report.steps)
        if token.is_set():
            return
        coder = coder_of_network(training.kept_model(), choose_device(recipe.device))
        judge, _ = yield from fitted_judge(coder, own)
        parts = []
        for start in range(0, len(test), _AT_ONCE):
            parts.append(judge.scores(np.asarray(dataset.images[test[start : start + _AT_ONCE]]), judge.names))
            yield JudgeProgress(f"class {name}: judging", start, len(test))
        inside = labels[test] == label
        found = columns(judge.names, np.concatenate(parts))
        areas = {each: auroc(values[inside], values[~inside]) for each, values in found.items()}
        yield OfClass(name, len(own), areas, time.perf_counter() - began)


def summary(dataset: Dataset, recipe: Recipe, found: list[OfClass]) -> dict[str, Any]:
    """The result of the command on all classes, for JSON; `auroc` has the means by score."""
    names = list(found[0].auroc)
    return {
        "dataset": dataset.name,
        "classes": [vars(each) for each in found],
        "auroc": {name: float(np.mean([each.auroc[name] for each in found])) for name in names},
        "score": NOVEL.name,
        "baselines": [name for name in names if SCORES[name].baseline],
        "network": {
            "family": _FAMILY, "trunk": _TRUNK, "hidden": list(_HIDDEN), "latent_dim": _DIMENSIONS, **_SETTINGS,
        },
        "epochs": recipe.epochs,
        "seed": recipe.seed,
        "test_images": len(dataset.indices("test")),
        "seconds": round(sum(each.seconds for each in found), 1),
    }  # fmt: skip


def _checked(dataset: Dataset) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if dataset.labels is None:
        raise TrainingError(f"{dataset.name} has no labels: expected the class of each image")
    if len(dataset.class_names) < 2:
        raise TrainingError(f"{dataset.name} has one class only: expected others to be told from it")
    test = dataset.labels[dataset.indices("test")]
    for label, name in enumerate(dataset.class_names):
        if not (test == label).any():
            raise TrainingError(f"{dataset.name}: expected test images of the class {name!r}, found none")
        if (count := len(_train(dataset, label))) < _FEWEST:
            raise TrainingError(f"{dataset.name}: expected {_FEWEST} training images of class {name!r}, found {count}")
    return dataset.labels, dataset.class_names


def _train(dataset: Dataset, label: int) -> NDArray[np.intp]:
    assert dataset.labels is not None
    train: NDArray[np.intp] = dataset.indices("train")
    own: NDArray[np.intp] = train[dataset.labels[train] == label]
    return own


def _only(dataset: Dataset, label: int) -> Dataset:
    """The training images of one class."""
    images = np.ascontiguousarray(dataset.images[_train(dataset, label)])
    split = np.zeros(len(images), np.uint8)
    return replace(dataset, images=images, labels=None, class_names=(), split=split, source="")


def _spec(dataset: Dataset) -> NetSpec:
    return NetSpec(
        family=_FAMILY,
        trunk=_TRUNK,
        image_shape=dataset.image_shape,
        latent_dim=_DIMENSIONS,
        hidden=_HIDDEN,
        settings=find_family(_FAMILY).values(_SETTINGS),
    )
