"""Colours, light and dark: of the program's ground, and of the classes. Free of Qt: films are painted with them too."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from latent_explorer.class_colours import MARKS, USUAL, ClassPalette, Mark, assigned, class_overlap, palette_called

_SHADES = (("map", 0.0), ("text", 0.42), ("map", 0.34), ("text", 0.68), ("map", 0.52))
"""Of a colour that comes again: mixed with the text's or the map's colour by so much."""
REPEAT = len(_SHADES) * len(MARKS)
"""How many classes of one colour look different."""


@dataclass(frozen=True)
class Palette:
    """The colours of one appearance, as #rrggbb.

    classes: those of classes, in the order of slots. slots: that of each class; its number where there are none.
    """

    dark: bool
    window: str
    panel: str
    map: str
    text: str
    faint: str
    line: str
    accent: str
    good: str
    fair: str
    poor: str
    classes: tuple[str, ...]
    slots: tuple[int, ...] = ()

    def of_class(self, label: int) -> str:
        """The colour of a class; of those that share one, each has another shade of it, until they are used up."""
        turn, colour = divmod(self._slot(label), len(self.classes))
        towards, share = _SHADES[turn % len(_SHADES)]
        return mixed(self.classes[colour], getattr(self, towards), share)

    def mark_of(self, label: int) -> Mark:
        """The mark of a class, by which those that share a colour are told apart."""
        return MARKS[self._slot(label) // len(self.classes) % len(MARKS)]

    def with_classes(self, palette: ClassPalette, slots: tuple[int, ...] = ()) -> Self:
        """The same appearance with other colours for classes."""
        return replace(self, classes=palette.dark if self.dark else palette.light, slots=slots)

    def for_map(
        self, uv: NDArray[np.floating], label: NDArray[np.integer] | None, classes: int, palette: str = USUAL.name
    ) -> Self:
        """With the colours of a palette, by its name, so that classes that meet on a map differ most.

        uv: plane points (n, 2) of classes (n,). Raises UserError where no palette has that name.
        """
        chosen = palette_called(palette)
        if label is None or not classes:
            return self.with_classes(chosen)
        return self.with_classes(chosen, assigned(class_overlap(uv, label, classes), chosen))

    def _slot(self, label: int) -> int:
        return self.slots[label] if label < len(self.slots) else label


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with so much of another in it."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + share * (two - one)):02x}" for one, two in pairs)


_GROUND = {  # dark, light
    "window": ("#1b1e23", "#f3f4f6"),
    "panel": ("#23272e", "#ffffff"),
    "map": ("#0c0e11", "#ffffff"),
    "text": ("#e8eaed", "#1c2128"),
    "faint": ("#a0a7b2", "#5b6472"),
    "line": ("#3a404a", "#d2d6dc"),
    "accent": ("#4f9cf0", "#1f6fd0"),
    "good": ("#57c785", "#1c7c43"),
    "fair": ("#f0b84b", "#9a6300"),
    "poor": ("#f07167", "#c2281d"),
}


def _palette(dark: bool) -> Palette:
    column = 0 if dark else 1
    ground = {name: each[column] for name, each in _GROUND.items()}
    return Palette(dark=dark, classes=USUAL.dark if dark else USUAL.light, slots=(), **ground)


DARK, LIGHT = _palette(dark=True), _palette(dark=False)
