"""The scores of sets of images received so far."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.anomaly.roc import auroc

TRAIN, TEST, OTHER = "train", "test", "other"
MOST = 10_000
"""The maximum number of images of a set that are scored, evenly chosen."""
COMPARED = 2_000
"""The number of images of each set for comparing the other scores, evenly chosen."""
_PART = 500
Numbers = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class JudgedPart:
    """Every `step`-th image of a set from `start`, to be scored."""

    of: str
    scores: tuple[str, ...]
    start: int
    step: int


def evenly(numbers: Numbers, most: int = MOST) -> Numbers:
    """At most `most` of the numbers, evenly chosen."""
    places = np.linspace(0, len(numbers) - 1, min(most, len(numbers))).round().astype(np.int64)
    return numbers[places]


class JudgedSets:
    """The scores of images; NaN until received.

    numbers: of the images of each set, (n,).
    """

    def __init__(self, numbers: Mapping[str, Numbers]) -> None:
        self.numbers = dict(numbers)
        self._scores: dict[tuple[str, str], Scores] = {}

    def add_set(self, name: str, numbers: Numbers | None) -> None:
        """Set or remove the set of a name."""
        self._scores = {key: scores for key, scores in self._scores.items() if key[0] != name}
        self.numbers.pop(name, None)
        if numbers is not None:
            self.numbers[name] = numbers

    def parts(self, of: str, scores: tuple[str, ...], most: int = MOST) -> Iterator[JudgedPart]:
        """The parts of a set that lack one of the scores, with up to `most` images."""
        count = len(self.numbers.get(of, ()))
        step = -(-count // _PART)
        for start in range(-(-min(most, count) // _PART) if count else 0):
            if any(np.isnan(self._of(of, score)[start::step]).any() for score in scores):
                yield JudgedPart(of, scores, start, step)

    def images(self, part: JudgedPart) -> Numbers:
        """The numbers of the images of a part."""
        return self.numbers[part.of][part.start :: part.step].copy()

    def take(self, part: JudgedPart, values: NDArray[np.float32]) -> None:
        """Store the scores (n, scores) of a part."""
        for column, score in enumerate(part.scores):
            self._of(part.of, score)[part.start :: part.step] = values[:, column]

    def known(self, of: str, score: str) -> Scores:
        """The known scores (k,) of a set, unordered."""
        scores = self._of(of, score) if of in self.numbers else np.zeros(0, np.float32)
        return scores[np.isfinite(scores)]

    def own(self, score: str) -> Scores:
        """The scores for counting false alarms: of test images; without any, of training images."""
        return self.known(TEST if len(self.numbers.get(TEST, ())) else TRAIN, score)

    def area(self, score: str) -> float | None:
        """The AUROC of the other set against the model's own, from known scores; None if there are none."""
        own, others = self.own(score), self.known(OTHER, score)
        return auroc(own, others) if len(own) and len(others) else None

    def oddest(self, sets: tuple[str, ...], score: str, most: int) -> tuple[Numbers, Scores]:
        """The numbers and scores (k,) of the oddest images of sets, the oddest first."""
        found = [(self.numbers[of], self._of(of, score)) for of in sets if of in self.numbers]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        numbers, scores = (np.concatenate(each) for each in zip(*found, strict=True))
        known = np.flatnonzero(np.isfinite(scores))
        order = known[np.argsort(-scores[known], kind="stable")][:most]
        return numbers[order], scores[order]

    def _of(self, of: str, score: str) -> Scores:
        if (of, score) not in self._scores:
            self._scores[of, score] = np.full(len(self.numbers[of]), np.nan, np.float32)
        return self._scores[of, score]
