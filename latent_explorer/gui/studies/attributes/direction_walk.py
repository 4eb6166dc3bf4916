"""A course along a direction through a place, with the measurements on the way."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.handlers.list_directions import DirectionList

_MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class WalkedCourse:
    """The points along a direction: one end at share -1, the place at 0, the other end at 1.

    content: float32 (points, 2 + d + 2 m), as in `DirectionCurve`. known: all directions. name: of this one.
    """

    content: NDArray[np.float32]
    known: DirectionList
    name: str

    @property
    def z(self) -> NDArray[np.float32]:
        """The latents (points, d)."""
        return self.content[:, 2 : self.content.shape[1] - 2 * len(self.known.attributes)]

    def offset(self, share: float) -> NDArray[np.float32]:
        """The offset (d,) from the place at a share of the way."""
        start = self.z[len(self.z) // 2]
        return np.asarray(self._between(self.z, share) - start, np.float32)

    def value(self, share: float) -> float:
        """The value at a share of the way: the measured attribute, or deviations."""
        return float(self._between(self.content[:, :1], share)[0])

    @cached_property
    def _scored(self) -> NDArray[np.float64]:
        """The measured attributes, in deviations (points, m)."""
        count = len(self.known.attributes)
        return np.asarray(self.content[:, self.content.shape[1] - count :] / np.array(self.known.scored))

    def sentence(self, class_names: tuple[str, ...]) -> str:
        """A sentence on the measurements along the way, by measures that the walk does not follow."""
        kind, _, which = self.name.partition(" ")
        parts = [self._alone(which)] if kind == "attribute" else [self._changes()]
        return "; ".join([*(part for part in parts if part), *self._classes(class_names)])

    def _alone(self, which: str) -> str:
        place = self.known.attributes.index(which)
        own = self._scored[:, place]
        along = self.known.along[place]
        others = [at for at, name in enumerate(self.known.attributes) if at != place and name not in along]
        spans = np.ptp(self._scored, axis=0)
        leak = f", leakage {np.mean(spans[others]) / max(spans[place], 1e-9):.2f}" if others else ""
        return f"rank correlation {_rank_correlation(own):.2f}{leak}, changes by {spans[place]:.1f} deviations"

    def _changes(self) -> str:
        change = self._scored[-1] - self._scored[0]
        order = np.argsort(-np.abs(change))[:_MOST_NAMED]
        named = [f"{self.known.attributes[at]} {change[at]:+.1f}" for at in order]
        return f"from end to end: {', '.join(named)} deviations" if named else ""

    def _classes(self, names: tuple[str, ...]) -> list[str]:
        classes = self.content[:, 1].astype(int).tolist()
        if classes[0] < 0:
            return []
        here = classes[len(classes) // 2]
        if all(each == here for each in classes):
            return [f"like {_named(names, here)} all along"]
        ends = " and ".join(_named(names, each) for each in dict.fromkeys([classes[0], classes[-1]]) if each != here)
        return [f"like {_named(names, here)} here, towards the ends like {ends or 'others in between'}"]

    def _between(self, rows: NDArray[np.float32], share: float) -> NDArray[np.float32]:
        at = (min(max(share, -1.0), 1.0) + 1) / 2 * (len(rows) - 1)
        low = min(int(at), len(rows) - 2)
        part = at - low
        return np.asarray(rows[low] * (1 - part) + rows[low + 1] * part)


def _named(names: tuple[str, ...], number: int) -> str:
    return names[number] if number < len(names) else str(number)


def _rank_correlation(values: NDArray[np.float64]) -> float:
    """Spearman's rank correlation of values with their order; 0 if all are equal."""
    ranks = np.array([(values < value).sum() + ((values == value).sum() - 1) / 2 for value in values])
    order = np.arange(len(values)) - (len(values) - 1) / 2
    size = np.sqrt(np.square(ranks - ranks.mean()).sum() * np.square(order).sum())
    return float(order @ ranks / size) if size else 0.0
