"""Geodesics compared with straight lines and plain descent, and same-class paths, judged by their pictures."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path as Folder
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.analysis import Trust
from latent_explorer.bench.measure import Measure
from latent_explorer.bench.paths_baseline import descended
from latent_explorer.bundles import Latents, read_config, read_latents
from latent_explorer.engine.decoder import Decoder
from latent_explorer.engine.walker import Walker
from latent_explorer.fields import held_out_of
from latent_explorer.fields.consistency import returned
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.threads import threads
from latent_explorer.paths import Path, WalkedPath
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.training.classifier import Classifier, classifier_of
from latent_explorer.training.evaluate import dataset_of

PAIRS, FRAMES = 50, 48
_FEW = 20  # pairs for measuring the curve through dense regions
_TEST = 1
_T = TypeVar("_T")
Pairs = list[tuple[NDArray[np.float32], NDArray[np.float32]]]


@dataclass(frozen=True, eq=False)
class _Model:
    """A bundle for computing paths. walker: with its grid decoded, as in the window from the second path on."""

    latents: Latents
    net: LatentModel
    decoder: Decoder
    walker: Walker
    trust: Trust

    @classmethod
    def open(cls, folder: Folder) -> "_Model":
        config = read_config(folder)
        latents, net = read_latents(folder, config), load_bundle_model(folder, config)
        decoder = Decoder(net, torch.device("cpu"))
        walker = Walker(config, latents, decoder)
        held = held_out_of(latents, walker.near, None)
        return cls(latents, net, decoder, walker, Trust(held, decoder.measured(returned, held.z)))

    def outside(self, z: NDArray[np.float32]) -> float:
        """The share of latents (n, d) that the inspector calls outside the data."""
        scores = self.trust.score(z, self.walker.near.reach, lambda some: self.decoder.measured(returned, some))
        return float((scores > self.trust.edge).mean())


def measure_paths(plane: Folder, space: Folder, classes: Folder, pairs: int = PAIRS) -> dict[str, Any]:
    """Figures of geodesics between the first test images, paired in order, on one thread.

    plane, space: bundles with two and with more dimensions, whose keys end in _2d and _16d. classes: a bundle of
    digits, for same-class paths between each class's first test images, paired in order.
    """
    found: dict[str, Any] = {}
    with threads(1):
        for folder, name in ((plane, "2d"), (space, "16d")):
            found |= {f"{key}_{name}": value for key, value in _geodesics(_Model.open(folder), pairs).items()}
        found |= {f"{key}_16d": value for key, value in _within_classes(classes, max(1, pairs // 5)).items()}
    return found


def _geodesics(model: _Model, count: int) -> dict[str, Any]:
    test = np.flatnonzero(model.latents.split == _TEST)[: 2 * count]
    pairs: Pairs = [(model.latents.mean[one], model.latents.mean[other]) for one, other in test.reshape(-1, 2)]
    first, _ = _timed(partial(_walk, model, *pairs[0]))  # decodes the grid, in two dimensions
    walls, cpus, walked = [], [], []
    for pair in pairs:
        (wall, cpu), path = _timed(partial(_walk, model, *pair))
        walls.append(wall)
        cpus.append(cpu)
        walked.append(path)
    plain = [_timed(partial(descended, model.net, *pair)) for pair in pairs]
    times = Measure.of(walls).beside("cpu", cpus).beside("descent", [wall for (wall, _), _ in plain])
    return {
        **_figures(model, walked),
        "length_ratio_descent": float(np.median([ratio for _, ratio in plain])),
        "reach_density": float(np.median([_reach(model, *pair) for pair in pairs[:_FEW]])),
        "first": first[0],
        "geodesic": times.beside("descent_cpu", [cpu for (_, cpu), _ in plain]),
    }


def _reach(model: _Model, start: NDArray[np.float32], end: NDArray[np.float32]) -> float:
    """The distance to the data along the curve through dense regions, relative to the straight line."""
    path = model.walker.walk(Path(start, end, "density", FRAMES))
    own, beside = (float(model.walker.near.reach(z).mean()) for z in (path.latents, path.straight))
    return own / beside


def _figures(model: _Model, walked: list[WalkedPath]) -> dict[str, float]:
    ratios = np.array([path.figures.ratio for path in walked], float)
    own, beside = [path.figures for path in walked], [path.straight_figures for path in walked]
    return {
        "pairs": len(walked),
        "length_ratio": float(np.median(ratios)),
        "shorter": float((ratios < 1).mean()),
        "max_to_mean": float(np.median([each.greatest_to_mean or 1 for each in own])),
        "max_to_mean_worst": float(np.max([each.greatest_to_mean or 1 for each in own])),
        "off_data": float(np.mean([each.off_share or 0 for each in own])),
        "off_data_straight": float(np.mean([each.off_share or 0 for each in beside])),
        "outside": float(np.mean([model.outside(path.latents) for path in walked])),
        "outside_straight": float(np.mean([model.outside(path.straight) for path in walked])),
    }


def _walk(model: _Model, start: NDArray[np.float32], end: NDArray[np.float32], curve: str = "geodesic") -> WalkedPath:
    return model.walker.walk(Path(start, end, curve, FRAMES, "even"))


def _timed(task: Callable[[], _T]) -> tuple[tuple[float, float], _T]:
    """Wall and CPU time in milliseconds, and the result of the task."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = task()
    return (1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)), found


def _within_classes(folder: Folder, each: int) -> dict[str, Any]:
    """The shares of pairs of one class whose path has all frames recognised as that class.

    of_known_ends: among pairs whose ends are recognised.
    """
    model, classifier = _Model.open(folder), classifier_of(dataset_of(read_config(folder)), "cpu")
    seen = np.array([_seen(model, classifier, *pair) for pair in _class_pairs(model.latents, each)])
    own, line, ends = seen.T
    known = ends if ends.any() else ~ends
    return {
        "class_pairs": len(seen),
        "same_class": float(own.mean()),
        "same_class_straight": float(line.mean()),
        "same_class_ends": float(ends.mean()),
        "same_class_of_known_ends": float(own[known].mean()),
        "same_class_straight_of_known_ends": float(line[known].mean()),
        "classifier_accuracy": classifier.accuracy,
    }


def _class_pairs(latents: Latents, each: int) -> Iterator[tuple[int, int, int]]:
    """The first test images of each class, paired in order: class and two numbers."""
    assert latents.label is not None
    for label in np.unique(latents.label).tolist():
        numbers = np.flatnonzero((latents.split == _TEST) & (latents.label == label))[: 2 * each].tolist()
        yield from ((label, one, other) for one, other in zip(numbers[::2], numbers[1::2], strict=False))


def _seen(model: _Model, classifier: Classifier, label: int, one: int, other: int) -> tuple[bool, bool, bool]:
    """Whether all frames of the same-class path, all of the straight line, and both ends are recognised."""
    path = _walk(model, model.latents.mean[one], model.latents.mean[other], "same_class")
    own, line = (classifier(model.decoder.repeatable(z)) == label for z in (path.latents, path.straight))
    return bool(own.all()), bool(line.all()), bool(line[[0, -1]].all())
