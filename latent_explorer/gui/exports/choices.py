"""The user's choices in the export dialog, saved for each kind of content."""

from dataclasses import dataclass, fields
from typing import Literal

from latent_explorer.errors import ExportError
from latent_explorer.export import Kind, Options, Style, find_format
from latent_explorer.gui.settings import Settings

Pairs = Literal["above", "beside", "alone"]


@dataclass(frozen=True)
class Choices:
    """All choices; the format and the kind determine which ones apply.

    scale to lossless: as in Options, but per_row 0 for all in one row. columns, rows: of a grid; rows 0 keeps the map's
    proportions. zoom: pixels in a map's file per pixel on screen. legend: beside a map. shown_only: only latents of
    visible classes. most: images on a contact sheet. width, length: pixels and seconds of the film of a run. pairs: how
    to combine the pictures of a path with those of the other map: below each other, side by side, or this map's alone.
    both: whether to export a map with the other one.
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
        """The options for writers. Raises ExportError if a value is out of range."""
        chosen = {field.name: getattr(self, field.name) for field in fields(Options)}
        return Options(**chosen | {"per_row": self.per_row or None})


def remembered(settings: Settings, kind: Kind, default: Choices) -> Choices:
    """The last choices for a kind; the default if there are none, or they are invalid."""
    choices = settings.get(Choices, kind, default)
    try:
        find_format(kind, choices.format)
        _ = choices.options
    except ExportError:
        return default
    return choices


def remember(settings: Settings, kind: Kind, choices: Choices) -> None:
    """Save the choices for a kind."""
    settings.put(choices, kind)
