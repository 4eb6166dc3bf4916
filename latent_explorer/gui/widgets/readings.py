"""The values of the status bar for a map: set by its pane, shown by `gui.status`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    """Work in progress, such as "Fitting the chart", and its progress in [0, 1], if known."""

    words: str
    share: float | None = None


@dataclass(frozen=True)
class Readings:
    """place: under the pointer, in map coordinates. zoom: relative to the whole map. figures: by name."""

    place: str = ""
    zoom: str = ""
    work: tuple[Work, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)


class Remaining:
    """The progress of a changing number of tasks, from how many are left; resets when none are left."""

    def __init__(self) -> None:
        self._most = 0

    def work(self, words: str, left: int) -> tuple[Work, ...]:
        self._most = max(self._most, left) if left else 0
        return (Work(words, 1 - left / self._most),) if left else ()


def zoom_words(factor: float) -> str:
    """The magnification relative to the whole map, as text."""
    return f"{factor:.2g}×" if 0.095 < factor < 99.5 else f"{factor:,.0f}×" if 1 < factor < 1e5 else f"{factor:.1e}×"
