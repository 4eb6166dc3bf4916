"""The map as SVG: https://www.w3.org/TR/SVG2/."""

import base64
from typing import IO, Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

import numpy as np
from numpy.typing import NDArray

from latent_explorer.class_colours import mark_outline
from latent_explorer.errors import ExportError
from latent_explorer.export.pixels import check_pictures, check_size, encoded, to_image
from latent_explorer.export.provenance import Provenance, printable
from latent_explorer.export.scene import Background, MapScene, PointGroup, legend_layout
from latent_explorer.export.writer import Options, Style, file_writer

_FONT, _LINE = 12.0, 18.0
_GLYPH = 7.5  # about how wide a glyph is; only the paper under the legend depends on it
_TICK, _MARGIN = 5.0, 10.0
_PIN_RADIUS = 5.0


@file_writer
def write_map_svg(stream: IO[bytes], scene: MapScene, options: Options, provenance: Provenance | None) -> None:
    """Write the map as SVG; heeds no option. Points outside the picture are left out."""
    check_size(scene.width, scene.height)
    box = f"0 0 {scene.width} {scene.height}"
    root = Element("svg", _texts(xmlns="http://www.w3.org/2000/svg", viewBox=box, **_size(scene)))
    if provenance is not None:
        _add(root, "metadata").text = provenance.text()
    _add(root, "rect", **_size(scene), fill=scene.paper)
    _add_picture(root, scene.background)
    for group in scene.groups:
        _add_points(root, group, scene)
    _add_picture(root, scene.overlay)
    _add_curves_and_pins(root, scene)
    _add_axes(root, scene)
    if scene.legend:
        _add_legend(root, scene)
    ElementTree(root).write(stream, encoding="utf-8", xml_declaration=True)


def _size(scene: MapScene) -> dict[str, float]:
    return {"width": scene.width, "height": scene.height}


def _add_picture(root: Element, picture: Background | None) -> None:
    if picture is None:
        return
    check_pictures(picture.pixels, 3, channels=(3, 4))
    content = base64.b64encode(encoded(to_image(picture.pixels), "PNG")).decode("ascii")
    box = {name: getattr(picture, name) for name in ("x", "y", "width", "height", "opacity")}
    _add(root, "image", **box, preserveAspectRatio="none", href=f"data:image/png;base64,{content}")


def embedded(picture: NDArray[np.uint8], style: Style) -> dict[str, str]:
    """The attributes of an SVG image that embeds a picture (h, w, 1 or 3), shown crisp or smooth."""
    content = base64.b64encode(encoded(to_image(picture), "PNG")).decode("ascii")
    look = {"style": "image-rendering: pixelated"} if style == "crisp" else {}
    return {"preserveAspectRatio": "none", "href": f"data:image/png;base64,{content}", **look}


def _add_points(root: Element, group: PointGroup, scene: MapScene) -> None:
    xy = _points(group.xy, f"points of {group.name}")
    far = np.array([scene.width, scene.height]) + group.radius
    with np.errstate(invalid="ignore"):
        seen = xy[((xy >= -group.radius) & (xy <= far)).all(axis=1)]
    if group.shaped and group.mark != "disc":
        _add_shapes(root, group, seen, scene.paper)
        return
    # A stroke of next to no length with round caps is a disc, the shortest that SVG has; of no length, Qt drops it.
    strokes = "".join(f"M{_number(x)} {_number(y)}h.01" for x, y in seen.tolist())
    if group.rim:
        _add_line(root, strokes, scene.paper, 2 * (group.radius + group.rim), group.opacity)
    path = _add_line(root, strokes, group.colour, 2 * group.radius, group.opacity)
    _add(path, "title").text = printable(group.name)


def _add_shapes(root: Element, group: PointGroup, seen: NDArray[np.floating[Any]], paper: str) -> None:
    """Points as the mark of their class; a rim is a stroke around them."""
    corners = np.array(mark_outline(group.mark)) * group.radius
    paths = []
    for place in seen:
        ways = [f"{_number(x)},{_number(y)}" for x, y in (place + corners).tolist()]
        paths.append(f"M{' '.join(ways)}Z")
    drawn = "".join(paths)
    if group.rim:
        _add_line(root, drawn, paper, 2 * group.rim, group.opacity)
    if group.mark == "ring":
        path = _add_line(root, drawn, group.colour, max(0.5, group.radius / 2), group.opacity)
    else:
        path = _add(root, "path", d=drawn, opacity=group.opacity, fill=group.colour)
    _add(path, "title").text = printable(group.name)


