"""Where an axis of the map is marked, and with what."""

import math
from collections.abc import Iterator

from latent_explorer.atlas.view import View

_APART = 90  # pixels between two ticks, at least
_CORNER = 30  # pixels above the lower edge that belong to the lower axis where both lie on the map


def tick_step(scale: float) -> float:
    """A round step of 1, 2 or 5 times a power of ten, at least 90 pixels at `scale` pixels to the unit."""
    least = _APART / scale
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def tick_text(value: float, step: float) -> str:
    """A tick's label with as many decimals as its step has, so that neighbours differ."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{decimals}f}" if round(value / step) or not decimals else "0"


def ticks(start: float, end: float, scale: float) -> Iterator[tuple[float, str]]:
    """The marks within an interval seen at `scale` pixels to the unit, and their labels."""
    step = tick_step(scale)
    for number in range(math.ceil(start / step), math.floor(end / step) + 1):
        yield number * step, tick_text(number * step, step)


def lower_ticks(view: View) -> Iterator[tuple[float, str]]:
    """The ticks along the lower edge of a view: pixels from the left, and labels."""
    region = view.region
    return (((u - region.left) * view.scale, text) for u, text in ticks(region.left, region.right, view.scale))


def left_ticks(view: View) -> Iterator[tuple[float, str]]:
    """The ticks along the left edge, but for the corner, which the lower one has: pixels from the top, and labels."""
    region = view.region
    places = (((region.top - v) * view.scale, text) for v, text in ticks(region.bottom, region.top, view.scale))
    return (place for place in places if place[0] <= view.height - _CORNER)
