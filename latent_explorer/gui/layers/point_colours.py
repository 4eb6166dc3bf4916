"""By what points are coloured: their class, split, error, or any field at them; ours, and those other packages add."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import Latents
from latent_explorer.fields import Field, layer_fields, number
from latent_explorer.gui.layers.colours import Span, ramp
from latent_explorer.gui.layers.layer import Scale
from latent_explorer.gui.theme import Theme
from latent_explorer.plugins import Registry
from latent_explorer.session import OpenBundle

_SHADES = 64
_ENDS = {True: (0.12, 1.0), False: (0.0, 0.88)}  # of the ramp: neither end is lost on a dark map, or on a light one
_SPLITS = ("training", "test", "validation", "draws")
Values = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class PointColouring:
    """A way to colour points.

    name: in settings. title, sentence: for people. known: a value of each image (n,), where the window has it at once.
    field: the name of the one that the engine evaluates at the latents, where it has not. score: the name of the one by
    which it judges the images. judged: which of the shares of `JudgePoints` it is, where it is one; it is of the chart
    too, then, and lines lead from the dot under the pointer to its nearest in latent space. categories: the names of
    the values, where they are numbers of categories; by default values lie on a scale. by_class: those are the classes.
    span: the ends of the scale, where they do not depend on the values.
    given: what a person has to do for it, where its values and the names of the categories come of that.
    lacks: what a bundle lacks for it, in words. logarithmic, unit: as of a field.
    """

    name: str
    title: str
    sentence: str
    known: Callable[[Latents], Values | None] | None = None
    field: str = ""
    judged: int | None = None
    score: str = ""
    categories: tuple[str, ...] = ()
    by_class: bool = False
    unit: str = ""
    logarithmic: bool = False
    span: tuple[float, float] | None = None
    lacks: Callable[[OpenBundle], str] = lambda _: ""
    given: str = ""


_LINES = "Lines lead from the dot under the pointer to its nearest images in latent space."


def _unlabelled(bundle: OpenBundle) -> str:
    return "this dataset has no labels" if bundle.latents.label is None else ""


def _unjudged(bundle: OpenBundle) -> str:
    if not bundle.config.encodes:
        return "this model has no encoder"
    return "" if bundle.config.decodes else "this model has no decoder"


def _errorless(bundle: OpenBundle) -> str:
    return "the reconstruction errors are not known" if bundle.latents.error is None else ""


def _unrecognised(bundle: OpenBundle) -> str:
    return "no classifier has judged these pictures" if bundle.latents.confidence is None else ""


COLOURINGS: Registry[PointColouring] = Registry("colourings", PointColouring, "title")
register = COLOURINGS.register

CLASS = PointColouring(
    name="class",
    title="Class",
    sentence="Each class has a colour, listed in the Classes panel.",
    by_class=True,
    lacks=_unlabelled,
)
for _colouring in (
    CLASS,
    PointColouring(
        name="split",
        title="Split",
        sentence="Whether an image was used for training or held out; and which points are draws from the prior.",
        known=lambda latents: latents.split,
        categories=_SPLITS,
    ),
    PointColouring(
        name="error",
        title="Reconstruction error",
        sentence="The mean squared error between the pixels of each image and its reconstruction.",
        known=lambda latents: latents.error,
        unit="mean squared error",
        logarithmic=True,
        lacks=_errorless,
    ),
    PointColouring(
        name="confidence",
        title="Confidence",
        sentence="How certain a classifier is of the class in the picture decoded at each point. Dark: a picture "
        "between classes, or of none.",
        known=lambda latents: latents.confidence,
        span=(0.0, 1.0),
        lacks=_unrecognised,
    ),
    PointColouring(
        name="anomaly",
        title="Anomaly",
        sentence="By how many nats the reconstruction explains an image worse than the image explains itself: "
        "cross-entropy less entropy. Bright: the model does not know images like this one.",
        score="excess-nats",
        unit="nats",
        logarithmic=True,
        lacks=_unjudged,
    ),
    PointColouring(
        name="novelty",
        title="Novelty",
        sentence="What is left unexplained for the brightness of an image, times the distance to the nearest training "
        "image in latent space. Bright: drawn badly, and apart from all others.",
        score="novelty",
        unit="nats per white pixel, times latent units",
        logarithmic=True,
        lacks=_unjudged,
    ),
    PointColouring(
        name="false-neighbours",
        title="False neighbours",
        sentence="Of the 12 nearest images on the map, the share that is not among the 50 nearest in latent space. "
        f"Bright: the map puts unlike images side by side. {_LINES}",
        judged=0,
        unit="share of 12",
        span=(0.0, 1.0),
    ),
    PointColouring(
        name="missing-neighbours",
        title="Missing neighbours",
        sentence="Of the 12 nearest images in latent space, the share that is not among the 50 nearest on the map. "
        f"Bright: the map separates this image from similar ones. {_LINES}",
        judged=1,
        unit="share of 12",
        span=(0.0, 1.0),
    ),
    PointColouring(
        name="learned",
        title="Learned class",
        sentence="The class that was learned from the images labelled in Few labels.",
        by_class=True,
        given="no classes have been learned in Few labels",
    ),
):
    register(_colouring)


def colourings() -> dict[str, PointColouring]:
    """All there are by name, then every field that is a layer, evaluated at the points; one's own go before a field.

    But for fields that speak of a linked map.
    """
    fields = (field for field in layer_fields() if field.name not in COLOURINGS and not field.fleeting)
    return {**COLOURINGS, **{field.name: _of(field) for field in fields}}


def _of(field: Field) -> PointColouring:
    return PointColouring(
        name=field.name,
        title=field.title,
        sentence=field.sentence,
        field=field.name,
        by_class=field.categorical,
        unit=field.unit,
        logarithmic=field.logarithmic,
        lacks=lambda bundle: field.lacks(bundle.latents, encodes=bundle.config.encodes, decodes=bundle.config.decodes),
    )


@dataclass(frozen=True, eq=False)
class Shading:
    """Colours for points. shade: uint16 (n,), of each image the number of its colour, 0 as long as it is not known.

    colours: 0xrrggbb. names: of the categories by shade; empty on a scale. scale: what they mean, where there is one.
    word: of an image, by its number.
    """

    title: str
    shade: NDArray[np.uint16]
    colours: NDArray[np.uint32]
    names: tuple[str, ...]
    scale: Scale | None
    word: Callable[[int], str]


def shading(
    colouring: PointColouring, values: Values, bundle: OpenBundle, theme: Theme, given: tuple[str, ...] = ()
) -> Shading:
    """The colours of values (n,), which are not finite where they are not known yet. given: names of categories."""
    names = given or (bundle.class_names if colouring.by_class else colouring.categories)
    made = _categories if names else _scaled
    return made(colouring, np.asarray(values), names, theme)


def _categories(colouring: PointColouring, values: Values, names: tuple[str, ...], theme: Theme) -> Shading:
    colours = [theme.of_class(label) if colouring.by_class else theme.classes[label] for label in range(len(names))]
    known = np.isfinite(values)
    shade = np.where(known, np.clip(np.nan_to_num(values), 0, len(names) - 1) + 1, 0).astype(np.uint16)
    rgb = _numbers([theme.line, *colours])
    present = [label for label in range(len(names)) if not colouring.by_class and (shade == label + 1).any()]
    words = tuple(names[label] for label in present)
    scale: Scale | None = None
    if 0 < len(present) <= 3:
        bar = np.repeat(rgb[1:][present] | np.uint32(0xFF << 24), _SHADES)[None]
        ends = (words[0], words[1] if len(words) == 3 else "", words[-1] if len(words) > 1 else "")
        scale = Scale(f"Points: {colouring.title.lower()}", "", bar, ends)
    return Shading(
        colouring.title, shade, rgb, ("", *names), scale,
        lambda index: names[int(shade[index]) - 1] if shade[index] else "…",
    )  # fmt: skip


def _scaled(colouring: PointColouring, values: Values, _: tuple[str, ...], theme: Theme) -> Shading:
    known = np.isfinite(values)
    span = _span(colouring, values[known])
    low, high = _ENDS[theme.dark]
    steps = ramp(np.linspace(low, high, _SHADES))
    hexes = ["#" + "".join(f"{round(255 * float(part)):02x}" for part in colour) for colour in steps]
    rgb = _numbers([theme.line, *hexes])
    share = np.clip(np.nan_to_num(span.share(np.where(known, values, span.low))), 0, 1)
    shade = np.where(known, 1 + np.minimum(share * _SHADES, _SHADES - 1), 0).astype(np.uint16)
    words = (number(span.low), number(span.at(0.5)), number(span.high))
    awaited = colouring.known is None  # of the engine; else a draw from the prior has none
    scale = Scale(f"Points: {colouring.title.lower()}", colouring.unit, rgb[None, 1:] | np.uint32(0xFF << 24), words)
    unit = f" {colouring.unit}".rstrip()
    return Shading(
        colouring.title, shade, rgb, (), scale,
        lambda index: f"{number(float(values[index]))}{unit}" if known[index] else "…" if awaited else "none",
    )  # fmt: skip


def _span(colouring: PointColouring, values: Values) -> Span:
    if colouring.span is not None:
        return Span(*colouring.span)
    return Span.of(values if len(values) else np.ones(1), logarithmic=colouring.logarithmic)


def _numbers(colours: list[str]) -> NDArray[np.uint32]:
    """Never 0, which stands for what is not drawn."""
    found: Any = [max(1, int(colour[1:], 16)) for colour in colours]
    return np.array(found, np.uint32)
