"""One's own image as it is kept: the sheet that was drawn on, small, and where the model put it."""

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import Meta

MOST_CHARACTERS = 200_000
"""Of a sheet as text: a drawing takes some thousands; a photo that takes more is not kept."""

_PNG = b"\x89PNG\r\n\x1a\n"


class OwnImage(msgspec.Struct, frozen=True, omit_defaults=True):
    """png: of the sheet, in base 64. z: its latent; empty where it has none. without: steps that were left out.

    drawn: whether the sheet was empty at first. note: what was said of it, such as the file's name.
    """

    png: Annotated[str, Meta(max_length=MOST_CHARACTERS)]
    z: Annotated[tuple[float, ...], Meta(max_length=4096)] = ()
    without: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()
    drawn: bool = True
    note: Annotated[str, Meta(max_length=1000)] = ""

    @classmethod
    def of(
        cls, png: bytes, z: tuple[float, ...], without: tuple[str, ...], drawn: bool, note: str
    ) -> "OwnImage | None":
        """That of a PNG file; None where it is too large to be kept."""
        text = base64.b64encode(png).decode()
        return cls(text, z, without, drawn, note[:1000]) if len(text) <= MOST_CHARACTERS else None

    @property
    def content(self) -> bytes:
        """The PNG file; nothing where it is none."""
        try:
            content = base64.b64decode(self.png, validate=True)
        except (binascii.Error, ValueError):
            return b""
        return content if content.startswith(_PNG) else b""
