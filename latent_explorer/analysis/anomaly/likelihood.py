"""How likely a single image is, by the rank of its score among those of held-out images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating]
USUAL, RARE = 0.05, 0.001
"""The shares of held-out images at least as odd below which an image is unusual, and foreign."""


@dataclass(frozen=True)
class Standing:
    """The rank of an image. score: of the image. share: of held-out images at least as odd, in (0, 1].

    among: the number of held-out images; the smallest share is 1 / (among + 1).
    """

    score: float
    share: float
    among: int

    @property
    def word(self) -> str:
        """Usual, unusual or foreign."""
        if self.share > max(RARE, 1 / (self.among + 1)):
            return "usual" if self.share >= USUAL else "unusual"
        return "foreign"

    @property
    def sentence(self) -> str:
        """A sentence on how likely it is that the image belongs to the data."""
        odder = round(self.share * (self.among + 1)) - 1
        which = "none" if not odder else f"{odder / self.among:.0%}" if odder >= 0.1 * self.among else f"{odder:,}"
        verb = "is" if odder < 2 else "are"
        return f"{self.word.capitalize()} for these data: of {self.among:,} test images, {which} {verb} as odd or odder"


class HeldOutScores:
    """Ranks images among held-out ones. usual: the scores of the held-out images (n,), n >= 1."""

    def __init__(self, usual: Reals) -> None:
        self._usual = np.sort(usual[np.isfinite(usual)])

    def of(self, score: float) -> Standing:
        """The rank of a score: (1 + number at least as odd) / (1 + n), as in a permutation test."""
        at_least = len(self._usual) - int(np.searchsorted(self._usual, score, "left"))
        return Standing(score, (1 + at_least) / (1 + len(self._usual)), len(self._usual))
