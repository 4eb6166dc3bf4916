"""Colours, light and dark: of the program's ground, and of the classes. Free of Qt: films are painted with them too."""

import colorsys
from dataclasses import dataclass

# Petroff (2021), "Accessible color sequences for data visualization": ten colours told apart with any kind of
# colour vision. The dark theme's are the same hues, lighter, so that each stands out from black.
_ON_LIGHT = (
    "#3f90da",
    "#e68a00",
    "#bd1f01",
    "#6b7b79",
    "#832db6",
    "#8c5244",
    "#e76300",
    "#8f8340",
    "#4b4f5c",
    "#2aa3a8",
)
_ON_DARK = (
    "#5eaaf2",
    "#ffb52e",
    "#f4553b",
    "#b4c2c0",
    "#b978ea",
    "#d39a87",
    "#ff8838",
    "#d9cd8f",
    "#98a0b5",
    "#9be9ec",
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


DARK = Palette(
    dark=True,
    window="#1b1e23",
    panel="#23272e",
    map="#0c0e11",
    text="#e8eaed",
    faint="#a0a7b2",
    line="#3a404a",
    accent="#4f9cf0",
    good="#57c785",
    fair="#f0b84b",
    poor="#f07167",
    classes=_ON_DARK,
)
LIGHT = Palette(
    dark=False,
    window="#f3f4f6",
    panel="#ffffff",
    map="#ffffff",
    text="#1c2128",
    faint="#5b6472",
    line="#d2d6dc",
    accent="#1f6fd0",
    good="#1c7c43",
    fair="#9a6300",
    poor="#c2281d",
    classes=_ON_LIGHT,
)
