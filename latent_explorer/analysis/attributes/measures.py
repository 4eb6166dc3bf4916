"""The attributes that can be measured on a picture itself, each one entry."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.attributes import colours, ink, shapes

Pictures = NDArray[np.floating]
"""Pictures (n, h, w, c) in [0, 1]."""
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Attribute:
    """What can be measured on a decoded picture.

    name: in requests and figures. title, sentence: for a person. unit: of both measures. followed: the smooth measure
    (n,) that walks change, of ink (n, h, w) or of colours (n, h, w, 3). scored: another measure of the same, of shapes
    or of colours, which no walk follows, and by which it is judged. coloured: whether it is for colour pictures; else
    for those of grey levels. along: names of attributes that change with it by what they are, so that they are neither
    held nor called a leak.
    """

    name: str
    title: str
    sentence: str
    unit: str
    followed: Callable[[Pictures], Values]
    scored: Callable[[Pictures], Values]
    coloured: bool = False
    along: tuple[str, ...] = ()


_TOLERANCE, _COLOUR_TOLERANCE = 0.3, 0.05
"""Deviations by which walks may miss a measure, for the sake of a likely latent. Colours are held more strictly: what
makes a picture less yellow makes it less saturated too."""

ATTRIBUTES = (
    Attribute(
        "area", "Area", "How much ink there is", "px", ink.area, shapes.area, along=("thickness",)
    ),
    Attribute(
        "thickness", "Thickness", "How wide the stroke is", "px", ink.thickness, shapes.thickness, along=("area",)
    ),
    Attribute("slant", "Slant", "How far it leans to the right", "°", ink.slant, shapes.slant, along=("area",)),
    Attribute("width", "Width", "How wide it is, the slant taken out", "px", ink.width, shapes.width, along=("area",)),
    Attribute("height", "Height", "How high it is", "px", ink.height, shapes.height, along=("area",)),
    Attribute(
        "brightness", "Brightness", "How light it is", "L*", colours.brightness, colours.median_lightness, coloured=True
    ),
    Attribute(
        "redness", "Red – green", "Rather red than green", "a*", colours.redness, colours.median_red_green,
        coloured=True,
    ),
    Attribute(
        "yellowness", "Yellow – blue", "Rather yellow than blue", "b*", colours.yellowness, colours.median_yellow_blue,
        coloured=True,
    ),
    Attribute(
        "saturation", "Saturation", "How far its colours are from grey", "C*", colours.saturation,
        colours.median_chroma,
        coloured=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Measuring:
    """The attributes of pictures of one kind, and how they are measured.

    attributes: that there are. inverted: whether dark is drawn on light, so that ink is what is dark.
    """

    attributes: tuple[Attribute, ...]
    inverted: bool = False

    @classmethod
    def of(cls, pictures: Pictures) -> "Measuring":
        """That of pictures such as these (n, h, w, c): colour where there are three channels, else ink."""
        coloured = pictures.shape[3] == 3
        edge = np.concatenate([pictures[:, [0, -1]].ravel(), pictures[:, :, [0, -1]].ravel()])
        found = tuple(each for each in ATTRIBUTES if each.coloured == coloured)
        return cls(found, not coloured and bool(np.median(edge) > 0.5))

    @property
    def tolerance(self) -> float:
        """Deviations by which walks may miss a measure."""
        return _COLOUR_TOLERANCE if any(each.coloured for each in self.attributes) else _TOLERANCE

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the attributes."""
        return tuple(each.name for each in self.attributes)

    def without(self, dropped: NDArray[np.bool_]) -> "Measuring":
        """The same but for some of the attributes."""
        kept = tuple(each for each, gone in zip(self.attributes, dropped, strict=True) if not gone)
        return Measuring(kept, self.inverted)

    def others(self, place: int) -> list[int]:
        """The places of the attributes that are held while the one at `place` changes."""
        along = self.attributes[place].along
        return [other for other, each in enumerate(self.attributes) if other != place and each.name not in along]

    def followed(self, pictures: Pictures) -> Values:
        """The smooth measures (n, m) of pictures (n, h, w, c), which walks change."""
        seen = self._seen(pictures)
        return _beside(pictures, [each.followed(seen) for each in self.attributes])

    def scored(self, pictures: Pictures) -> Values:
        """The measures (n, m) of pictures (n, h, w, c) by which walks are judged."""
        seen = self._seen(pictures)
        if not (self.attributes and self.attributes[0].coloured):
            seen = shapes.enlarged(seen)
        return _beside(pictures, [each.scored(seen) for each in self.attributes])

    def _seen(self, pictures: Pictures) -> Pictures:
        if self.attributes and self.attributes[0].coloured:
            return pictures
        grey = pictures.mean(3)
        return np.asarray(1 - grey if self.inverted else grey)


def _beside(pictures: Pictures, columns: list[Values]) -> Values:
    return np.stack(columns, axis=1) if columns else np.zeros((len(pictures), 0))
