"""Colours, light and dark: of the program's ground, and of the classes. Free of Qt: films are painted with them too."""

import colorsys
from dataclasses import dataclass

# Petroff (2021), "Accessible color sequences for data visualization": ten colours told apart with any kind of
# colour vision, each for a dark ground and for a light one: the same hue, lighter, so that it stands out from black.
_CLASSES = (
    ("#5eaaf2", "#3f90da"),
    ("#ffb52e", "#e68a00"),
    ("#f4553b", "#bd1f01"),
    ("#b4c2c0", "#6b7b79"),
    ("#b978ea", "#832db6"),
    ("#d39a87", "#8c5244"),
    ("#ff8838", "#e76300"),
    ("#d9cd8f", "#8f8340"),
    ("#98a0b5", "#4b4f5c"),
    ("#9be9ec", "#2aa3a8"),
)


@dataclass(frozen=True)
class Palette:
    """The colours of one appearance, as #rrggbb."""

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

    def of_class(self, label: int) -> str:
        """The colour of a class; beyond the palette, hues spread by the golden ratio."""
        if label < len(self.classes):
            return self.classes[label]
        red, green, blue = colorsys.hls_to_rgb(label * 0.618034 % 1, 0.65 if self.dark else 0.42, 0.6)
        return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


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
    return Palette(dark=dark, classes=tuple(each[column] for each in _CLASSES), **ground)


DARK, LIGHT = _palette(dark=True), _palette(dark=False)
