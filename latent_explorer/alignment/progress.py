"""The progress of a long fit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FitProgress:
    """share: of the work done, 0 to 1. words: the current step, for a person to read."""

    share: float
    words: str
