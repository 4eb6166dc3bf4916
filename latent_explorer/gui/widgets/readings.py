"""What the status bar says of a map: filled in by its pane, shown by `gui.status`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    """What is under way, such as "Fitting the chart"; how much of it is done, in [0, 1], where that is known."""

    words: str
    share: float | None = None


@dataclass(frozen=True)
class Readings:
    """place: under the pointer, in the map's coordinates. zoom: against the whole map. figures: by their names."""

    place: str = ""
    zoom: str = ""
    work: tuple[Work, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)


class Remaining:
    """The share that is done of what comes and goes in parts, from how many are left: begins anew when none are."""

    def __init__(self) -> None:
        self._most = 0

    def work(self, words: str, left: int) -> tuple[Work, ...]:
        self._most = max(self._most, left) if left else 0
        return (Work(words, 1 - left / self._most),) if left else ()


def zoom_words(factor: float) -> str:
    """How many times as large as the whole map."""
    return f"{factor:.2g}×" if 0.095 < factor < 99.5 else f"{factor:,.0f}×" if 1 < factor < 1e5 else f"{factor:.1e}×"
