"""The scene of the map for the SVG writer."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QColor, QImage

from latent_explorer.atlas.view import View, left_ticks, lower_ticks
from latent_explorer.export import Background, MapScene, PinMark, PointGroup, Polyline, class_groups
from latent_explorer.gui.layers.layer import Layer, painter_on
from latent_explorer.gui.layers.point_colours import Shading
from latent_explorer.gui.layers.scale import paint_scale, scale_rect
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.marks import Marks
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session import Session

_SHARPNESS = 2.0  # pixels of the embedded picture per pixel on screen
_FARTHEST = 20_000.0  # maximum length of a dashed line in pixels, for close zooms
_DISC = 0.01  # length of a line drawn as a disc; a zero length would be invisible


def map_scene(canvas: MapCanvas, session: Session, *, legend: bool) -> MapScene:
    """The current map: tiles, points of visible classes, route, pins and axes."""
    view, theme = canvas.view, canvas.theme
    return MapScene(
        width=view.width,
        height=view.height,
        paper=theme.map,
        ink=theme.text,
        background=_painted(canvas, [canvas.tiles, *canvas.fields], canvas.tiles.ground),
        groups=tuple(_groups(canvas, session)) if canvas.points.visible else (),
        overlay=_painted(canvas, [layer for layer in canvas.above if layer is not canvas.points], None, legend=legend),
        curves=tuple(_curves(canvas.marks, view, theme)),
        pins=tuple(_pins(canvas.marks, view, theme)),
        x_ticks=tuple(lower_ticks(view)),
        y_ticks=tuple(left_ticks(view)),
        axis_names=session.bundle.chart.axis_names,
        legend=legend,
    )


def _painted(
    canvas: MapCanvas, layers: Sequence[Layer], ground: QColor | None, legend: bool = True
) -> Background | None:
    """Layers as a picture, on a background, or with the scale on a transparent one; None if empty."""
    view, scale = canvas.view, scale_rect(canvas.layers, canvas.view.width)
    if ground is not None and not any(layer.painted for layer in layers):
        return None
    size = round(view.width * _SHARPNESS), round(view.height * _SHARPNESS)
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(_SHARPNESS)
    image.fill(ground or QColor(0, 0, 0, 0))
    for layer in layers:
        if layer.visible:
            with painter_on(image) as painter:
                layer.paint(painter, view, _SHARPNESS)
    if ground is None:  # the legend takes the place of the scale
        with painter_on(image) as painter:
            paint_scale(painter, canvas.layers, canvas.theme, round(scale.width()) + 24 if legend else view.width)
    pixels = to_array(image)
    if not pixels[..., 3].any():
        return None
    return Background(pixels if ground is None else pixels[..., :3], 0, 0, view.width, view.height)


def _groups(canvas: MapCanvas, session: Session) -> Iterator[PointGroup]:
    bundle, selection = session.bundle, session.state.selection
    xy, chosen = canvas.view.to_screen(bundle.uv), None if selection is None else selection.chosen
    look = canvas.points.diameter(canvas.view, 1.0) / 2, canvas.points.strength(canvas.view)
    if canvas.points.shading is not None:
        shown = np.ones(len(xy), bool) if chosen is None else chosen
        if bundle.latents.label is not None:
            shown = shown & ~np.isin(bundle.latents.label, list(session.state.hidden))
        return _shaded(canvas.points.shading, xy, shown, *look)
    label, names, hidden = bundle.latents.label, bundle.class_names, session.state.hidden
    radius, opacity = look
    return class_groups(
        xy, label, names, canvas.theme, hidden=hidden, chosen=chosen, radius=radius, opacity=opacity
    )  # fmt: skip


def _shaded(
    shading: Shading, xy: NDArray[np.floating], shown: NDArray[np.bool_], radius: float, opacity: float
) -> Iterator[PointGroup]:
    """Points with colours other than of classes; those of a scale have no names."""
    for number in np.unique(shading.shade[shown]).tolist():
        own = shown & (shading.shade == number)
        name = shading.names[number] if shading.names else ""
        yield PointGroup(name, f"#{int(shading.colours[number]):06x}", xy[own], radius, opacity)


def _pins(marks: Marks, view: View, theme: Theme) -> Iterator[PinMark]:
    for name, uv in marks.pins:
        x, y = view.to_screen(np.array(uv)).tolist()
        yield PinMark(name, x, y, theme.poor)


def _curves(marks: Marks, view: View, theme: Theme) -> Iterator[Polyline]:
    """The curves of the route with rims, ends, way points and the current frame, as painted by `marks`."""
    if marks.compared is not None:
        compared = view.to_screen(marks.compared)
        yield Polyline(compared, theme.map, 4.5)
        yield from (Polyline(dash, theme.accent, 1.5) for dash in _dashes(compared, 3.75))
    if marks.route is not None:
        route = view.to_screen(marks.route)
        yield Polyline(route, theme.map, 5.5)
        yield Polyline(route, theme.accent, 2.5)
        for place in () if marks.way is None else view.to_screen(marks.way):
            yield from _square(place, 5.5, theme.accent, theme)
        for end in (route[0], route[-1]):
            yield from _dot(end, 5.5, theme.accent, theme)
    if marks.frame is not None:
        yield from _dot(view.to_screen(np.array(marks.frame)), 8, theme.fair, theme)


def _dashes(line: NDArray[np.float64], length: float) -> Iterator[NDArray[np.float64]]:
    """Every other piece of a line (n, 2), each `length` pixels long."""
    far = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    for start in np.arange(0.0, min(far[-1], _FARTHEST), 2 * length):
        at = np.concatenate([[start], far[(far > start) & (far < start + length)], [min(start + length, far[-1])]])
        yield np.stack([np.interp(at, far, side) for side in line.T], axis=1)


def _square(at: NDArray[np.float64], radius: float, colour: str, theme: Theme) -> Iterator[Polyline]:
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * radius / 2
    yield Polyline(at + corners, theme.map, radius + 2)
    yield Polyline(at + corners, colour, radius - 2)


def _dot(at: NDArray[np.float64], radius: float, colour: str, theme: Theme) -> Iterator[Polyline]:
    xy = np.stack([at, at + np.array([_DISC, 0.0])])
    yield Polyline(xy, theme.map, 2 * radius + 2)
    yield Polyline(xy, colour, 2 * radius - 2)
