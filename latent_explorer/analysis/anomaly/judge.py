"""Scores fitted on a sample of training images, applied to other images."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.anomaly.coding import Coded, Coder, coded
from latent_explorer.analysis.anomaly.registry import SCORES
from latent_explorer.analysis.anomaly.score import Measure, Score
from latent_explorer.errors import UserError

SAMPLE = 10_000
"""The maximum number of training images that scores are fitted on."""


def sample_of(split: NDArray[np.uint8], most: int = SAMPLE) -> NDArray[np.int64]:
    """The numbers of at most `most` training images, always the same, ascending; of any images without a train split.

    split: uint8 (n,), 0 for train.
    """
    train = np.flatnonzero(split == 0)
    among = train if len(train) else np.arange(len(split))
    return np.sort(np.random.default_rng(0).permutation(among)[:most]).astype(np.int64)


def scores_for(coder: Coder) -> dict[str, Score]:
    """The scores that a model supports, by name."""
    return {name: score for name, score in SCORES.items() if not score.lacks(**coder.can)}


class ImageJudge:
    """Computes scores of images. names: of the available scores."""

    def __init__(self, coder: Coder, sample: NDArray[np.int64], usual: Coded | None) -> None:
        """Fit every score that the model supports.

        sample: the numbers (k,) of the training images to fit on, ascending. usual: the model's results for them; None
        to use only scores that need none.
        """
        self._coder, self._sample = coder, sample
        empty = Coded(np.zeros((0, 0), np.float32), np.zeros(0), np.zeros(0, np.int64))
        self._measures: Mapping[str, Measure] = {
            name: score.fit(usual or empty)
            for name, score in scores_for(coder).items()
            if usual is not None or not score.needs_sample
        }
        self.names = tuple(self._measures)

    def check(self, names: Sequence[str]) -> None:
        """Raise UserError if a name is not a score, or not supported by the model."""
        for name in names:
            if name not in SCORES:
                raise UserError(f"no score called {name!r}: expected one of {', '.join(SCORES)}")
            if reason := SCORES[name].lacks(**self._coder.can):
                raise UserError(f"{reason}, and so no {SCORES[name].title}")

    def scores(
        self, images: NDArray[np.uint8], names: Sequence[str], numbers: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """The scores (n, names) of images uint8 (n, h, w, c).

        numbers: (n,), of the images in the dataset; None for images of another dataset.
        """
        rows = None if numbers is None else self._rows(numbers)
        wanted, coder = [SCORES[name] for name in names], self._coder
        needed = Coder(
            coder.encode if any(score.needs_encoder for score in wanted) else None,
            coder.decode if any(score.needs_decoder for score in wanted) else None,
            coder.varies,
            coder.noise,
        )
        seen = coded(needed, images, rows, likely=any(score.likely for score in wanted))
        return np.stack([self._measures[name](seen) for name in names], axis=1).astype(np.float32)

    def _rows(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        if not len(self._sample):
            return np.full(len(numbers), -1, np.int64)
        places = np.minimum(np.searchsorted(self._sample, numbers), len(self._sample) - 1)
        return np.where(self._sample[places] == numbers, places, -1)