def _add_curves_and_pins(root: Element, scene: MapScene) -> None:
    for curve in scene.curves:
        xy = _points(curve.xy, "curve")
        if not np.isfinite(xy).all():
            raise ExportError("expected a curve of finite places, found some that are not")
        strokes = "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in xy.tolist())
        _add_line(root, strokes, curve.colour, curve.width)
    for pin in scene.pins:
        _add(root, "circle", cx=pin.x, cy=pin.y, r=_PIN_RADIUS, fill=pin.colour, stroke=scene.ink)
        _add_text(root, pin.name, pin.x + _PIN_RADIUS + 3, pin.y + _FONT / 3, scene.ink)


def _add_axes(root: Element, scene: MapScene) -> None:
    bottom = scene.height
    strokes = [f"M{_number(x)} {bottom}v{_number(-_TICK)}" for x, _ in scene.x_ticks]
    strokes += [f"M0 {_number(y)}h{_number(_TICK)}" for y, _ in scene.y_ticks]
    if strokes:
        _add_line(root, "".join(strokes), scene.ink, 1.0)
    for x, label in scene.x_ticks:
        _add_text(root, label, x, bottom - _TICK - 3, scene.ink, "middle")
    for y, label in scene.y_ticks:
        _add_text(root, label, _TICK + 3, y + _FONT / 3, scene.ink)
    for title, x, y, anchor in scene.axis_titles:
        _add_text(root, title, x, y, scene.ink, anchor)


def _add_legend(root: Element, scene: MapScene) -> None:
    layout = legend_layout(scene, _LINE, _MARGIN, lambda text: _GLYPH * len(text))
    x, y, width, height = layout.box
    _add(root, "rect", x=x, y=y, width=width, height=height, rx=3, fill=scene.paper, fill_opacity="0.8")
    for entry in layout.entries:
        if entry.group is not None:
            _add_mark(root, entry.group, entry.x, entry.y)
        edge = entry.x + (-_FONT / 2 - 4 if entry.group is not None else _FONT / 2)
        _add_text(root, entry.text, edge, entry.y + _FONT / 3, scene.ink, "end")


def _add_mark(root: Element, group: PointGroup, x: float, y: float) -> None:
    if group.mark == "disc":
        _add(root, "circle", cx=x, cy=y, r=_FONT / 3, fill=group.colour)
        return
    corners = " ".join(
        f"{_number(x + _FONT / 3 * u)},{_number(y + _FONT / 3 * v)}" for u, v in mark_outline(group.mark)
    )
    hollow = {"fill": "none", "stroke": group.colour, "stroke_width": 2.0}
    _add(root, "polygon", points=corners, **(hollow if group.mark == "ring" else {"fill": group.colour}))


def _add_line(root: Element, strokes: str, colour: str, width: float, opacity: float = 1.0) -> Element:
    ends = {"stroke_linecap": "round", "stroke_linejoin": "round"}
    look = {"stroke_width": width, "stroke_opacity": opacity}
    return _add(root, "path", d=strokes, fill="none", stroke=colour, **ends, **look)


def _add_text(root: Element, text: str, x: float, y: float, ink: str, anchor: str = "start") -> None:
    look = {"font_family": "sans-serif", "text_anchor": anchor, "fill": ink}
    _add(root, "text", x=x, y=y, font_size=_FONT, **look).text = printable(text)


def _add(parent: Element, tag: str, **attributes: str | float) -> Element:
    return SubElement(parent, tag, _texts(**attributes))


def _texts(**attributes: str | float) -> dict[str, str]:
    texts = {name: value if isinstance(value, str) else _number(value) for name, value in attributes.items()}
    return {name.replace("_", "-"): text for name, text in texts.items()}


def _points(xy: NDArray[np.floating[Any]], what: str) -> NDArray[np.floating[Any]]:
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise ExportError(f"expected {what} of shape (n, 2), found {xy.shape}")
    return xy


def _number(value: float) -> str:
    """At most two decimals, and no more characters than needed."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
