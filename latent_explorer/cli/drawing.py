"""The map drawn without its window."""

from typing import TYPE_CHECKING, Any

from latent_explorer.cli.opened import OpenModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_POINT_RADIUS, _POINT_OPACITY, _BACKGROUND_OPACITY = 1.0, 0.75, 0.6


def map_scene(model: OpenModel, bundle: Any, width: int, height: int, *, background: bool) -> tuple[Any, list[float]]:
    """The export.MapScene of an OpenBundle, in the window's dark colours, and the sides of the region it shows.

    The region holds the bulk of the data: left, bottom, right, top.
    """
    from latent_explorer.atlas import Region
    from latent_explorer.atlas.view import View, left_ticks, lower_ticks
    from latent_explorer.export import Background, MapScene, Tick
    from latent_explorer.gui.theme import DARK

    view = View(width=width, height=height).fitted(Region.around(bundle.home))
    scene = MapScene(
        width,
        height,
        paper=DARK.map,
        ink=DARK.text,
        background=Background(_pixels(model, bundle, view), 0, 0, width, height, _BACKGROUND_OPACITY)
        if background
        else None,
        groups=_groups(bundle, view.to_screen(bundle.uv)),
        x_ticks=tuple(Tick(*tick) for tick in lower_ticks(view)),
        y_ticks=tuple(Tick(*tick) for tick in left_ticks(view)),
        legend=bool(bundle.class_names),
    )
    return scene, [view.region.left, view.region.bottom, view.region.right, view.region.top]


def _groups(bundle: Any, xy: "NDArray[np.float64]") -> tuple[Any, ...]:
    """A PointGroup for each class of an OpenBundle, or one for all where there are none."""
    from latent_explorer.export import PointGroup
    from latent_explorer.gui.theme import DARK

    if not bundle.class_names:
        return (PointGroup("images", DARK.accent, xy, _POINT_RADIUS, _POINT_OPACITY),)
    return tuple(
        PointGroup(
            name, DARK.class_colour(number).name(), xy[bundle.latents.label == number], _POINT_RADIUS, _POINT_OPACITY
        )
        for number, name in enumerate(bundle.class_names)
    )


def _pixels(model: OpenModel, bundle: Any, view: Any) -> "NDArray[np.uint8]":
    """The decoded pictures of what a View shows, at about their own size, as one in colour."""
    from latent_explorer.atlas import grid_points, montage

    height, width, channels = model.net.image_shape
    columns, rows = max(1, round(view.width / width)), max(1, round(view.height / height))
    whole = montage(model.decode(bundle.chart.to_latent(grid_points(view.region, columns, rows))), columns)
    return whole.repeat(3, axis=2) if channels == 1 else whole
