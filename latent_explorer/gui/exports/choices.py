"""What a person chooses in the export dialog, remembered for each kind of thing."""

from dataclasses import dataclass, fields
from typing import Literal

from latent_explorer.errors import ExportError
from latent_explorer.export import Kind, Options, Style, find_format
from latent_explorer.gui.settings import Settings

Pairs = Literal["above", "beside", "alone"]


@dataclass(frozen=True)
class Choices:
    """All there is to choose, flat; which of it counts depends on the format and the kind.

    scale to lossless: as in Options, but per_row 0 for all in one row. columns, rows: of a grid, rows 0 for as many as
    keep the map's proportions. zoom: pixels of a map's file to the pixel on screen. legend: beside a map.
    shown_only: of the latents, those whose classes are shown. most: images on a contact sheet.
    width, length: pixels and seconds of the film of a run. pairs: how the pictures of a path and those that the other
    map makes of it are put together: one above the other, side by side, or those of this map alone. both: whether a
    map is exported with the other one.
    """

    format: str
    scale: int = 1
    style: Style = "crisp"
    gap: int = 0
    per_row: int = 0
    seconds: float = 0.1
    ping_pong: bool = False
    loop: bool = True
    lossless: bool = True
    columns: int = 32
    rows: int = 0
    zoom: float = 2.0
    legend: bool = True
    shown_only: bool = False
    most: int = 400
    width: int = 640
    length: float = 12.0
    pairs: Pairs = "above"
    both: bool = False

    @property
    def options(self) -> Options:
        """The part of it that the writers take. Raises ExportError where a value is out of its range."""
        chosen = {field.name: getattr(self, field.name) for field in fields(Options)}
        return Options(**chosen | {"per_row": self.per_row or None})


def remembered(settings: Settings, kind: Kind, default: Choices) -> Choices:
    """The choices made last for this kind; the default where there are none, or none that still hold."""
    choices = settings.get(Choices, kind, default)
    try:
        find_format(kind, choices.format)
        _ = choices.options
    except ExportError:
        return default
    return choices


def remember(settings: Settings, kind: Kind, choices: Choices) -> None:
    """Remember the choices for this kind."""
    settings.put(choices, kind)
