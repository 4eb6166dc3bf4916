"""What the export dialog asks of a thing that is to be exported."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.client import Want
from latent_explorer.export import Format, Kind, Provenance
from latent_explorer.gui.exports.choices import Choices


class Subject(Protocol):
    """A thing of one kind to export. title: of the dialog. name: of the file, suggested, without a suffix."""

    @property
    def kind(self) -> Kind: ...
    @property
    def title(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def default(self) -> Choices:
        """What is chosen at first."""
        ...

    @property
    def waiting(self) -> str:
        """What the engine does while it is waited for, in one word."""
        ...

    @property
    def live(self) -> bool:
        """Whether it changes with what the window shows."""
        ...

    def heeds(self, known: Format) -> tuple[str, ...]:
        """The fields of Choices that change the content in this format."""
        ...

    def hints(self, choices: Choices) -> dict[str, str]:
        """What the special value 0 of a field stands for, by the field's name."""
        ...

    def shape(self, known: Format, choices: Choices) -> tuple[int, ...]:
        """The content's shape."""
        ...

    def lighter(self, choices: Choices) -> Choices:
        """Choices that look the same on a screen, with less to make."""
        ...

    def wants(self, choices: Choices) -> list[Want]:
        """What the engine has to give first."""
        ...

    def content(self, known: Format, choices: Choices, pictures: NDArray[np.uint8] | None) -> Any:
        """What the format's writer takes, made of the pictures that were wanted."""
        ...

    def provenance(self, choices: Choices) -> Provenance:
        """Where it comes from."""
        ...


class Plain:
    """What most kinds have in common: nothing to decode, and no choice that changes the content."""

    live = False
    waiting = "Decoding"

    def heeds(self, known: Format) -> tuple[str, ...]:
        return ()

    def hints(self, choices: Choices) -> dict[str, str]:
        return {"per_row": "all in one row"}

    def lighter(self, choices: Choices) -> Choices:
        return choices

    def wants(self, choices: Choices) -> list[Want]:
        return []
