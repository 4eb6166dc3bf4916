"""The light and dark colours of the program and the classes. Does not need Qt: films use them too."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from latent_explorer.class_colours import (
    MARKS,
    SHAPES,
    USUAL,
    ClassPalette,
    Mark,
    assigned,
    class_overlap,
    palette_called,
)
from latent_explorer.vision import contrast

LEAST_OF_MARKS = 3.0
"""The contrast that marks keep with their surroundings (WCAG 2.1, 1.4.11)."""
_SHADES = (0.0, 0.42, 0.75, 0.21, 0.6)
"""The shades of a repeated colour: how much of the text colour is mixed in."""
REPEAT = len(_SHADES) * len(MARKS)
"""How many classes can share one colour and still look different."""


@dataclass(frozen=True)
class Palette:
    """The colours of one appearance, as #rrggbb.

    classes: the class colours, in the order of slots. slots: the slot of each class; if empty, its number.
    shapes: whether each class also has its own shape wherever points are drawn.
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
    shapes: bool = False

    def of_class(self, label: int) -> str:
        """The colour of a class; classes that share one have different shades of it, until these are used up."""
        turn, colour = divmod(self._slot(label), len(self.classes))
        return mixed(self.classes[colour], self.text, _SHADES[turn % len(_SHADES)])

    @property
    def grounds(self) -> tuple[str, ...]:
        """The backgrounds of class colours: the map and the panels beside it."""
        return self.map, self.window, self.panel

    @property
    def on_accent(self) -> str:
        """The text colour on the accent: the map's colour or white, whichever has more contrast."""
        return max((self.map, "#ffffff"), key=lambda ink: contrast(ink, self.accent))

    def mark_of(self, label: int) -> Mark:
        """The mark of a class. It distinguishes classes that share a colour, or all classes if they have shapes."""
        if self.shapes:
            return SHAPES[sum(divmod(self._slot(label), len(self.classes))) % len(SHAPES)]
        return MARKS[self._slot(label) // len(self.classes) % len(MARKS)]

    def with_classes(self, palette: ClassPalette, slots: tuple[int, ...] = ()) -> Self:
        """The same appearance with other class colours, each changed as little as enough contrast requires."""
        chosen = palette.dark if self.dark else palette.light
        classes = tuple(standing_out(colour, self.text, self.grounds) for colour in chosen)
        return replace(self, classes=classes, slots=slots)

    def for_map(
        self, uv: NDArray[np.floating], label: NDArray[np.integer] | None, classes: int, palette: str = USUAL.name
    ) -> Self:
        """The same appearance with the colours of a named palette, so that classes that overlap on a map differ most.

        uv: plane points (n, 2) of classes (n,). Raises UserError if no palette has that name.
        """
        chosen = palette_called(palette)
        if label is None or not classes:
            return self.with_classes(chosen)
        return self.with_classes(chosen, assigned(class_overlap(uv, label, classes), chosen))

    def _slot(self, label: int) -> int:
        return self.slots[label] if label < len(self.slots) else label


def mixed(colour: str, other: str, share: float) -> str:
    """Mix a share of another colour into a colour."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + share * (two - one)):02x}" for one, two in pairs)


@lru_cache(maxsize=1024)
def standing_out(colour: str, towards: str, grounds: tuple[str, ...], least: float = LEAST_OF_MARKS) -> str:
    """Mix as little of another colour into a colour as gives it enough contrast with all backgrounds."""
    shares = (share / 100 for share in range(101))
    tried = (mixed(colour, towards, share) for share in shares)
    return next((each for each in tried if min(contrast(each, ground) for ground in grounds) >= least), towards)


_GROUND = {  # dark, light
    "window": ("#1b1e23", "#f3f4f6"),
    "panel": ("#23272e", "#ffffff"),
    "map": ("#0c0e11", "#ffffff"),
    "text": ("#e8eaed", "#1c2128"),
    "faint": ("#a0a7b2", "#5b6472"),
    "line": ("#3a404a", "#d2d6dc"),
    "accent": ("#4f9cf0", "#1c6bca"),
    "good": ("#57c785", "#1c7c43"),
    "fair": ("#f0b84b", "#9a6300"),
    "poor": ("#f07167", "#c2281d"),
}


def _palette(dark: bool) -> Palette:
    column = 0 if dark else 1
    ground = {name: each[column] for name, each in _GROUND.items()}
    return Palette(dark=dark, classes=(), slots=(), shapes=False, **ground).with_classes(USUAL)


DARK, LIGHT = _palette(dark=True), _palette(dark=False)
