"""A scene of the map as pixels: the same as its SVG, without Qt."""

import math
from collections.abc import Iterable
from itertools import groupby

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from latent_explorer.class_colours import SHAPES, Mark, mark_outline
from latent_explorer.errors import ExportError
from latent_explorer.export.pixels import Pixels, check_pictures, check_size, font, text_length, to_image
from latent_explorer.export.scene import Background, MapScene, PointGroup, legend_layout
from latent_explorer.points.splat import dots

_FINER = 3  # shapes are drawn so many times as large, a side, and reduced: so their edges are smooth
_MOST_FINE = 60_000_000  # pixels that shapes are drawn on; larger pictures are drawn less fine
_TEXT, _LINE, _MARGIN = 12, 18, 10
_TICK, _PIN_RADIUS = 5.0, 5.0


def painted(scene: MapScene) -> Pixels:
    """A scene as uint8 (height, width, 3). Raises ExportError if it is too large or malformed."""
    check_size(scene.width, scene.height)
    image = Image.new("RGBA", (scene.width, scene.height), scene.paper)
    if scene.background is not None:
        image.alpha_composite(_stretched(scene.background, image.size))
    for look, groups in groupby(scene.groups, lambda group: (group.radius, group.opacity, group.rim)):
        image.alpha_composite(_points(list(groups), scene, *look))
    if scene.overlay is not None:
        image.alpha_composite(_stretched(scene.overlay, image.size))
    if scene.curves or scene.pins or scene.x_ticks or scene.y_ticks:
        image.alpha_composite(_shapes(scene))
    _write(image, scene)
    return np.asarray(image.convert("RGB"))


def _stretched(background: Background, size: tuple[int, int]) -> Image.Image:
    """The picture in its place, on transparency."""
    check_pictures(background.pixels, 3, channels=(3, 4))
    picture, sides = to_image(background.pixels).convert("RGBA"), (round(background.width), round(background.height))
    if picture.size != sides:
        picture = picture.resize(sides, Image.Resampling.BICUBIC)
    whole = Image.new("RGBA", size)
    whole.paste(_faded(picture, background.opacity), (round(background.x), round(background.y)))
    return whole


def _points(groups: list[PointGroup], scene: MapScene, radius: float, opacity: float, rim: float) -> Image.Image:
    """Groups that differ only in colour, mixed, so that the last does not cover the others."""
    xy, size, fine = np.concatenate([group.xy for group in groups]), (scene.width, scene.height), _fineness(scene)
    inks = np.repeat([_rgb(group.colour) for group in groups], [len(group.xy) for group in groups])
    marks = np.repeat([SHAPES.index(each.mark) * each.shaped for each in groups], [len(each.xy) for each in groups])
    layer = dots(xy, inks, size, 2 * radius, fine, marks)
    if rim:
        below = dots(xy, np.full_like(inks, _rgb(scene.paper)), size, 2 * (radius + rim), fine, marks)
        layer = Image.alpha_composite(below, layer)
    return _faded(layer, opacity)


def _faded(image: Image.Image, opacity: float) -> Image.Image:
    if opacity < 1:
        image.putalpha(image.getchannel("A").point(lambda alpha: round(alpha * opacity)))
    return image


def _shapes(scene: MapScene) -> Image.Image:
    """Curves, ticks and pins."""
    fine = _fineness(scene)
    image = Image.new("RGBA", (scene.width * fine, scene.height * fine))
    draw = ImageDraw.Draw(image)
    for curve in scene.curves:
        if not np.isfinite(curve.xy).all():
            raise ExportError("expected a curve of finite places, found some that are not")
        places = _places(curve.xy.tolist(), fine)
        draw.line(places, curve.colour, max(1, round(curve.width * fine)), joint="curve")
        for end in (places[0], places[-1]):
            draw.circle(end, curve.width * fine / 2, curve.colour)
    bottom = scene.height
    for x, _ in scene.x_ticks:
        draw.line(_places(((x, bottom), (x, bottom - _TICK)), fine), scene.ink, fine)
    for y, _ in scene.y_ticks:
        draw.line(_places(((0, y), (_TICK, y)), fine), scene.ink, fine)
    for pin in scene.pins:
        draw.circle((pin.x * fine, pin.y * fine), _PIN_RADIUS * fine, pin.colour, scene.ink, fine)
    return image.reduce(fine) if fine > 1 else image


def _write(image: Image.Image, scene: MapScene) -> None:
    """Names of pins, labels of ticks, the legend."""
    draw, letters = ImageDraw.Draw(image), font(_TEXT)
    for pin in scene.pins:
        draw.text((pin.x + _PIN_RADIUS + 3, pin.y), pin.name, scene.ink, font(_TEXT, pin.name), "lm")
    for x, label in scene.x_ticks:
        draw.text((x, scene.height - _TICK - 3), label, scene.ink, letters, "ms")
    for y, label in scene.y_ticks:
        draw.text((_TICK + 3, y), label, scene.ink, letters, "lm")
    for title, x, y, anchor in scene.axis_titles:
        draw.text((x, y), title, scene.ink, font(_TEXT, title), "rs" if anchor == "end" else "ls")
    if scene.legend and scene.groups:
        _write_legend(image, scene)


def _write_legend(image: Image.Image, scene: MapScene) -> None:
    layout = legend_layout(scene, _LINE, _MARGIN, lambda text: text_length(text, _TEXT))
    x, y, width, height = map(round, layout.box)
    paper = Image.new("RGBA", image.size)
    ImageDraw.Draw(paper).rounded_rectangle(
        (x, y, x + width, y + height), 3, (*ImageColor.getrgb(scene.paper)[:3], 204)
    )
    image.alpha_composite(paper)
    draw = ImageDraw.Draw(image)
    for entry in layout.entries:
        if entry.group is not None:
            draw_mark(image, entry.group.mark, entry.group.colour, (entry.x, entry.y), _TEXT / 3)
        edge = entry.x + (-_TEXT / 2 - 4 if entry.group is not None else _TEXT / 2)
        draw.text((edge, entry.y), entry.text, scene.ink, font(_TEXT, entry.text), "rm")


def draw_mark(image: Image.Image, mark: Mark, colour: str, at: tuple[float, float], radius: float) -> None:
    """Draw the mark of a class on a picture, its edges smooth."""
    corner, side = [math.floor(place - radius - 2) for place in at], math.ceil(2 * radius) + 4
    shape = Image.new("L", (side * _FINER, side * _FINER))
    corners = [tuple((place + radius * way - low) * _FINER for place, way, low in zip(at, xy, corner, strict=True))
               for xy in mark_outline(mark)]  # fmt: skip
    if mark == "ring":
        ImageDraw.Draw(shape).line([*corners, corners[0], corners[1]], 255, round(radius / 2 * _FINER), joint="curve")
    else:
        ImageDraw.Draw(shape).polygon(corners, 255)
    image.paste(colour, (corner[0], corner[1]), shape.reduce(_FINER))


def _places(xy: Iterable[Iterable[float]], fine: int) -> list[tuple[float, float]]:
    return [(x * fine, y * fine) for x, y in xy]


def _rgb(colour: str) -> int:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red << 16 | green << 8 | blue


def _fineness(scene: MapScene) -> int:
    return next((fine for fine in range(_FINER, 1, -1) if scene.width * scene.height * fine**2 <= _MOST_FINE), 1)
