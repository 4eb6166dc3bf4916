"""The map as SVG: https://www.w3.org/TR/SVG2/."""

import base64
from collections.abc import Iterable
from typing import IO, Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import ExportError
from latent_explorer.export.pixels import check_pictures, check_size, encoded, to_image
from latent_explorer.export.provenance import Provenance, printable
from latent_explorer.export.scene import Background, MapScene, PinMark, PointGroup, Polyline, Tick
from latent_explorer.export.writer import Options, file_writer

_FONT, _LINE = 12.0, 18.0
_GLYPH = 7.5  # about how wide a glyph is; only the paper under the legend depends on it
_TICK, _MARGIN = 5.0, 10.0
_PIN_RADIUS = 5.0


@file_writer
def write_map_svg(stream: IO[bytes], scene: MapScene, options: Options, provenance: Provenance | None) -> None:
    """Write the map as SVG; heeds no option. Points that lie outside the picture are left out."""
    check_size(scene.width, scene.height)
    ElementTree(_root(scene, provenance)).write(stream, encoding="utf-8", xml_declaration=True)


def _root(scene: MapScene, provenance: Provenance | None) -> Element:
    box = f"0 0 {scene.width} {scene.height}"
    root = Element(
        "svg", _texts(xmlns="http://www.w3.org/2000/svg", viewBox=box, width=scene.width, height=scene.height)
    )
    if provenance is not None:
        SubElement(root, "metadata").text = provenance.text()
    SubElement(root, "rect", _texts(width=scene.width, height=scene.height, fill=scene.paper))
    if scene.background is not None:
        _add_background(root, scene.background)
    for group in scene.groups:
        _add_points(root, group, scene)
    if scene.overlay is not None:
        _add_background(root, scene.overlay)
    for curve in scene.curves:
        _add_curve(root, curve)
    for pin in scene.pins:
        _add_pin(root, pin, scene)
    _add_axes(root, scene)
    if scene.legend:
        _add_legend(root, scene)
    return root


def _add_background(root: Element, background: Background) -> None:
    check_pictures(background.pixels, 3, channels=(3, 4))
    content = base64.b64encode(encoded(to_image(background.pixels), "PNG")).decode("ascii")
    box = {"x": background.x, "y": background.y, "width": background.width, "height": background.height}
    look: dict[str, str | float] = {
        "opacity": background.opacity,
        "preserveAspectRatio": "none",
        "href": f"data:image/png;base64,{content}",
    }
    SubElement(root, "image", _texts(**box, **look))


def _add_points(root: Element, group: PointGroup, scene: MapScene) -> None:
    xy = _points(group.xy, f"points of {group.name}")
    far = np.array([scene.width, scene.height]) + group.radius
    with np.errstate(invalid="ignore"):
        seen = xy[((xy >= -group.radius) & (xy <= far)).all(axis=1)]
    # A stroke of next to no length with round caps is a disc, the shortest that SVG has; of no length, Qt drops it.
    strokes = "".join(f"M{_number(x)} {_number(y)}h.01" for x, y in seen.tolist())
    if group.rim:
        _line(root, strokes, scene.paper, 2 * (group.radius + group.rim), opacity=group.opacity)
    path = _line(root, strokes, group.colour, 2 * group.radius, opacity=group.opacity)
    SubElement(path, "title").text = printable(group.name)


def _add_curve(root: Element, curve: Polyline) -> None:
    xy = _points(curve.xy, "curve")
    if not np.isfinite(xy).all():
        raise ExportError("expected a curve of finite places, found some that are not")
    _line(root, "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in xy.tolist()), curve.colour, curve.width)


def _line(root: Element, strokes: str, colour: str, width: float, opacity: float = 1.0) -> Element:
    ends: dict[str, str | float] = {"stroke-linecap": "round", "stroke-linejoin": "round", "stroke-opacity": opacity}
    look: dict[str, str | float] = {"d": strokes, "fill": "none", "stroke": colour, "stroke-width": width}
    return SubElement(root, "path", _texts(**look, **ends))


def _add_pin(root: Element, pin: PinMark, scene: MapScene) -> None:
    disc = _texts(cx=pin.x, cy=pin.y, r=_PIN_RADIUS, fill=pin.colour, stroke=scene.ink)
    SubElement(root, "circle", disc)
    _add_text(root, pin.name, pin.x + _PIN_RADIUS + 3, pin.y + _FONT / 3, scene.ink)


def _add_axes(root: Element, scene: MapScene) -> None:
    bottom = scene.height
    strokes = [f"M{_number(tick.position)} {bottom}v{_number(-_TICK)}" for tick in scene.x_ticks]
    strokes += [f"M0 {_number(tick.position)}h{_number(_TICK)}" for tick in scene.y_ticks]
    if strokes:
        _line(root, "".join(strokes), scene.ink, 1.0)
    _add_labels(root, ((tick, tick.position, bottom - _TICK - 3) for tick in scene.x_ticks), scene.ink, "middle")
    _add_labels(root, ((tick, _TICK + 3, tick.position + _FONT / 3) for tick in scene.y_ticks), scene.ink, "start")


def _add_labels(root: Element, places: Iterable[tuple[Tick, float, float]], ink: str, anchor: str) -> None:
    for tick, x, y in places:
        _add_text(root, tick.label, x, y, ink, anchor)


def _add_legend(root: Element, scene: MapScene) -> None:
    right = scene.width - _MARGIN
    _add_legend_paper(root, scene)
    for row, group in enumerate(scene.listed):
        y = _MARGIN + _LINE * (row + 0.5)
        SubElement(root, "circle", _texts(cx=right - _FONT / 2, cy=y, r=_FONT / 3, fill=group.colour))
        _add_text(root, group.name, right - _FONT - 4, y + _FONT / 3, scene.ink, "end")


def _add_legend_paper(root: Element, scene: MapScene) -> None:
    names = [group.name for group in scene.listed]
    width, height = _FONT + 4 + _GLYPH * max(map(len, names), default=0) + _MARGIN, _LINE * len(names)
    box = _texts(x=scene.width - _MARGIN / 2 - width, y=_MARGIN, width=width, height=height, rx=3, fill=scene.paper)
    SubElement(root, "rect", box | {"fill-opacity": "0.8"})


def _add_text(root: Element, text: str, x: float, y: float, ink: str, anchor: str = "start") -> None:
    look: dict[str, str | float] = {"font-family": "sans-serif", "font-size": _FONT, "text-anchor": anchor, "fill": ink}
    SubElement(root, "text", _texts(x=x, y=y, **look)).text = printable(text)


def _points(xy: NDArray[np.floating[Any]], what: str) -> NDArray[np.floating[Any]]:
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise ExportError(f"expected {what} of shape (n, 2), found {xy.shape}")
    return xy


def _texts(**attributes: str | float) -> dict[str, str]:
    return {name: value if isinstance(value, str) else _number(value) for name, value in attributes.items()}


def _number(value: float) -> str:
    """At most two decimals, and no more characters than needed."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
