"""How much a few labels teach: accuracy on the test split, for latents, principal components and pixels."""

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
    """What is done now, and how much of it, in [0, 1]."""

    words: str
    share: float


@dataclass(frozen=True)
class LabelsAsked:
    """labels: how many, one after the other. seeds: how often they are drawn anew, from seed 0 on."""

    labels: tuple[int, ...] = (10, 50, 100)
    seeds: int = 5


@dataclass(eq=False)
class LabelFigures:
    """Accuracies by method and number of labels, one for each seed.

    `propagation`, `logistic`, `nearest` are of the latents; `pca_...`, `pixels_...` beside; `propagation_inductive`:
    the graph has the training images alone, and a test image takes the shares of its 10 nearest; `propagation_centres`,
    `propagation_next`: the same as `propagation`, from labels of the images nearest to k-means centres, and of those
    that `choosing` asks for one by one.
    """

    runs: dict[str, dict[int, list[float]]] = field(default_factory=dict)

    def add(self, method: str, labels: int, accuracy: float) -> None:
        """Add a run."""
        self.runs.setdefault(method, {}).setdefault(labels, []).append(accuracy)

    def mean(self, method: str, labels: int) -> float | None:
        """The mean over the seeds; None where it was not measured."""
        runs = self.runs.get(method, {}).get(labels)
        return float(np.mean(runs)) if runs else None

    def spread(self, method: str, labels: int) -> float | None:
        """The standard deviation over the seeds."""
        runs = self.runs.get(method, {}).get(labels)
        return float(np.std(runs)) if runs else None


@dataclass(frozen=True, eq=False)
class Truth:
    """The labels of all images, int64 (n,) in 0..classes - 1, and which are for learning and which for testing."""

    label: NDArray[np.int64]
    classes: int
    train: NDArray[np.int64]
    test: NDArray[np.int64]

    def check(self, asked: LabelsAsked) -> None:
        """Raise UserError where nothing can be measured."""
        if not len(self.test) or not len(self.train):
            raise UserError("these data have no test split: expected training and test images")
        for count in asked.labels:
            at_random(self.label, self.train, count, self.classes, 0)


def measure(
    spaces: Mapping[str, PointSpace], truth: Truth, asked: LabelsAsked
) -> Iterator[LabelsProgress | LabelFigures]:
    """Measure each method; yields what is under way, and the figures last.

    spaces: by name, `latents` among them. Raises UserError where there is no test split, or there are too few images.
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
    """As `_drawn`, of a graph in which the test images have no part."""
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
    """One by one, each the one that is worth most after those before; nothing in it is drawn."""
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
    """Each seed and number of labels, and how much was done before."""
    every = [(seed, labels) for labels in asked.labels for seed in range(asked.seeds)]
    for place, (seed, labels) in enumerate(every):
        yield seed, labels, place / len(every)
