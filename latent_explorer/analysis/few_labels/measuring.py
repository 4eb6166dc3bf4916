"""The accuracy of learning from a few labels on the test split, for latents, principal components and pixels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels.choosing import next_images
from latent_explorer.analysis.few_labels.drawing import at_centres, at_random
from latent_explorer.analysis.few_labels.labelled import Labelled
from latent_explorer.analysis.few_labels.logistic import LOGISTIC
from latent_explorer.analysis.few_labels.nearest import NEAREST
from latent_explorer.analysis.few_labels.probe import LabelProbe, blended
from latent_explorer.analysis.few_labels.propagation import PROPAGATION
from latent_explorer.analysis.few_labels.space import NEIGHBOURS, PointSpace
from latent_explorer.errors import UserError

LATENTS, PCA, PIXELS = "latents", "pca", "pixels"
_BESIDE = (PROPAGATION, LOGISTIC)


@dataclass(frozen=True)
class LabelsProgress:
    """A description of the current work and its progress in [0, 1]."""

    words: str
    share: float


@dataclass(frozen=True)
class LabelsAsked:
    """labels: the numbers of labels to measure. seeds: the number of draws, from seed 0."""

    labels: tuple[int, ...] = (10, 50, 100)
    seeds: int = 5


@dataclass(eq=False)
class LabelFigures:
    """Accuracies by method and number of labels, one for each seed.

    `propagation`, `logistic`, `nearest` are on latents; `pca_...`, `pixels_...` are the comparisons;
    `propagation_inductive`: the graph has training images only, and a test image gets the shares of its 10 nearest;
    `propagation_centres`, `propagation_next`: like `propagation`, with labels of the images nearest to k-means centres,
    and of those that `choosing` suggests one by one.
    """

    runs: dict[str, dict[int, list[float]]] = field(default_factory=dict)

    def add(self, method: str, labels: int, accuracy: float) -> None:
        """Add a run."""
        self.runs.setdefault(method, {}).setdefault(labels, []).append(accuracy)

    def mean(self, method: str, labels: int) -> float | None:
        """The mean over the seeds; None if not measured."""
        runs = self.runs.get(method, {}).get(labels)
        return float(np.mean(runs)) if runs else None

    def spread(self, method: str, labels: int) -> float | None:
        """The standard deviation over the seeds."""
        runs = self.runs.get(method, {}).get(labels)
        return float(np.std(runs)) if runs else None


@dataclass(frozen=True, eq=False)
class Truth:
    """The labels of all images, int64 (n,) in 0..classes - 1, and the train and test images."""

    label: NDArray[np.int64]
    classes: int
    train: NDArray[np.int64]
    test: NDArray[np.int64]

    def check(self, asked: LabelsAsked) -> None:
        """Raise UserError if nothing can be measured."""
        if not len(self.test) or not len(self.train):
            raise UserError("these data have no test split: expected training and test images")
        for count in asked.labels:
            at_random(self.label, self.train, count, self.classes, 0)


def measure(
    spaces: Mapping[str, PointSpace], truth: Truth, asked: LabelsAsked
) -> Iterator[LabelsProgress | LabelFigures]:
    """Measure each method; yields the current work, and the figures last.

    spaces: by name, including `latents`. Raises UserError if there is no test split, or there are too few images.
    """
    truth.check(asked)
    figures = LabelFigures()
    for name, space in spaces.items():
        for share in space.find_graph():
            yield LabelsProgress(f"finding neighbours: {name}", share)
        probes: Sequence[LabelProbe] = (*_BESIDE, NEAREST) if name == LATENTS else _BESIDE
        yield from _drawn(figures, name, space, truth, asked, probes)
    latents = spaces[LATENTS]
    yield from _inductive(figures, latents, truth, asked)
    yield from _centred(figures, latents, truth, asked)
    yield from _chosen(figures, latents, truth, max(asked.labels), asked.labels)
    yield figures


def _drawn(
    figures: LabelFigures, name: str, space: PointSpace, truth: Truth, asked: LabelsAsked, probes: Sequence[LabelProbe]
) -> Iterator[LabelsProgress]:
    before = "" if name == LATENTS else f"{name}_"
    for seed, labels, share in _runs(asked):
        yield LabelsProgress(f"learning from labels: {name}", share)
        drawn = at_random(truth.label, truth.train, labels, truth.classes, seed)
        for probe in probes:
            learned = probe.learn(space, drawn, None)
            figures.add(f"{before}{probe.name}", labels, learned.accuracy(truth.label, truth.test))


def _inductive(
    figures: LabelFigures, latents: PointSpace, truth: Truth, asked: LabelsAsked
) -> Iterator[LabelsProgress]:
    """As `_drawn`, with a graph without the test images."""
    seen = PointSpace(latents.points[truth.train])
    for share in seen.find_graph():
        yield LabelsProgress("finding neighbours: training images alone", share)
    near = seen.search.of(latents.points[truth.test], NEIGHBOURS)
    for seed, labels, share in _runs(asked):
        yield LabelsProgress("learning from labels: training images alone", share)
        drawn = at_random(truth.label, truth.train, labels, truth.classes, seed)
        among = Labelled(np.searchsorted(truth.train, drawn.numbers), drawn.classes, drawn.count)
        learned = PROPAGATION.learn(seen, among, None)
        found = blended(learned.shares, *near).argmax(1)
        figures.add("propagation_inductive", labels, float((found == truth.label[truth.test]).mean()))


def _centred(figures: LabelFigures, latents: PointSpace, truth: Truth, asked: LabelsAsked) -> Iterator[LabelsProgress]:
    for seed, labels, share in _runs(asked):
        yield LabelsProgress("labelling what is nearest to centres", share)
        drawn = at_centres(latents, truth.label, truth.train, labels, truth.classes, seed)
        if len(drawn.present) > 1:
            learned = PROPAGATION.learn(latents, drawn, None)
            figures.add("propagation_centres", labels, learned.accuracy(truth.label, truth.test))


def _chosen(
    figures: LabelFigures, latents: PointSpace, truth: Truth, most: int, told: Sequence[int]
) -> Iterator[LabelsProgress]:
    """Labels chosen one by one, each the most informative after the previous ones; deterministic."""
    assert latents.graph is not None
    numbers, learned = np.zeros(0, np.int64), None
    for count in range(1, most + 1):
        yield LabelsProgress("labelling the next worth most", count / most)
        best = next_images(latents.graph, learned, truth.train, numbers)
        numbers = np.append(numbers, best)
        labelled = Labelled(numbers, truth.label[numbers], truth.classes)
        if len(labelled.present) > 1:
            learned = PROPAGATION.learn(latents, labelled, learned)
            if count in told:
                figures.add("propagation_next", count, learned.accuracy(truth.label, truth.test))


def _runs(asked: LabelsAsked) -> Iterator[tuple[int, int, float]]:
    """Each seed and number of labels, with the progress before it."""
    every = [(seed, labels) for labels in asked.labels for seed in range(asked.seeds)]
    for place, (seed, labels) in enumerate(every):
        yield seed, labels, place / len(every)
