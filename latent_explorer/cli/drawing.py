"""The map drawn without its window."""

from typing import TYPE_CHECKING, Any

from latent_explorer.cli.opened import OpenModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_POINT_RADIUS, _POINT_OPACITY, _BACKGROUND_OPACITY = 1.0, 0.75, 0.6


def map_scene(model: OpenModel, width: int, height: int, *, background: bool) -> tuple[Any, list[float]]:
    """The export.MapScene of a bundle's map, in the window's dark colours, and the sides of the region it shows.

    The region holds the bulk of the data: left, bottom, right, top.
    """
    from latent_explorer.atlas import Region
    from latent_explorer.atlas.view import View
    from latent_explorer.export import Background, MapScene, axis_ticks, class_groups
    from latent_explorer.palette import DARK
    from latent_explorer.session import open_bundle

    bundle = open_bundle(model.folder)
    view = View(width=width, height=height).fitted(Region.around(bundle.home))
    pictures = None
    if background:
        pictures = Background(_pixels(model, bundle, view), 0, 0, width, height, _BACKGROUND_OPACITY)
    xy, names = view.to_screen(bundle.uv), bundle.class_names
    groups = class_groups(xy, bundle.latents.label, names, DARK, radius=_POINT_RADIUS, opacity=_POINT_OPACITY)
    x_ticks, y_ticks = axis_ticks(view)
    scene = MapScene(
        width, height, DARK.map, DARK.text, pictures, tuple(groups),
        x_ticks=x_ticks, y_ticks=y_ticks, legend=bool(names),
    )  # fmt: skip
    return scene, [view.region.left, view.region.bottom, view.region.right, view.region.top]


def _pixels(model: OpenModel, bundle: Any, view: Any) -> "NDArray[np.uint8]":
    """The decoded pictures of what a View shows, at about their own size, as one in colour."""
    from latent_explorer.atlas import grid_points, montage
    from latent_explorer.export import inked
    from latent_explorer.palette import DARK

    height, width, _ = model.net.image_shape
    columns, rows = max(1, round(view.width / width)), max(1, round(view.height / height))
    whole = montage(model.decode(bundle.chart.to_latent(grid_points(view.region, columns, rows))), columns)
    return inked(whole, DARK)
