"""An axis that writes plain numbers, also where its scale is logarithmic."""

import math
from typing import Any

_MOST = 7  # labels on a log scale, before those between the powers of ten are left out


def log_ticks(low: float, high: float) -> list[float]:
    """Where to write numbers between 10^low and 10^high, as logarithms: at 1, 2 and 5 of each power, or at 1."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    ticks = [power + math.log10(digit) for power in powers for digit in (1, 2, 5)]
    seen = [tick for tick in ticks if low <= tick <= high]
    return seen if len(seen) <= _MOST else [tick for tick in seen if tick == round(tick)]


def plain_axis() -> Any:
    """An axis for the left of a plot; pyqtgraph is loaded with the first."""
    from pyqtgraph import AxisItem

    class PlainAxis(AxisItem):  # type: ignore[misc] # has no types
        def logTickValues(self, low: float, high: float, size: float, levels: Any) -> list[tuple[Any, list[float]]]:
            return [(1.0, log_ticks(low, high))]

        def logTickStrings(self, values: list[float], scale: float, spacing: Any) -> list[str]:
            return [f"{10**value * scale:.3g}" if value < 3 else f"{10**value * scale:,.0f}" for value in values]

    return PlainAxis("left")
