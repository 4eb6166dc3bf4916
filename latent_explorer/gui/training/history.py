"""The losses of a run as series over its epochs."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from latent_explorer.gui.training.words import figure, term
from latent_explorer.runs.report import Report


@dataclass
class Series:
    """One term of the loss, on one split. at: in epochs, ascending."""

    at: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, at: float, value: float) -> None:
        """One value more, unless it lies before the last."""
        if not self.at or at > self.at[-1]:
            self.at.append(at)
            self.values.append(value)

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What a plot takes."""
        return np.array(self.at), np.array(self.values)

    def near(self, epoch: float) -> float | None:
        """The value nearest to an epoch; None where there is none."""
        if not self.at:
            return None
        return self.values[int(np.abs(np.array(self.at) - epoch).argmin())]


class History:
    """All that a run has reported. train, test: by the name of the term."""

    def __init__(self) -> None:
        self.train: dict[str, Series] = {}
        self.test: dict[str, Series] = {}

    @property
    def terms(self) -> list[str]:
        """The names of the terms, as they came."""
        return list(self.train)

    @property
    def last(self) -> float:
        """The epoch of the last report, 0 before the first."""
        return max((series.at[-1] for series in self.train.values() if series.at), default=0.0)

    def take(self, report: Report, per_epoch: int) -> None:
        """Add a report. per_epoch: steps in each epoch. What is known of a step already is passed over."""
        at = report.step / max(1, per_epoch)
        for split, losses in ((self.train, report.losses), (self.test, report.test_losses or {})):
            for name, value in losses.items():
                split.setdefault(name, Series()).add(at, value)

    def words_at(self, epoch: float, terms: list[str]) -> str:
        """Every value of some terms nearest to an epoch, in words."""
        said = [f"{term(name)} {_pair(self, name, epoch)}" for name in terms]
        return f"Epoch {min(epoch, self.last):.1f} · " + " · ".join(said) if said else ""


def _pair(history: History, name: str, epoch: float) -> str:
    train = history.train[name].near(epoch)
    test = history.test[name].near(epoch) if name in history.test else None
    said = [f"{figure(value)} {split}" for value, split in ((train, "train"), (test, "test")) if value is not None]
    return ", ".join(said)
