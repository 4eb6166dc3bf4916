"""How far a fit is that takes long."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FitProgress:
    """share: of the work that is done, 0 to 1. words: what is being done, for a person to read."""

    share: float
    words: str
