"""The tiles that a view needs, the most urgent first."""

from collections.abc import Iterator
from dataclasses import replace

from latent_explorer.atlas import TileKey, level_for, tiles_over
from latent_explorer.atlas.view import View

AROUND = 0.15
"""The width of the ring around the view whose tiles are prefetched, as a share of the view."""

_NEXT_LEVEL = 4  # tiles of the next level under the pointer
_AHEAD = 4  # how many steps like the last one a pan or zoom is followed ahead
_HEADING = 8  # tiles at most of where it is heading
_FARTHEST = 4.0  # times the scale at most that a zoom is followed

Plane = tuple[float, float]


def wanted_tiles(
    view: View, before: View, near: Plane | None, pixels: float, *, field: str, chart: str
) -> Iterator[list[TileKey]]:
    """The tiles of a view; then of the ring around it, of the next level under the pointer, and of where it is heading.

    before: the previous view. near: the plane point under the pointer, from which each group goes outward; the middle
    if there is none. pixels: the target size of a picture.
    """

    def over(seen: View, around: float = 0.0, near: Plane | None = near) -> list[TileKey]:
        level = level_for(seen.scale, pixels)
        return tiles_over(seen.region.grown(around), level, field=field, chart=chart, near=near)

    yield over(view)
    yield over(view, AROUND)
    x, y = view.to_screen_point(near or (view.u, view.v))
    yield over(view.zoomed(2.0, x, y))[:_NEXT_LEVEL]
    ahead = heading(before, view)
    if ahead != view:
        yield over(ahead, near=None)[:_HEADING]


def heading(before: View, now: View) -> View:
    """Where a pan or zoom leads if it continues like its last step."""
    if (before.width, before.height) != (now.width, now.height):
        return now
    closer = min(max((now.scale / before.scale) ** _AHEAD, 1 / _FARTHEST), _FARTHEST)
    steps = _AHEAD * min(1.0, before.scale / now.scale)
    region = now.region
    du = _within((now.u - before.u) * steps, region.width)
    dv = _within((now.v - before.v) * steps, region.height)
    return replace(now, u=now.u + du, v=now.v + dv, scale=now.scale * closer)


def _within(step: float, limit: float) -> float:
    return min(max(step, -limit), limit)
