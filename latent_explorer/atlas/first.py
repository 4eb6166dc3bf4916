"""The tiles that a window shows first, whatever its usual size: those that ship with a bundle."""

from collections.abc import Iterator

from latent_explorer.atlas.geometry import Region, TileKey, level_for, tiles_over

PICTURE_PIXELS = 34.0
"""The side of one picture on screen that is aimed at unless a person chooses another, in logical pixels."""

_MAPS = ((775, 551), (1415, 831))  # logical pixels of the map in windows of 1280 x 800 and of 1920 x 1080
_MARGIN = 0.06
_COARSER = 2  # levels below: for larger pictures, and to stand in when one zooms out


def fitting_scale(region: Region, width: int, height: int) -> float:
    """Pixels to the plane unit at which a region fits into a map of a size, with no margin."""
    return min(width / max(region.width, 1e-6), height / max(region.height, 1e-6))


def first_levels(home: Region, *, field: str, chart: str) -> Iterator[list[TileKey]]:
    """The tiles of a field that cover what is seen of `home` at first, level by level, the coarsest first."""
    seen = [_seen(home.grown(_MARGIN), *size) for size in _MAPS]
    levels = [level_for(scale, PICTURE_PIXELS) for scale, _ in seen]
    for level in range(min(levels) - _COARSER, max(levels) + 1):
        # a coarser level may be seen in a window of any of the sizes, a finer one only where there is room for it
        regions = [region for (_, region), highest in zip(seen, levels, strict=True) if level <= highest]
        yield list(dict.fromkeys(key for each in regions for key in tiles_over(each, level, field=field, chart=chart)))


def _seen(home: Region, width: int, height: int) -> tuple[float, Region]:
    """The scale of a map that shows all of `home`, and the part of the plane that it then shows."""
    scale = fitting_scale(home, width, height)
    (u, v), across, up = home.centre, width / 2 / scale, height / 2 / scale
    return scale, Region(u - across, v - up, u + across, v + up)
